"""Who stands at the other end of the connection: the address, and the actor that the session layer found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from zoco.kit.permissions import GUEST, Actor
from zoco.web.asgi import App, Receive, Scope, Send, header

ClientAddress = Callable[[Scope], str]


def client_address(trusted_proxies: Iterable[str] = ()) -> ClientAddress:
    """A reader of the visitor's address.

    `X-Forwarded-For` counts only as far as the addresses or networks that wrote it are trusted: of `spoofed, visitor,
    proxy` the visitor is the last one that is not ours. Some proxies write a line of their own below what came.
    """
    trusted = _trust(trusted_proxies)

    def find(scope: Scope) -> str:
        address = _peer(scope)
        if not trusted(address):
            return address
        hops = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        for hop in reversed(hops.decode("latin-1").split(",")):
            address = hop.strip() or address
            if not trusted(address):
                break
        return address

    return find


def behind(app: App, trusted_proxies: Iterable[str]) -> App:
    """The application in the scheme that a trusted proxy was asked by: it speaks HTTPS, what it passes on does not."""
    trusted = _trust(trusted_proxies)

    async def passed_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and trusted(_peer(scope)) and header(scope, b"x-forwarded-proto") == b"https":
            scope["scheme"] = "https" if scope["type"] == "http" else "wss"
        await app(scope, receive, send)

    return passed_on


def _peer(scope: Scope) -> str:
    """Who speaks to us directly; empty at a unix socket."""
    client = scope.get("client")
    return client[0] if client else ""


def _trust(proxies: Iterable[str]) -> Callable[[str], bool]:
    """Whether an address is one of these proxies', which are addresses or networks."""
    networks = [ip_network(proxy, strict=False) for proxy in proxies]
    if not networks:
        return lambda _: False

    @lru_cache(4096)
    def trusted(address: str) -> bool:
        try:
            host = ip_address(address)
        except ValueError:
            return not address  # a unix socket: only a proxy on this machine can be at its other end
        return any(host in network for network in networks)

    return trusted


def actor_of(scope: Scope) -> Actor:
    """Who is asking; a guest where no session layer ran."""
    actor: Actor = scope.get("actor", GUEST)
    return actor
