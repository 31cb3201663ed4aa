"""Case 9: whatever the description of the API allows or forbids is asked of every operation, by everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from tests.api.known import Known, open_known
from tests.described import description
from tests.serving import served

from zoco.kit.permissions import Role

EXAMPLES = 25
PEOPLE = {"guest": None, "customer": Role.CUSTOMER, "admin": Role.ADMIN}

api = schemathesis.openapi.from_dict(description())
walks = schemathesis.openapi.from_dict(description()).exclude(operation_id=["changeUser", "removeUser"])  # of oneself
walks.config.checks.positive_data_acceptance.enabled = False
for described in (api, walks):
    refused = described.config.checks.negative_data_rejection
    refused.expected_statuses = [*refused.expected_statuses, "414"]  # made of many wrong values, an address grows long
load_all_checks()


@pytest.fixture(scope="module", params=PEOPLE)
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """The shop of one of `PEOPLE`; after all that was asked of it, everything in it adds up."""
    with asyncio.Runner() as runner:
        known = runner.run(open_known(tmp_path_factory.mktemp("api"), PEOPLE[request.param]))
        with served(known.shop) as known.url, requests.Session() as known.client:
            yield known
        assert runner.run(known.broken()) == []


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the shop's own thread does so meanwhile
@api.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], known: Known) -> None:
    """Where the description tells every rule, nothing it allows is called wrong.

    It can't of cursors and bodies, nor of the sign that no address may have.
    """
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters.update(known.instead_of(case.path_parameters, last=case.method == "DELETE"))
    says_everything = case.method in {"GET", "DELETE"} and not {"after", "email"} & set(case.query)
    says_everything &= not any("\0" in str(value) for value in case.query.values())
    excluded = [] if says_everything else [schemathesis.checks.positive_data_acceptance]
    if isinstance(case.body, dict) and case.media_type == "multipart/form-data" and None in case.body.values():
        excluded.append(schemathesis.checks.negative_data_rejection)  # a form has no null; it is sent as a word
    case.call_and_validate(known.url, known.client, headers=known.headers(), excluded_checks=excluded)
    if case.operation.path == "/api/auth/logout":
        known.forget()


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
def test_one_call_after_another(known: Known) -> None:
    """Ids and answers of one call go into the next, as far as the description lets a program guess that they fit."""

    class Walk(walks.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, _case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": known.url, "session": known.client, "headers": known.headers()}

        def after_call(self, _response: Any, case: schemathesis.Case[Any]) -> None:
            if case.operation.path == "/api/auth/logout":
                known.forget()

    run_state_machine_as_test(
        Walk,
        settings=hypothesis.settings(
            max_examples=30, stateful_step_count=12, derandomize=True, deadline=None, database=None
        ),
    )
