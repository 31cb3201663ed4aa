"""Who stands at the other end of the connection: the address, and the actor that the session layer found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from zoco.kit.permissions import GUEST, Actor
from zoco.web.asgi import Scope, header

ClientAddress = Callable[[Scope], str]


def client_address(trusted_proxies: Iterable[str] = ()) -> ClientAddress:
    """A reader of the visitor's address.

    `X-Forwarded-For` counts only as far as the addresses or networks that wrote it are trusted: of `spoofed, visitor,
    proxy` the visitor is the last one that is not ours.
    """
    networks = [ip_network(proxy, strict=False) for proxy in trusted_proxies]

    @lru_cache(4096)
    def trusted(address: str) -> bool:
        try:
            host = ip_address(address)
        except ValueError:
            return not address  # a unix socket: only a proxy on this machine can be at its other end
        return any(host in network for network in networks)

    def find(scope: Scope) -> str:
        client = scope.get("client")
        address: str = client[0] if client else ""
        if not networks or not trusted(address):
            return address
        for hop in reversed((header(scope, b"x-forwarded-for") or b"").decode("latin-1").split(",")):
            address = hop.strip() or address
            if not trusted(address):
                break
        return address

    return find


def actor_of(scope: Scope) -> Actor:
    """Who is asking; a guest where no session layer ran."""
    actor: Actor = scope.get("actor", GUEST)
    return actor
