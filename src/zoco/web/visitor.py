"""Who stands at the other end of the connection: the address, and the actor that the session layer found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from zoco.kit.permissions import GUEST, Actor
from zoco.web.asgi import App, Receive, Scope, Send, header

ClientAddress = Callable[[Scope], str]
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([0-9.]+):\d+")
_OF_ONE_VISITOR = 64
"""Bits of an IPv6 address that a provider gives out; the others everybody chooses for themselves."""


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
            address = _bare(hop.strip()) or address
            if not trusted(address):
                break
        return address

    return find


@lru_cache(4096)
def counted_as(address: str) -> str:
    """What is counted where one visitor may do something only so often: of IPv6 the network, of which each has one."""
    try:
        host = _host(address)
    except ValueError:
        return address
    return str(ip_network((int(host), _OF_ONE_VISITOR), strict=False) if isinstance(host, IPv6Address) else host)


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


def _host(address: str) -> IPv4Address | IPv6Address:
    """Raises ValueError. What a socket for both kinds tells of an IPv4 address as IPv6 is the IPv4 address."""
    found = ip_address(address)
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found


def _bare(hop: str) -> str:
    """An address without the port that some proxies write, by which each connection would be a new visitor."""
    found = _WITH_PORT.fullmatch(hop)
    return found[1] or found[2] if found else hop


def _trust(proxies: Iterable[str]) -> Callable[[str], bool]:
    """Whether an address is one of these proxies', which are addresses or networks."""
    networks = [ip_network(proxy, strict=False) for proxy in proxies]
    if not networks:
        return lambda _: False

    @lru_cache(4096)
    def trusted(address: str) -> bool:
        try:
            host = _host(address)
        except ValueError:
            return not address  # a unix socket: only a proxy on this machine can be at its other end
        return any(host in network for network in networks)

    return trusted


def actor_of(scope: Scope) -> Actor:
    """Who is asking; a guest where no session layer ran."""
    actor: Actor = scope.get("actor", GUEST)
    return actor
