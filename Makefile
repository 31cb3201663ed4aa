# One entry for people and CI alike; `make` alone lists the targets.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run install test lint types imports unit coverage bench requirements clean

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
# Without uv, plain venv and pip do the same, only slower. Bytecode is made at once: without it every start takes twice as long.
PIP := $(if $(UV),uv pip install --quiet --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run ## Start the shop with demo data on http://127.0.0.1:8000
	@exec $(BIN)/zoco serve --env development --demo

install: .venv/dev ## Prepare .venv for working on Zoco

test: lint types imports unit ## All checks: lint, types, import rules, tests

lint: .venv/dev ## Style: ruff, without changing a file
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/dev ## Types: mypy, strict
	@$(BIN)/mypy

imports: .venv/dev ## Who may import whom: import-linter
	@$(BIN)/lint-imports --no-cache

unit: .venv/dev ## Tests: pytest, on every engine that is here (make unit ARGS='-k cart --engine sqlite')
	@$(BIN)/pytest -n auto --maxprocesses 4 $(ARGS)

coverage: .venv/dev ## Tests again, measured: kit, settings, models and services have every branch covered
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n auto --maxprocesses 4 --engine sqlite
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --fail-under=100 \
	  --include='*/zoco/kit/*,*/zoco/settings/*,*/zoco/features/*/models.py,*/zoco/features/*/service.py,*/zoco/features/*/service/*'

bench: .venv/dev ## Speed and memory, each beside a bare ASGI application
	@$(BIN)/python -m bench

requirements: ## Renew requirements.txt and requirements-dev.txt (needs uv; UPGRADE=1 takes newer versions)
	@echo hatchling | $(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml - -o requirements.txt
	@echo hatchling | $(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml - --group dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove .venv and caches; the shop's data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* dist
	@find src tests -name __pycache__ -prune -exec rm -rf {} +

# Stamps: an installation is repeated only when what it was made from has changed.
.venv/run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing Zoco into .venv (once, well under a minute) …"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing Zoco and its tools into .venv …"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch .venv/run $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Zoco needs Python 3.11 or later as '$(PYTHON)'; name another with make PYTHON=python3.12 …"; exit 1; }
	@$(if $(UV),true,$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null) || \
	  { echo "Python's venv module is missing; on Debian install it with: sudo apt install python3-venv"; exit 1; }
	@$(if $(UV),uv venv --quiet --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)
