"""What is wrong with how a server is set, and what to do about it: rules without I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import msgspec

from zoco.features.mail.models import Verdict
from zoco.kit.text import N_
from zoco.settings import Settings

MEGABYTE = 1_000_000
ENOUGH_SPACE, LITTLE_SPACE = 1000 * MEGABYTE, 200 * MEGABYTE
SLOW = timedelta(milliseconds=250)
EARLIEST = 2026
"""No clock that is right is in a year before this program was written."""
AHEAD = timedelta(minutes=2)
SAFE_SQLITE = (3, 51, 3)
_LOCAL = re.compile(r"(localhost|127(\.\d+){3}|\[?::1\]?|.*\.(localhost|local|test|invalid|example))\Z", re.IGNORECASE)


class Weight(StrEnum):
    """How much a finding matters: it harms the shop or its customers, it can be better, or all is well."""

    BAD = "bad"
    NOTE = "note"
    GOOD = "good"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found about a setting, or about what surrounds the server; sentences in English for the translations."""

    about: str
    weight: Weight
    message: str
    advice: str = ""
    params: Mapping[str, Any] = {}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """How whoever looks has come here, as far as the server sees it; empty from the command line."""

    host: str = ""
    peer: str = ""
    """The address at the other end of the connection."""
    forwarded: bool = False
    """Somebody in between named the visitor."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the server stands on, measured."""

    now: datetime
    writable: bool
    fault: str = ""
    """Why the data folder cannot be written, in the system's words."""
    free: int
    """Bytes that are left on its disk."""
    key_open: bool = False
    """Whether others on this machine can read the shop's secret key."""
    newest: datetime | None
    """When the newest file in the data folder was changed."""
    database: timedelta | None
    """How long the database took for an answer; None where it gave none."""
    engine: str
    """Its name and version, such as `SQLite 3.51.3`."""
    mail: Verdict = Verdict()
    """Whether there is anybody who would take mails."""


class Line(msgspec.Struct, frozen=True):
    """A setting as it may be shown."""

    key: str
    label: str
    value: Any
    source: str


LABELS: Mapping[str, str] = {
    "shop.name": N_("What the shop is called"),
    "shop.currency": N_("The money that it counts in"),
    "shop.languages": N_("Languages that it speaks"),
    "shop.default_language": N_("The language for those who ask for none of them"),
    "shop.time_zone": N_("The time zone of its days and hours"),
    "shop.colours.primary": N_("First colour"),
    "shop.colours.accent": N_("Second colour"),
    "shop.contact.email": N_("E-mail for customers"),
    "shop.contact.phone": N_("Phone for customers"),
    "shop.contact.address": N_("Address for customers"),
    "shop.payment.es": N_("How to pay, in Spanish"),
    "shop.payment.en": N_("How to pay, in English"),
    "shop.logo": N_("Logo"),
    "shop.social": N_("Where else the shop can be found"),
    "server.host": N_("Address that it listens at"),
    "server.port": N_("Port"),
    "server.public_url": N_("Address by which people know it"),
    "server.workers": N_("Processes"),
    "server.trusted_proxies": N_("Proxies that may name the visitor"),
    "server.origins": N_("Front ends elsewhere that may use the API"),
    "database.url": N_("Database"),
    "database.pool": N_("Connections to the database, of each process"),
    "mail.transport": N_("Where mails go"),
    "mail.host": N_("Mail server"),
    "mail.port": N_("Its port"),
    "mail.security": N_("How the way to it is kept secret"),
    "mail.user": N_("Name to sign in with"),
    "mail.password": N_("Password to sign in with"),
    "mail.ca_file": N_("Certificates of an authority of one's own"),
    "mail.sender": N_("Who writes"),
    "mail.notify": N_("Who is told of every order"),
    "session.life_minutes": N_("Minutes that a sign-in lasts"),
    "auth.access_minutes": N_("Minutes that a program's token lasts"),
    "auth.refresh_days": N_("Days after which a program signs in again"),
    "auth.password_scheme": N_("How passwords are kept"),
    "ratelimit.enabled": N_("Too many requests are slowed down"),
    "selling": N_("Who may sell"),
    "chat.general": N_("Open channel for all customers"),
    "chat.mail_after": N_("Unread minutes after which an answer is mailed"),
    "uploads.max_bytes": N_("Largest picture, in bytes"),
    "uploads.max_pixels": N_("Largest picture, in pixels"),
    "log.level": N_("What is logged"),
    "log.format": N_("Form of the log"),
}
"""What each setting is about, by its key."""


def findings(settings: Settings, around: Surroundings, visit: Visit) -> list[Finding]:
    """Everything that was asked, what harms first."""
    rules = (_public_url, _environment, _proxy, _mail, _mail_server, _limits, _told, _disk, _key, _database, _clock)
    found = [finding for rule in rules for finding in rule(settings, around, visit)]
    return sorted(found, key=lambda finding: list(Weight).index(finding.weight))


def _public_url(settings: Settings, _around: Surroundings, visit: Visit) -> Iterator[Finding]:
    about, url = "server.public_url", settings.server.public_url
    production = settings.environment == "production"
    host = urlsplit(url).netloc
    if not url:
        yield Finding(
            about=about,
            weight=Weight.BAD if production else Weight.NOTE,
            message=N_("Nobody said by which address people know the shop: links in mails lead to {address}."),
            advice=N_("Set server.public_url to the address that customers type, such as https://tienda.example.com."),
            params={"address": settings.server.address},
        )
    elif production and url.startswith("http:"):
        yield Finding(
            about=about,
            weight=Weight.BAD,
            message=N_("People come by http: on the way, anybody can read their passwords."),
            advice=N_("Let a proxy such as Caddy speak https, and begin server.public_url with https://."),
        )
    elif production and _LOCAL.match(urlsplit(url).hostname or ""):
        yield Finding(
            about=about,
            weight=Weight.BAD,
            message=N_("Links in mails lead to {there}, which is only this machine to whoever follows them."),
            advice=N_("Set server.public_url to the address that customers type, such as https://tienda.example.com."),
            params={"there": host},
        )
    elif visit.host and visit.host != host:
        yield Finding(
            about=about,
            weight=Weight.NOTE,
            message=N_("You have come by {here}, but the shop believes that it is at {there}."),
            advice=N_("If customers come by this address, too, correct server.public_url, or let the other lead here."),
            params={"here": visit.host, "there": host},
        )
    else:
        yield Finding(about=about, weight=Weight.GOOD, message=N_("Links lead to where people find the shop."))


def _environment(settings: Settings, _around: Surroundings, visit: Visit) -> Iterator[Finding]:
    host = re.sub(r":\d*\Z", "", visit.host)  # `[::1]` may come without a port
    if settings.environment == "development" and host and not _LOCAL.match(host):
        yield Finding(
            about="environment",
            weight=Weight.BAD,
            message=N_("The shop runs for development but is reached from outside: visitors see details of errors."),
            advice=N_("Start it with --env production, or ZOCO_ENV=production."),
        )
    elif settings.environment == "production" and settings.log.level == "debug":
        yield Finding(
            about="log.level",
            weight=Weight.NOTE,
            message=N_("Everything is logged, which costs time and fills the disk."),
            advice=N_("Set log.level to info once you have found what you were looking for."),
        )


def _proxy(settings: Settings, _around: Surroundings, visit: Visit) -> Iterator[Finding]:
    for proxy in settings.server.trusted_proxies:
        if ip_network(proxy, strict=False).prefixlen == 0:
            yield Finding(
                about="server.trusted_proxies",
                weight=Weight.BAD,
                message=N_("Everybody may say who they are: whoever tries passwords has a new address each time."),
                advice=N_("Name only your own proxy in server.trusted_proxies, such as 127.0.0.1, instead of {proxy}."),
                params={"proxy": proxy},
            )
    if visit.forwarded and not _trusted(visit.peer, settings.server.trusted_proxies):
        yield Finding(
            about="server.trusted_proxies",
            weight=Weight.BAD,
            message=N_("A proxy stands before the shop, but may not say who comes: all visitors count as one."),
            advice=N_("Put the proxy's address, {peer}, into server.trusted_proxies."),
            params={"peer": visit.peer},
        )


def _trusted(peer: str, proxies: Iterable[str]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:  # a socket of this machine
        return True
    return any(address in ip_network(proxy, strict=False) for proxy in proxies)


def _mail(settings: Settings, _around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    mail = settings.mail
    production = settings.environment == "production"
    if mail.transport == "folder":
        yield Finding(
            about="mail.transport",
            weight=Weight.BAD if production else Weight.NOTE,
            message=N_("Mails go into a folder on this machine: customers get none."),
            advice=N_(
                "Set mail.transport to smtp, and name the mail server in mail.host, mail.user and mail.password."
            ),
        )
    domain = mail.sender.removesuffix(">").rpartition("@")[2]
    if mail.transport == "smtp" and (_LOCAL.match(domain) or "." not in domain):
        yield Finding(
            about="mail.sender",
            weight=Weight.BAD,
            message=N_("Mails come from {domain}, which no mail server takes for a real sender."),
            advice=N_("Set mail.sender to an address of your own domain, such as tienda@example.com."),
            params={"domain": domain},
        )
    if mail.transport == "smtp" and mail.security == "none" and not _LOCAL.match(mail.host):
        yield Finding(
            about="mail.security",
            weight=Weight.BAD,
            message=N_("Mails, and the password of the mail server, travel as if on a postcard."),
            advice=N_("Set mail.security to starttls (port 587) or tls (port 465)."),
        )
    if not mail.notify:
        yield Finding(
            about="mail.notify",
            weight=Weight.NOTE,
            message=N_("Nobody of the shop is told of new orders by mail."),
            advice=N_("Set mail.notify to an address that somebody reads."),
        )


def _mail_server(settings: Settings, around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    mail, verdict = settings.mail, around.mail
    if mail.transport != "smtp":
        return
    if not verdict.ok:
        yield Finding(
            about="mail.host",
            weight=Weight.BAD,
            message=verdict.message,
            advice=verdict.advice,
            params=verdict.params,
        )
    if mail.user and not mail.password:
        yield Finding(
            about="mail.password",
            weight=Weight.BAD,
            message=N_("There is a user for the mail server, but no password."),
            advice=N_("Set ZOCO_MAIL__PASSWORD; Gmail, Outlook and others want an app password here."),
        )
    if (mail.port, mail.security) in {(465, "starttls"), (587, "tls")}:
        yield Finding(
            about="mail.port",
            weight=Weight.BAD,
            message=N_("Port {port} and {security} do not go together: mails will wait in vain."),
            advice=N_("Use port 587 with starttls, or port 465 with tls."),
            params={"port": str(mail.port), "security": mail.security},
        )


def _limits(settings: Settings, _around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    if not settings.ratelimit.enabled:
        yield Finding(
            about="ratelimit.enabled",
            weight=Weight.BAD if settings.environment == "production" else Weight.NOTE,
            message=N_("Nothing slows down those who try one password after another."),
            advice=N_("Set ratelimit.enabled to true, which is what it is by itself."),
        )


def _told(settings: Settings, _around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    shop, contact = settings.shop, settings.shop.contact
    if not (contact.email or contact.phone or contact.address):
        yield Finding(
            about="shop.contact",
            weight=Weight.NOTE,
            message=N_("Customers find no way to reach you; in many countries the law wants one."),
            advice=N_("Set shop.contact.email, phone or address; they stand at the foot of every page."),
        )
    if not shop.payment_in(shop.default_language):
        advice = N_("Say it in {key}; it stands at the checkout, in each order until it is paid, and in its mail.")
        said, key = N_("Customers are not told how to pay."), {"key": f"shop.payment.{shop.default_language}"}
        yield Finding(about="shop.payment", weight=Weight.NOTE, message=said, advice=advice, params=key)


def _disk(settings: Settings, around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    about, params = "data_dir", {"place": str(settings.data_dir), "free": around.free // MEGABYTE}
    if not around.writable:
        yield Finding(
            about=about,
            weight=Weight.BAD,
            message=N_("The data folder {place} cannot be written ({fault}): pictures and orders are lost."),
            advice=N_("Let the user that the shop runs as own the folder, or name another in ZOCO_DATA_DIR."),
            params=params | {"fault": around.fault},
        )
    elif around.free < ENOUGH_SPACE:
        yield Finding(
            about=about,
            weight=Weight.BAD if around.free < LITTLE_SPACE else Weight.NOTE,
            message=N_("Only {free} MB are left on the disk of {place}."),
            advice=N_("Make room, or move the data folder to a larger disk; a full one stops every purchase."),
            params=params,
        )
    else:
        yield Finding(
            about=about,
            weight=Weight.GOOD,
            message=N_("The data folder {place} can be written; {free} MB are free."),
            params=params,
        )


def _key(settings: Settings, around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    if around.key_open:
        yield Finding(
            about="secret.key",
            weight=Weight.BAD,
            message=N_("Others on this machine can read {file}: with it, they can sign in as anybody."),
            advice=N_("Let nobody but the shop's user read it: chmod 600 {file}."),
            params={"file": str(settings.data_dir / "secret.key")},
        )


def _database(_settings: Settings, around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    about = "database.url"
    if around.database is None:
        yield Finding(
            about=about,
            weight=Weight.BAD,
            message=N_("The database does not answer."),
            advice=N_("See whether its server runs, and whether database.url names it."),
        )
        return
    took = {"took": round(around.database.total_seconds() * 1000, 1), "engine": around.engine}
    if around.database > SLOW:
        yield Finding(
            about=about,
            weight=Weight.NOTE,
            message=N_("{engine} took {took} ms for an answer."),
            advice=N_("Bring it nearer to the shop, or see what else keeps it busy."),
            params=took,
        )
    else:
        yield Finding(about=about, weight=Weight.GOOD, message=N_("{engine} answers within {took} ms."), params=took)
    name, _, version = around.engine.partition(" ")
    if name == "SQLite" and tuple(int(part) for part in version.split(".")) < SAFE_SQLITE:
        yield Finding(
            about=about,
            weight=Weight.NOTE,
            message=N_("SQLite {version} can damage a file that two programs write at once."),
            advice=N_("Let no other program write into it while the shop runs, or install SQLite {safe} or later."),
            params={"version": version, "safe": ".".join(map(str, SAFE_SQLITE))},
        )


def _clock(_settings: Settings, around: Surroundings, _visit: Visit) -> Iterator[Finding]:
    now = around.now
    behind = now.year < EARLIEST or (around.newest is not None and around.newest > now + AHEAD)
    if behind:
        yield Finding(
            about="clock",
            weight=Weight.BAD,
            message=N_("The machine's clock says {now}, which has been before: sign-ins and links end at wrong times."),
            advice=N_("Let the machine set its clock by itself (NTP): timedatectl set-ntp true."),
            params={"now": now},
        )
    else:
        yield Finding(about="clock", weight=Weight.GOOD, message=N_("It is {now}."), params={"now": now})
