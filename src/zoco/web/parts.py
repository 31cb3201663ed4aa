"""A form with files, read part by part while it comes in."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from litestar.datastructures import UploadFile
from multipart import MultipartSegment, ParserError, PushMultipartParser  # type: ignore[import-untyped]

MOST = 1_000
"""Parts of one form."""

Parts = dict[str, Any]
"""Texts and files in lists, by the names of their fields."""


async def take_in(chunks: AsyncIterable[bytes], boundary: str, parts: Parts) -> None:
    """Put texts and files under the names of their fields; raises ValueError for what is no such form.

    Texts are UTF-8, whatever a part says of itself. Browsers say nothing, and among the encodings that Python knows are
    one that takes ten seconds for half a megabyte, and some whose texts no database keeps. A file stands in `parts`
    before it is whole, so that whoever closes these closes all of them.
    """
    name, text, file = "", bytearray(), None
    with PushMultipartParser(boundary, max_segment_count=MOST) as parser:
        async for chunk in chunks:
            for heard in () if parser.closed else parser.parse(chunk):
                if isinstance(heard, MultipartSegment):
                    name, text, file = _name(heard), bytearray(), _file(heard)
                    if file:
                        parts.setdefault(name, []).append(file)
                elif heard is None:
                    if file:
                        await file.seek(0)
                    else:
                        parts.setdefault(name, []).append(text.decode())
                elif file:
                    await file.write(heard)
                else:
                    text += heard


def _name(part: MultipartSegment) -> str:
    if part.name is None:
        raise ParserError("a part without a name")
    return str(part.name)


def _file(part: MultipartSegment) -> UploadFile | None:
    """None for a text, and where nothing was chosen."""
    return UploadFile(part.content_type or "text/plain", part.filename) if part.filename else None
