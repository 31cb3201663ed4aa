"""What compiled templates call while they are drawn, where Jinja's own does more than our templates need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

import jinja2
from jinja2 import runtime
from jinja2.utils import missing
from markupsafe import Markup, escape

_special = re.compile("[&<>'\"]").search
_PLAIN = (FunctionType, MethodType, partial)
"""Kinds of callables of which it is seen at once whether they want the context."""


def escaped(value: Any) -> Any:
    """A value as text of a page. Wrapping each piece as Markup takes ten times as long as looking through it."""
    if type(value) is Markup or (type(value) is str and not _special(value)):
        return value
    return escape(value)


class Macro(runtime.Macro):
    """One that takes what its head names is entered directly; templates escape everywhere here."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        given = len(args)
        if given < self._argument_count:
            args = (*args, *[kwargs.pop(name, missing) for name in self.arguments[given:]])
        if kwargs or len(args) != self._argument_count or self.caller or self.catch_kwargs or self.catch_varargs:
            return super().__call__(*args, **kwargs)
        return str.__new__(Markup, self._func(*args))


class Context(runtime.Context):
    """Asks only those whether they want the context that may, and compares names only where they may differ."""

    def __init__(
        self,
        environment: jinja2.Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Callable[[runtime.Context], Iterator[str]]],
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> None:
        """Names that all templates know need not be looked for in those that they import."""
        super().__init__(environment, parent, name, blocks, None if globals is environment.globals else globals)

    def call(__self, __obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as in Jinja
        kind = type(__obj)
        if kind is Macro or (kind in _PLAIN and not hasattr(__obj, "jinja_pass_arg")):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


class Template(jinja2.Template):
    """Its code finds the above where it looks for Jinja's."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja's name
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__.update(escape=escaped, Macro=Macro)
        return template
