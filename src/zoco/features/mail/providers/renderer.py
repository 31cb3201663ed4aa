"""The words of mails: pairs of Jinja templates, compiled when the shop starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from jinja2.runtime import Context

from zoco.kit.money import Money
from zoco.kit.texts import Texts
from zoco.web.templating import Compiled

_SHARED = {"mail/layout", "mail/parts"}
_KINDS, _SAMPLE = (".txt", ".html"), ".json"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MONEY = {"amount", "currency"}


class Rendered(msgspec.Struct, frozen=True):
    """A mail's words; the subject is one line."""

    subject: str
    text: str
    html: str


class Renderer:
    """Mail templates are pairs: `orders/placed` is `mail/orders/placed.txt` and `.html` in any `templates` folder.

    Each extends `mail/layout` of its kind and fills the block `body`; the `.txt` also has the block `subject`, which
    sees the context, though nothing that is set outside of it. They are written like pages (`{% trans %}`, `_()`,
    filters `money` and `moment`) and always know `language`, besides what `everywhere` gives. A `.json` beside them
    holds values for a preview, money as `{"amount": 900, "currency": "USD"}` and times in RFC 3339.
    """

    def __init__(self, texts: Texts, folders: Sequence[Path], compiled: Path | None = None, **everywhere: Any) -> None:
        """What is compiled is kept in the folder `compiled`, where there is one, so that the next start is quicker.

        Raises ValueError for a template without its partner or subject: the shop does not start with it.
        """
        self._environment = _environment(texts, folders, compiled)
        self._environment.globals |= everywhere
        names = self._environment.list_templates(filter_func=lambda name: name.startswith("mail/"))
        templates = {name: self._environment.get_template(name) for name in names if name.endswith(_KINDS)}
        self._samples = {name.removesuffix(_SAMPLE): name for name in names if name.endswith(_SAMPLE)}
        self._pairs = {
            name.removeprefix("mail/"): _pair(templates, name)
            for name in sorted({name.rpartition(".")[0] for name in templates} - _SHARED)
        }

    @property
    def names(self) -> Sequence[str]:
        """Every template, in the order of the alphabet."""
        return tuple(self._pairs)

    def sample(self, template: str, language: str) -> Rendered:
        """The words with the values of the template's `.json`; raises LookupError where there are none, or too few."""
        if template not in self._pairs or f"mail/{template}" not in self._samples:
            raise LookupError(f"there is no sample of the mail template {template}")
        loader: Any = self._environment.loader
        source, _, _ = loader.get_source(self._environment, self._samples[f"mail/{template}"])
        try:
            return self.render(template, language, _made(msgspec.json.decode(source)))
        except jinja2.UndefinedError as error:
            raise LookupError(f"the sample of the mail template {template} lacks a value: {error}") from error

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> Rendered:
        """Raises LookupError for an unknown template, and jinja2.UndefinedError where `context` lacks a name."""
        if template not in self._pairs:
            raise LookupError(f"there is no mail template {template}")
        text, html = self._pairs[template]
        values = {**context, "language": language}
        subject = "".join(text.blocks["subject"](text.new_context(values)))
        return Rendered(_one_line(subject), text.render(values).strip() + "\n", html.render(values).strip() + "\n")


def _made(value: Any) -> Any:
    """Values of a sample as templates want them."""
    if isinstance(value, dict):
        return Money(**value) if value.keys() == _MONEY else {name: _made(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_made(inner) for inner in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return msgspec.convert(value, datetime)
    return value


def _pair(templates: Mapping[str, jinja2.Template], name: str) -> tuple[jinja2.Template, jinja2.Template]:
    text, html = templates.get(f"{name}.txt"), templates.get(f"{name}.html")
    if text is None or html is None:
        raise ValueError(f"the mail template {name} needs both a .txt and a .html file")
    if "subject" not in text.blocks:
        raise ValueError(f"the mail template {name}.txt has no block named subject")
    return text, html


def _one_line(text: str) -> str:
    """Without line breaks and control characters, which have no place in a header."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _environment(texts: Texts, folders: Sequence[Path], compiled: Path | None) -> jinja2.Environment:
    """One for all languages: what is translated asks the context for the language, so each file is compiled once."""

    @jinja2.pass_context
    def gettext(context: Context, message: str) -> str:
        return texts.gettext(context["language"], message)

    @jinja2.pass_context
    def ngettext(context: Context, one: str, many: str, count: int) -> str:
        return texts.ngettext(context["language"], one, many, count)

    @jinja2.pass_context
    def money(context: Context, value: Money) -> str:
        return texts.money(context["language"], value)

    @jinja2.pass_context
    def moment(context: Context, value: datetime) -> str:
        return texts.moment(context["language"], value)

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=jinja2.select_autoescape(("html",)),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=Compiled(str(compiled), "mail_%s.cache") if compiled else None,
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {"money": money, "moment": moment}
    return environment
