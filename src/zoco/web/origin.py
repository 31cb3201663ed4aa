"""Where the shop is on the web, for addresses that have to be whole."""

from __future__ import annotations

import re

from zoco.web.asgi import Scope, header

_HOST = re.compile(rb"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def origin(scope: Scope, public_url: str = "") -> str:
    """What the settings say, else the address that the visitor asked; empty where that is no host's name."""
    if public_url:
        return public_url
    host = header(scope, b"host") or b""
    return f"{scope.get('scheme', 'http')}://{host.decode('ascii')}" if _HOST.fullmatch(host) else ""


def names_host(scope: Scope) -> bool:
    """Whether the request says which host it is for, by a name or a number that one can have."""
    return _HOST.fullmatch(header(scope, b"host") or b"") is not None
