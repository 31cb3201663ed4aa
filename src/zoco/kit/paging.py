"""Lists in pages: a cursor names the last row seen, so that rows added meanwhile neither repeat nor hide others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from zoco.kit.errors import FieldError, Invalid
from zoco.kit.packing import packed, unpacked
from zoco.kit.text import N_

T = TypeVar("T")
LIMIT, LARGEST_LIMIT = 20, 100


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows in their order, and the cursor of those after them (None at the end)."""

    items: list[T]
    next: str | None

    def map(self, change: Callable[[T], Any]) -> Page[Any]:
        return Page([change(item) for item in self.items], self.next)


def cut_page(rows: list[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
    """A page of `limit` rows from `limit + 1` that were asked for; `key` gives the values that the order compares."""
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], cursor(*key(rows[limit - 1])))


def cursor(*values: Any) -> str:
    return packed(values)


def after(text: str, shape: type[T]) -> T:
    """The values inside a cursor, of the tuple type `shape`; raises Invalid for anything else."""
    try:
        return unpacked(text, msgspec.json.Decoder(shape))
    except ValueError:
        raise Invalid(
            FieldError("after", "cursor", N_("This is not a place in this list. Start from the first page."))
        ) from None
