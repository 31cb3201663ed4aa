"""The port of translations: what is said to people, in their language."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from zoco.kit.money import Money


class Texts(Protocol):
    """What is said to people, in their language (`es`, `en`)."""

    def gettext(self, language: str, message: str, **params: Any) -> str:
        """The message in the language, its {named} places filled; itself where nobody translated it."""

    def ngettext(self, language: str, one: str, many: str, count: int, **params: Any) -> str:
        """The form for `count` things, by the language's own rule; `{count}` may stand in it."""

    def money(self, language: str, money: Money) -> str: ...

    def moment(self, language: str, moment: datetime) -> str: ...
