"""Where else the shop can be found: each address with the name and the icon of its site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_SITES: Final = {
    "bsky.app": ("Bluesky", "bluesky"),
    "facebook.com": ("Facebook", "facebook"),
    "github.com": ("GitHub", "github"),
    "instagram.com": ("Instagram", "instagram"),
    "linkedin.com": ("LinkedIn", "linkedin"),
    "mastodon.social": ("Mastodon", "mastodon"),
    "pinterest.com": ("Pinterest", "pinterest"),
    "pinterest.es": ("Pinterest", "pinterest"),
    "t.me": ("Telegram", "telegram"),
    "tiktok.com": ("TikTok", "tiktok"),
    "twitter.com": ("X", "x"),
    "wa.me": ("WhatsApp", "whatsapp"),
    "x.com": ("X", "x"),
    "youtube.com": ("YouTube", "youtube"),
}


class Place(NamedTuple):
    """An address elsewhere; a site that is not known is called by its host."""

    url: str
    name: str
    icon: str


def places(urls: Iterable[str]) -> list[Place]:
    """The same in their order, as pages show them."""
    found = []
    for url in urls:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        known = next((site for name, site in _SITES.items() if host == name or host.endswith(f".{name}")), None)
        found.append(Place(url, *(known or (host, "link"))))
    return found
