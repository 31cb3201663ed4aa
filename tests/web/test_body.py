"""JSON bodies: malformed, deep, repeated, with NUL."""

from __future__ import annotations

from time import process_time
from typing import Any

import msgspec
import pytest
from litestar import post
from litestar.params import JSONBody

from zoco.kit.errors import Invalid
from zoco.web.body import DEEPEST, DuplicateKey, Malformed, TooDeep, body_shape, read
from zoco.web.fields import MOST


class Note(msgspec.Struct):
    text: str
    tags: list[dict[str, str]] = []


def test_a_sound_body() -> None:
    body = b'{"text": "say \\"{[\\"", "tags": [{"a": "1"}, {"a": "2"}]}'
    assert read(body, Note) == Note('say "{["', [{"a": "1"}, {"a": "2"}])


@pytest.mark.parametrize(
    "body", [b"{", b'{"text": NaN}', b'{"text": "\xff"}', b"\xff", b'{"text": 1} x', b'{"text": 1, "x": "\xff"}', b"'"]
)
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises((Malformed, Invalid)) as refused:
        read(body, Note)
    assert isinstance(refused.value, Malformed) or body.startswith(b'{"text": 1, "x"')


def test_wrong_type_and_broken_later() -> None:
    with pytest.raises(Malformed):
        read(b'{"text": 1, "tags": [', Note)


def test_depth() -> None:
    deep = b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)
    with pytest.raises(TooDeep):
        read(deep, Any)
    with pytest.raises(TooDeep):
        read(b"[" * 100_000, Any)
    wide = b"[" + b"[]," * 100 + b"[]]"
    assert len(read(wide, Any)) == 101
    assert read(b'"' + b"[" * 100 + b'"', str) == "[" * 100


@pytest.mark.parametrize("end", [b"", b"\\"])
def test_a_text_without_end_takes_no_longer_than_others(end: bytes) -> None:
    body = b"[" * (DEEPEST + 1) + b'"' + b'\\"' * 20_000 + end
    began = process_time()
    with pytest.raises(TooDeep):
        read(body, Any)
    assert process_time() - began < 1


def test_of_too_many_mistakes_only_some_are_named() -> None:
    for body in (b'{"tags": [' + b"[]," * 200_000 + b"[]]}", b'{"tags": [' + b'"\\u0000",' * 90_000 + b"1]}"):
        began = process_time()
        with pytest.raises(Invalid) as refused:
            read(body, Note)
        assert MOST <= len(refused.value.errors) <= 2 * MOST
        assert process_time() - began < 5  # half a second is usual, and slow machines take a whole one


@pytest.mark.parametrize("body", [b'{"text": "a", "text": "b"}', b'{"text": "a", "te\\u0078t": "b"}'])
def test_a_field_named_twice(body: bytes) -> None:
    with pytest.raises(DuplicateKey):
        read(body, Note)


def test_null_is_as_nothing() -> None:
    with pytest.raises(Invalid) as refused:
        read(b"null", Note)
    assert [(error.field, error.code) for error in refused.value.errors] == [("text", "required")]


def test_nul() -> None:
    with pytest.raises(Invalid) as refused:
        read(b'{"text": "a\\u0000", "tags": [{"x": "\\u0000"}, {"n": "1"}]}', Note)
    assert [error.field for error in refused.value.errors] == ["text", "tags[0].x"]
    assert read(b'{"text": "\\\\u0000"}', Note).text == "\\u0000"
    with pytest.raises(Invalid) as refused:
        read(b'{"text": 1, "other": "\\u0000"}', Note)
    assert [error.field for error in refused.value.errors] == ["text", "other"]
    with pytest.raises(Invalid) as refused:
        read(b'"\\u0000"', str)
    assert [error.field for error in refused.value.errors] == [""]


@pytest.mark.parametrize("sign", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_what_turns_the_direction_of_writing(sign: str) -> None:
    for written in (sign, f"\\u{ord(sign):04x}", f"\\u{ord(sign):04X}"):
        with pytest.raises(Invalid) as refused:
            read(f'{{"text": "a{written}b", "tags": [{{"x": "{written}"}}]}}'.encode(), Note)
        found = [(error.field, error.code) for error in refused.value.errors]
        assert found == [("text", "characters"), ("tags[0].x", "characters")]


def test_languages_that_are_written_from_the_right_are_welcome() -> None:
    for text in ("שלום\u200f (abc)\u200e", "مرحبا\u200cبكم", "“€” – \u2065\u206a", "\\\\u202e"):
        assert read(f'{{"text": "{text}"}}'.encode(), Note).text.endswith(text[-3:])


def test_a_password_may_hold_what_it_likes() -> None:
    """Nobody reads it, and one that was set before must still do."""
    assert read('{"password": "\u202eab"}'.encode(), dict[str, str]) == {"password": "\u202eab"}


def test_a_body_is_asked_for_by_its_plain_type() -> None:
    """The marker around it is a dataclass whose hash costs more than reading the body."""

    @post("/")
    async def handler(data: JSONBody[dict[str, int] | None] = None) -> None: ...

    assert body_shape(handler) == dict[str, int] | None
