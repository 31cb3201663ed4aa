"""Lays out Python as the house's formatter would: lines of 120 signs, imports in their order."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 120
_PIECE = 90
_STANDARD = {"datetime", "decimal", "typing", "uuid"}
Import = tuple[str, str]
"""A module, and a name of it; an alias of the module after `as`, or nothing for itself."""


def quoted(text: str) -> str:
    """A literal, in the quotes that need fewer escapes."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\x7f")
    if text.count('"') > text.count("'"):
        return "'" + inner.replace('\\"', '"').replace("'", "\\'") + "'"
    return f'"{inner}"'


def literal(text: str, indent: int) -> str:
    """A literal, in pieces below each other where it is too long for a line."""
    if indent + len(quoted(text)) + 1 <= WIDTH:
        return quoted(text)
    pieces, rest = list[str](), text
    while rest:
        space = rest.rfind(" ", 1, _PIECE)
        end = space if len(rest) > _PIECE and space > 0 else _PIECE
        pieces.append(quoted(rest[:end]))
        rest = rest[end:]
    return f"\n{' ' * indent}".join(pieces)


def call(name: str, arguments: Sequence[str], indent: int, brackets: str = "()") -> str:
    """A call on one line, or with each argument on its own; those are laid out for `indent + 4`."""
    line = f"{name}{brackets[0]}{', '.join(arguments)}{brackets[1]}"
    if "\n" not in line and indent + len(line) + 1 <= WIDTH:
        return line
    return block(name, [([], argument) for argument in arguments], indent, brackets)


def block(name: str, arguments: Sequence[tuple[Sequence[str], str]], indent: int, brackets: str = "()") -> str:
    """A call with each argument on its own line below its remarks."""
    margin, lines = " " * (indent + 4), [f"{name}{brackets[0]}"]
    for remarks, argument in arguments:
        lines += [*comments(remarks, indent + 4), *([f"{margin}{argument},"] if argument else [])]
    return "\n".join([*lines, " " * indent + brackets[1]])


def comments(remarks: Iterable[str], indent: int) -> list[str]:
    """Each remark as lines of comment."""
    return [f"{' ' * indent}# {line}" for remark in remarks for line in textwrap.wrap(remark, WIDTH - indent - 2)]


def wrapped(text: str, indent: int) -> list[str]:
    """A text in lines, each indented."""
    margin = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def module(sentence: str, imports: set[Import], body: str) -> str:
    """A whole file."""
    groups: list[list[str]] = [[], [], []]
    for name in sorted({name for name, _ in imports}):
        groups[0 if name in _STANDARD else 2 if name.startswith("zoco.") else 1].append(_import(name, imports))
    head = ["\n".join(sorted(group, key=lambda line: line.startswith("from"))) for group in groups if group]
    return "\n\n".join([f'"""{sentence}"""', "from __future__ import annotations", *head]) + f"{body}\n"


def _is_from(name: str, imports: set[Import]) -> bool:
    return any(module == name and what and not what.startswith("as ") for module, what in imports)


def _import(name: str, imports: set[Import]) -> str:
    if not _is_from(name, imports):
        alias = next(what for module, what in imports if module == name)
        return f"import {name} {alias}".rstrip()
    names = sorted((what for module, what in imports if module == name), key=_rank)
    line = f"from {name} import {', '.join(names)}"
    return line if len(line) <= WIDTH else call(f"from {name} import ", names, 0)


def _rank(name: str) -> tuple[int, str]:
    """Constants, classes, then what is called."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
