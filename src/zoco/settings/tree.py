"""The tree of settings: names, types, limits, defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

ENVIRONMENTS = ("development", "production")

# A description finishes the sentence "… must be": refusals and the reference are made from it.
Name = Annotated[str, Meta(min_length=1, max_length=80, description="a text of 1 to 80 characters")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="an ISO 4217 code such as USD")]
Language = Literal["es", "en"]
TimeZone = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*\Z", description="a time zone such as Europe/Madrid")
]
Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}\Z", description="a colour such as #1f6f54")]
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[^@\s<>(),.:;\[\]\\\"]{1,63}"
_ADDRESS = rf"{_WORD}(\.{_WORD})*@{_LABEL}(\.{_LABEL})*"
Email = Annotated[str, Meta(pattern=rf"^({_ADDRESS})?\Z", description="one e-mail address, or empty")]
Sender = Annotated[
    str,
    Meta(
        pattern=rf"^([^<>\r\n]+ <{_ADDRESS}>|{_ADDRESS})\Z",
        description="an e-mail address such as Zoco <tienda@example.com>",
    ),
]
Host = Annotated[str, Meta(pattern=r"^[^\s/@]+\Z", description="a host name or an address")]
Port = Annotated[int, Meta(ge=1, le=65535, description="a port from 1 to 65535")]
Proxy = Annotated[str, Meta(description="an address or a network such as 10.0.0.0/8")]
PublicUrl = Annotated[
    str,
    Meta(
        pattern=r"^(https?://(\[[0-9A-Fa-f:.]+\]|[^\s/@?#:\[\]\\]+)(:[0-9]{1,5})?)?\Z",
        description="an address such as https://tienda.example.com, or empty",
    ),
]
Origin = Annotated[
    str,
    Meta(pattern=r"^(\*|https?://(\[[0-9A-Fa-f:.]+\]|[^\s/@?#:*\[\]\\]+)(:[0-9]{1,5})?)\Z", description="an origin"),
]
Logo = Annotated[
    str,
    Meta(
        pattern=r"^([^\r\n]+\.(svg|png))?\Z",
        description="an SVG or PNG file of at most 500 KB in the data directory or beside zoco.toml, or empty",
    ),
]
Words = Annotated[str, Meta(max_length=2000, description="a text of at most 2000 characters")]
Elsewhere = Annotated[
    str,
    Meta(pattern=r"^https://[^\s/@\"'<>]+\.[^\s\"'<>]+\Z", description="an address such as https://instagram.com/zoco"),
]
DatabaseUrl = Annotated[
    str,
    Meta(
        pattern=r"^(sqlite:///(?!:memory:)[^?\r\n]+|(postgres|postgresql|mongodb|mongodb\+srv)://\S+)\Z",
        description="an address such as sqlite:///zoco.db or postgresql://user:password@host/database",
    ),
]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; its `repr` shows no values, because some are secret and a repr ends up in logs."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Colours(Section, frozen=True):
    """The two colours that a theme is made from."""

    primary: Colour = "#1f6f54"
    accent: Colour = "#c2410c"


class Contact(Section, frozen=True):
    """How customers reach the shop; what is empty is not shown."""

    email: Email = ""
    phone: str = ""
    address: str = ""


class Payment(Section, frozen=True):
    """The shop's own words on how to pay, by the codes of languages; they may have several lines."""

    es: Words = ""
    en: Words = ""


class Shop(Section, frozen=True):
    """What the shop is called, how it looks, where else it can be found, and in which words and money it speaks.

    After loading, `logo` is the whole path of its file.
    """

    name: Name = "Zoco"
    currency: Currency = "USD"
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, description="a list of languages (es, en)")] = (
        "es",
        "en",
    )
    default_language: Language = "es"
    time_zone: TimeZone = "UTC"
    colours: Colours = Colours()
    contact: Contact = Contact()
    payment: Payment = Payment()
    logo: Logo = ""
    social: Annotated[
        tuple[Elsewhere, ...],
        Meta(max_length=12, description="a list of at most 12 addresses such as https://instagram.com/zoco"),
    ] = ()

    @property
    def zone(self) -> ZoneInfo:
        """By which its days begin, and its times are told."""
        return ZoneInfo(self.time_zone)

    def payment_in(self, language: str) -> str:
        """How to pay, in that language, else in the default one; empty where the shop says nothing."""
        told: dict[str, str] = msgspec.structs.asdict(self.payment)
        return told.get(language, "").strip() or told[self.default_language].strip()


class Server(Section, frozen=True):
    """Where the process listens, by which address people know it, and from which other ones pages may use the API."""

    host: Host = "127.0.0.1"
    port: Port = 8000
    public_url: PublicUrl = ""
    workers: Annotated[int, Meta(ge=1, le=64, description="a whole number from 1 to 64")] = 1
    trusted_proxies: tuple[Proxy, ...] = ()
    origins: Annotated[
        tuple[Origin, ...], Meta(description='a list of addresses such as https://app.example.com, or "*" for all')
    ] = ("*",)

    @property
    def address(self) -> str:
        """`public_url`, or where the process listens; without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Database(Section, frozen=True):
    """The store, and how many connections each process keeps to PostgreSQL, one more besides.

    After loading, a relative SQLite file stands below the data directory.
    """

    url: DatabaseUrl = "sqlite:///zoco.db"
    pool: Annotated[int, Meta(ge=2, le=200, description="a whole number from 2 to 200")] = 16


class Mail(Section, frozen=True):
    """How mail leaves: into a folder of `.eml` files, or by SMTP."""

    transport: Literal["folder", "smtp"] = "folder"
    host: Host = "localhost"
    port: Port = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = ""
    ca_file: str = ""
    sender: Sender = "Zoco <tienda@localhost>"
    notify: Email = ""


class Session(Section, frozen=True):
    """The life of a browser's sign-in."""

    life_minutes: Annotated[int, Meta(ge=1, le=525_600, description="a whole number of minutes from 1 to 525600")] = (
        10_080
    )


class Auth(Section, frozen=True):
    """The life of API tokens, and how passwords are hashed."""

    access_minutes: Annotated[int, Meta(ge=1, le=15, description="a whole number of minutes from 1 to 15")] = 15
    refresh_days: Annotated[int, Meta(ge=1, le=365, description="a whole number of days from 1 to 365")] = 30
    password_scheme: Literal["bcrypt", "argon2id"] = "bcrypt"  # noqa: S105 - the name of a method


class RateLimit(Section, frozen=True):
    """Whether many requests from one place are slowed down."""

    enabled: bool = True


class Chat(Section, frozen=True):
    """Whether the general channel is open, and after how many unread minutes an answer is mailed (0: never)."""

    general: bool = True
    mail_after: Annotated[int, Meta(ge=0, le=10_080, description="a whole number of minutes from 0 to 10080")] = 10


class Uploads(Section, frozen=True):
    """The largest picture that is taken in."""

    max_bytes: Annotated[
        int, Meta(ge=1024, le=104_857_600, description="a whole number of bytes from 1024 to 104857600")
    ] = 10_485_760
    max_pixels: Annotated[
        int, Meta(ge=10_000, le=200_000_000, description="a whole number of pixels from 10000 to 200000000")
    ] = 40_000_000


class Log(Section, frozen=True):
    """What is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(Section, frozen=True):
    """Everything that can be set; `environment`, `data_dir` and `sources` are worked out by `load`, not set."""

    shop: Shop = Shop()
    server: Server = Server()
    database: Database = Database()
    mail: Mail = Mail()
    session: Session = Session()
    auth: Auth = Auth()
    ratelimit: RateLimit = RateLimit()
    selling: Literal["everyone", "approved", "staff"] = "everyone"
    chat: Chat = Chat()
    uploads: Uploads = Uploads()
    log: Log = Log()
    environment: Literal["development", "production"] = "development"
    data_dir: Path = Path("var")
    sources: dict[str, str] = {}
    """Where each value that is not a default came from, by its dotted key."""

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel only by HTTPS."""
        return self.environment == "production"

    @property
    def place(self) -> str:
        """Where the shop is kept, as it may be shown: its file, or its server and database."""
        if self.database.url.startswith("sqlite:"):
            return self.database.url.removeprefix("sqlite:///")
        server = urlsplit(self.database.url)
        return f"{server.hostname or 'this machine'}{server.path}"


_COMPUTED = {"environment", "data_dir", "sources"}
TYPE_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a decimal number",
    "str": "a text",
    "list": "a list",
    "dict": "a table",
}


def expected(kind: Any) -> str:
    """What a value of an annotated type must be, in words: `a port from 1 to 65535`."""
    for meta in get_args(kind)[1:]:
        if isinstance(meta, Meta) and meta.description:
            return meta.description
    plain = bare(kind)
    if get_origin(plain) is Literal:
        return " or ".join(get_args(plain))
    if get_origin(plain) is tuple:
        return f"a list, each {expected(get_args(plain)[0])}"
    return TYPE_NAMES[plain.__name__]


def bare(kind: Any) -> Any:
    """The type below an `Annotated`."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def is_section(kind: Any) -> TypeGuard[type[Section]]:
    """Whether it is a table of settings, not a value."""
    return isinstance(kind, type) and issubclass(kind, Section)


def kinds(section: type[Section]) -> dict[str, Any]:
    """What may be set in a section, with the annotated type of each."""
    return {field.name: field.type for field in msgspec.structs.fields(section) if field.name not in _COMPUTED}


def keys(section: type[Section] = Settings, above: str = "") -> list[str]:
    """Every dotted key that may be set."""
    found = list[str]()
    for name, kind in kinds(section).items():
        found += keys(kind, f"{above}{name}.") if is_section(kind) else [f"{above}{name}"]
    return found
