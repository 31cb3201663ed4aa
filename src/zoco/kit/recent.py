"""What was used last, kept in memory up to a number."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """At most `most` values; what nobody has asked for while half as many others were used is forgotten.

    In two generations: asking for one of the younger is a look into one dictionary, and nothing else.
    """

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        value = self._young.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def all(self, keys: Iterable[Key]) -> list[Value | None]:
        """The value of each, in their order."""
        young = self._young
        return [young.get(key) or self.get(key) for key in keys]

    def put(self, key: Key, value: Value) -> Value:
        """Keep the value, and give it back."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value
        return value

    def update(self, values: Iterable[tuple[Key, Value]]) -> None:
        for key, value in values:
            self.put(key, value)
