"""How templates are compiled: anew for each language, with what they say already in it."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.visitor import NodeTransformer

from zoco.web.drawing import Context, Template
from zoco.web.i18n import Language

_AS_TEXT = "gettext_as_text"


class Environment(jinja2.Environment):
    """The templates in `folders`, of which earlier ones shadow later ones, as one language says them.

    What is compiled is kept in the folder `compiled`, where there is one; with `reload` changed files are read again.
    """

    template_class = Template
    context_class = Context

    def __init__(
        self, language: Language, folders: Sequence[Path], compiled: Path | None = None, *, reload: bool = False
    ) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=reload,
            cache_size=-1,
            bytecode_cache=_Bytecode(compiled, language) if compiled else None,
        )
        self.language = language
        self._loaded: dict[str, jinja2.Template] = {}
        self.globals[_AS_TEXT] = language.gettext
        self.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dictionary for all; Jinja's chain of two is gone through, name by name, at every import of every page."""
        return self.globals if d is None else {**self.globals, **d}

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> jinja2.Template:
        """Every page asks for ten of them."""
        found = self._loaded.get(name) if globals is None and isinstance(name, str) else None
        if found is None:
            found = super().get_template(name, parent, globals)
            if globals is None and isinstance(name, str) and not self.auto_reload:
                self._loaded[name] = found
        return found

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_Said(self.language).visit(source), *args, **kwargs)


class _Said(NodeTransformer):
    """Puts sentences without values where they would be looked up each time that they are shown.

    What the template does not know itself is translated as text: Jinja takes whatever `_()` gives for markup.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Call(self, call: nodes.Call) -> nodes.Expr:  # noqa: N802 - Jinja's name
        self.generic_visit(call)
        match call:
            case nodes.Call(node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str(message))], kwargs=[]):
                return nodes.TemplateData(self._language.gettext(message) % {}, lineno=call.lineno)
            case nodes.Call(node=nodes.Name(name="_" | "gettext") as called, kwargs=[]):
                called.name = _AS_TEXT
        return call


class Compiled(jinja2.FileSystemBytecodeCache):
    """Keeps what is compiled for the next start, which is slower where it cannot be kept."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class _Bytecode(Compiled):
    """Knows other words of a language for another template."""

    def __init__(self, folder: Path, language: Language) -> None:
        super().__init__(str(folder), f"{language.code}_%s.cache")
        self._wording = language.wording

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(f"{self._wording}\n{source}")
