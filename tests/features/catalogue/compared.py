"""What tests of the catalogue's service ask of it, and what they compare."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zoco.features.catalogue.schemas import ChangeProduct
from zoco.kit.errors import Invalid
from zoco.kit.events import Event


def change(**given: Any) -> ChangeProduct:
    return msgspec.convert(given, ChangeProduct)


def kinds(facts: list[Event]) -> list[type[Event]]:
    return [type(fact) for fact in facts]


def fields(refusal: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refusal.value.errors]
