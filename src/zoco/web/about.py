"""What a page says of itself to search engines, to other sites that link to it, and to programs that read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
from markupsafe import Markup

LONGEST = 160
"""Letters of a description that search engines show."""
_CONTEXT = "https://schema.org"

Fact: TypeAlias = Mapping[str, Any]
"""A thing in the words of schema.org."""


@dataclass(frozen=True)
class Shown:
    """A picture by its whole address."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, eq=False)
class About:
    """`address` is the one by which the page wants to be known, `alternates` it in each language and in none.

    Each is only equal to itself, so that fragments may be kept of one that is made once (`Pages.about_once`).
    """

    title: str
    description: str
    address: str
    alternates: tuple[tuple[str, str], ...]
    image: Shown
    kind: str = "website"
    indexed: bool = True
    facts: tuple[Fact, ...] = ()

    @property
    def shared(self) -> str:
        """The address for everybody, each in their own language."""
        return dict(self.alternates)["x-default"]

    @property
    def linked(self) -> Markup:
        """The facts as JSON-LD, in which nothing can end the element that it stands in."""
        return linked(self.facts)


def linked(facts: Sequence[Fact]) -> Markup:
    """Facts as JSON-LD for a `script` element."""
    text = msgspec.json.encode({"@context": _CONTEXT, "@graph": facts}).decode()
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - what HTML reads is escaped


def brief(text: str) -> str:
    """HTML or plain text as one line, cut after a word where it is longer than `LONGEST`."""
    line = Markup(text.replace("<", " <")).striptags()  # noqa: S704 - its tags are what is taken away
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST].rpartition(' ')[0] or line[: LONGEST - 1]}…"
