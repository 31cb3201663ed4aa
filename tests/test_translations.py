"""Everything that people read exists in Spanish and in English."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

SOURCES = Path(__file__).parents[1] / "src/zoco"
TEMPLATES = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
IN_TEMPLATES: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**/templates/**": {"trimmed": "true", "newstyle_gettext": "true"}}


def sentences() -> Iterator[tuple[str, str]]:
    """Every marked sentence, with the file where it stands."""
    code = extract_from_dir(SOURCES, [("**.py", "python")], keywords={"N_": None})
    templates = extract_from_dir(SOURCES, TEMPLATES, OPTIONS, IN_TEMPLATES)
    for name, _, message, *_ in (*code, *templates):
        yield first(message), name


def first(text: str | tuple[str, ...] | list[str]) -> str:
    """The sentence itself, or its form for one thing."""
    return text if isinstance(text, str) else text[0]


def translations() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in SOURCES.rglob("es.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="es"):
                if message.id and message.string:
                    found[first(message.id)] = first(message.string)
    return found


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_a_spanish_translation() -> None:
    known = translations()
    missing = sorted({f"{place}: {message}" for message, place in sentences() if message not in known})
    assert not missing, "\n".join(missing)


def test_a_translation_has_the_same_places_as_its_sentence() -> None:
    wrong = [said for said, spanish in translations().items() if "{" in said and places(said) != places(spanish)]
    assert not wrong


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("es.po")), ids=lambda path: path.parent.parent.name)
def test_a_catalogue_holds_nothing_that_nobody_says(path: Path) -> None:
    said = {message for message, _ in sentences()}
    with path.open("rb") as file:
        kept = {first(message.id) for message in read_po(file, locale="es") if message.id}
    assert not kept - said


def test_a_sentence_is_said_the_same_wherever_it_is_translated() -> None:
    """All catalogues are one: of two translations, only the last one that is loaded would be seen."""
    known = translations()
    other = []
    for path in SOURCES.rglob("es.po"):
        with path.open("rb") as file:
            said = [(first(m.id), first(m.string)) for m in read_po(file, locale="es") if m.id and m.string]
        other += [f"{path.parent.parent.name}: {sentence}" for sentence, own in said if own != known[sentence]]
    assert not other
