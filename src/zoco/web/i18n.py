"""Sentences, prices and times as each language writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from gettext import c2py
from hashlib import blake2s
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from zoco.kit.money import Money
from zoco.kit.text import Told
from zoco.web.asgi import Scope, header
from zoco.web.cookies import LANGUAGE, Cookies


class Language:
    """One language: its translations and its way to write amounts and times."""

    def __init__(self, code: str, files: Iterable[Path] = (), zone: str = "UTC") -> None:
        self.code = code
        self.locale = Locale.parse(code)
        self.own_name = str(self.locale.get_display_name(code)).capitalize()
        self._zone = ZoneInfo(zone)
        self._plural: Callable[[int], int] = lambda n: int(n != 1)
        self._one: dict[str, str] = {}
        self._many: dict[str, tuple[str, ...]] = {}
        for file in files:
            self._load(file)
        self.money = lru_cache(4096)(self._money)
        self.moment = lru_cache(4096)(self._moment)
        self.date = lru_cache(4096)(self._date)
        self.number = lru_cache(4096)(self._number)

    def _load(self, file: Path) -> None:
        with file.open("rb") as source:
            catalog = read_po(source, locale=self.code)
        self._plural = c2py(catalog.plural_expr)
        for message in catalog:
            if message.fuzzy or not message.id or not message.string:
                continue
            if isinstance(message.id, str):
                self._one[message.id] = str(message.string)
            elif all(message.string):
                self._many[message.id[0]] = tuple(message.string)

    @cached_property
    def wording(self) -> str:
        """Another one whenever a sentence is said in another way."""
        return blake2s(repr(sorted(self._one.items())).encode()).hexdigest()

    def known(self) -> Iterable[str]:
        """Every sentence that has a translation, as the code writes it."""
        return self._one

    def gettext(self, message: str) -> str:
        return self._one.get(message, message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        forms = self._many.get(one)
        return forms[self._plural(n)] if forms else (one if n == 1 else many)

    def say(self, message: str, params: Mapping[str, Any] | None = None) -> str:
        """A sentence of the kit (`N_("Only {available} left.")`) translated, its places filled as people write."""
        said = self.gettext(message)
        return said.format(**{name: self.shown(value) for name, value in params.items()}) if params else said

    def shown(self, value: object) -> object:
        """A value as people read it. A number is one that counts; what only names, such as a port, comes as text."""
        if isinstance(value, Money):
            return self.money(value)
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, Told):
            return value.told_in(self.code)
        return self.moment(value) if isinstance(value, datetime) else value

    def named(self, code: str) -> str:
        """What people who speak this one call a language."""
        return str(self.locale.languages.get(code, code))

    def hour(self, value: datetime) -> str:
        """When on its day something was, by the shop's clock."""
        return format_time(value, "short", tzinfo=self._zone, locale=self.locale)

    def _number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def _money(self, value: Money) -> str:
        return format_currency(value.decimal(), value.currency, locale=self.locale)

    def _moment(self, value: datetime) -> str:
        day = format_date(value.astimezone(self._zone), "medium", locale=self.locale)
        return f"{day}, {format_time(value, 'short', tzinfo=self._zone, locale=self.locale)}"

    def _date(self, value: date) -> str:
        day = value.astimezone(self._zone) if isinstance(value, datetime) else value
        return format_date(day, "long", locale=self.locale)


class Languages:
    """The languages of a shop, and which of them a visitor reads. Fills the kit's port `Texts`."""

    def __init__(
        self, codes: Iterable[str], default: str, folders: Iterable[Path] = (), *, zone: str = "UTC", cookies: Cookies
    ) -> None:
        """`folders` hold `<code>.po` files; a later one wins over an earlier one (extensions come last)."""
        places = list(folders)
        self._all = {
            code: Language(code, [f for place in places if (f := place / f"{code}.po").exists()], zone)
            for code in codes
        }
        self.default = self._all[default]
        self.codes = tuple(self._all)
        self._cookies = cookies
        self._codes = {code_of(said): said for language in self._all.values() for said in language.known()}
        self._accepted = lru_cache(1024)(self._negotiate)

    def __getitem__(self, code: str) -> Language:
        """The language, the default one where the shop does not speak it."""
        return self._all.get(code, self.default)

    def gettext(self, language: str, message: str, **params: Any) -> str:
        return self[language].say(message, params)

    def ngettext(self, language: str, one: str, many: str, count: int, **params: Any) -> str:
        return self[language].ngettext(one, many, count).format(count=count, **params)

    def money(self, language: str, money: Money) -> str:
        return self[language].money(money)

    def moment(self, language: str, moment: datetime) -> str:
        return self[language].moment(moment)

    def sentence(self, code: str) -> str | None:
        """The sentence that `code_of` made the code of, None for any that is in no catalogue."""
        return self._codes.get(code)

    def of(self, scope: Scope) -> Language:
        """What this visitor reads: the address says (`?lang=`), else the cookie, else the browser, else the shop."""
        found = scope.get("zoco.language")
        if found is None:
            found = scope["zoco.language"] = self._find(scope)
        return cast(Language, found)

    def asked(self, scope: Scope) -> str | None:
        """The language that the address itself asks for (`?lang=en`), if the shop speaks it."""
        query: bytes = scope["query_string"]
        if b"lang=" not in query:
            return None
        for pair in query.split(b"&"):
            name, _, value = pair.partition(b"=")
            if name == b"lang" and (code := value.decode("latin-1")) in self._all:
                return code
        return None

    def _find(self, scope: Scope) -> Language:
        chosen = self.asked(scope) or self._cookies.read(scope, LANGUAGE)
        if chosen in self._all:
            return self._all[chosen]
        return self._accepted((header(scope, b"accept-language") or b"")[:200])

    def _negotiate(self, accept: bytes) -> Language:
        wanted = list[tuple[float, str]]()
        for part in accept.decode("latin-1").split(","):
            tag, _, quality = part.partition(";q=")
            try:
                wanted.append((-float(quality or 1), tag.strip()))
            except ValueError:
                continue
        tags = [tag for worth, tag in sorted(wanted, key=lambda pair: pair[0]) if worth < 0]
        found = negotiate_locale(tags, self.codes, sep="-")
        return self[found] if found else self.default


def code_of(message: str) -> str:
    """A short name for a sentence, which a cookie may carry without saying anything itself."""
    return blake2s(message.encode(), digest_size=6).hexdigest()
