"""Plain data in the letters that an address or a cookie may hold: JSON in URL-safe base64, without its padding."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def packed(value: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def unpacked(text: str, decoder: msgspec.json.Decoder[T]) -> T:
    """What `packed` made a text of; raises ValueError for any other."""
    return decoder.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
