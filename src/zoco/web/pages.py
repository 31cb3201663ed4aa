"""Pages: a template, drawn in the visitor's language with what every page shows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from litestar import Response
from litestar.datastructures import Cookie

from zoco.kit.office import Desk
from zoco.kit.recent import Recent
from zoco.web.about import About, Fact, Shown
from zoco.web.asgi import Headers, Scope, header
from zoco.web.body import ShopRequest
from zoco.web.cookies import CSRF, FLASH, LANGUAGE, YEAR, Cookies
from zoco.web.csrf import form_token
from zoco.web.errors import Problem
from zoco.web.flash import Flash, Undo, read_flash
from zoco.web.fragments import Fragments
from zoco.web.i18n import Language, Languages
from zoco.web.logo import Logo
from zoco.web.origin import origin
from zoco.web.paging import here, next_page
from zoco.web.resend import Sent
from zoco.web.social import places
from zoco.web.static import Static
from zoco.web.templating import Environment
from zoco.web.visitor import actor_of

_MOST_ABOUTS = 1_000


class Contribution(Protocol):
    """What a feature adds to every page, as the cart its number of pieces; asked for each page that is drawn."""

    async def __call__(self, request: ShopRequest, jar: Cookies) -> Mapping[str, Any]: ...


class Said(NamedTuple):
    """A sentence for the page, and how what it tells can be undone."""

    text: str
    undo: Undo | None


@dataclass(frozen=True)
class Look:
    """What the pages are made of. Earlier folders of `templates` shadow later ones: themes come first."""

    languages: Languages
    templates: tuple[Path, ...]
    static: Static
    cookies: Cookies
    shop: Any
    compiled: Path | None = None
    reload: bool = False
    public_url: str = ""
    logo: Logo | None = None
    desks: tuple[Desk, ...] = ()
    """The places of the back office, first ones first."""


class Pages:
    """Draws templates; every page knows the actor, the language, its own address, the shop and the form token."""

    def __init__(self, look: Look, contributions: Iterable[Contribution] = ()) -> None:
        self._languages = look.languages
        self._cookies = look.cookies
        self._public_url = look.public_url
        self.logo = look.logo
        self._contributions = tuple(contributions)
        self._abouts: Recent[Hashable, About] = Recent(_MOST_ABOUTS)
        self._switch = [(code, look.languages[code].own_name) for code in look.languages.codes]
        self._environments = {code: _environment(look, look.languages[code]) for code in look.languages.codes}

    async def render(
        self,
        request: ShopRequest,
        template: str,
        *,
        status: int = 200,
        cookies: Iterable[Cookie] = (),
        **context: Any,
    ) -> Response[str]:
        """The page as an answer. What the handler gives wins over what features contribute."""
        scope = request.scope
        for contribution in self._contributions:
            context = {**await contribution(request, self._cookies), **context}
        set_cookies = list(cookies)
        asked = self._languages.asked(scope)
        for_all = "zoco.ready" in scope  # the next one to ask may not have the cookie; what sets one is not kept
        if asked is not None and (for_all or asked != self._cookies.read(scope, LANGUAGE)):
            set_cookies.append(self._cookies.put(LANGUAGE, asked, YEAR))
        kept = self._cookies.read(scope, FLASH) if _is_read_by_somebody(scope) else None
        if kept is not None:
            set_cookies.append(self._cookies.clear(FLASH))
        body = self._draw(scope, template, read_flash(kept), context)
        set_cookies += self._new_token(scope)
        headers = {"cache-control": "private, no-cache"}
        return Response(body, status_code=status, headers=headers, media_type="text/html", cookies=set_cookies)

    def text(self, request: ShopRequest, template: str, media_type: str, **context: Any) -> Response[str]:
        """A file for programs, made of a template; it shows nothing of whoever asks but their language."""
        body = self._draw(request.scope, template, (), {"origin": self.origin(request), **context})
        return Response(body, headers={"cache-control": "no-cache"}, media_type=media_type)

    def language(self, request: ShopRequest) -> str:
        """The code of the language that the visitor reads."""
        return self._languages.of(request.scope).code

    def say(self, request: ShopRequest, message: str, **params: Any) -> str:
        """A sentence in the visitor's language, its {places} filled."""
        return self._languages.of(request.scope).say(message, params)

    def origin(self, request: ShopRequest) -> str:
        """What addresses of the shop begin with where they have to be whole, such as `https://tienda.example.com`."""
        return origin(request.scope, self._public_url)

    def about(
        self,
        request: ShopRequest,
        address: str,
        *,
        title: str,
        description: str,
        image: Shown | None = None,
        kind: str = "website",
        indexed: bool = True,
        facts: Iterable[Fact] = (),
    ) -> About:
        """What a page says of itself. `address` names no language, but one that was asked for stays."""
        start = self.origin(request)
        whole, joint = start + address, "&" if "?" in address else "?"
        spoken = {code: f"{whole}{joint}lang={code}" for code, _ in self._switch}
        asked = self._languages.asked(request.scope)
        return About(
            title=title,
            description=description,
            address=spoken[asked] if asked else whole,
            alternates=(*spoken.items(), ("x-default", whole)),
            image=image or self._own_picture(start),
            kind=kind,
            indexed=indexed,
            facts=tuple(facts),
        )

    def about_once(self, request: ShopRequest, thing: Hashable, make: Callable[[], About]) -> About:
        """What `make` says of a thing, made once for all who ask at the same address of the shop in the same way.

        `thing` must be another whenever anything is that is said of it, but for what is of the shop itself.
        """
        scope = request.scope
        key = thing, self.origin(request), self.language(request), self._languages.asked(scope)
        return self._abouts.get(key) or self._abouts.put(key, make())

    def error(self, scope: Scope, problem: Problem, trace: str | None) -> tuple[str, Headers]:
        """The page of a refusal or fault; asks no feature, so that it can be drawn when one of them is what fails."""
        sent: Sent | None = scope.get("zoco.sent")
        told = {"problem": problem, "trace": trace, "id": scope.get("request_id", ""), "sent": sent}
        told["again"] = scope["method"] in ("GET", "HEAD")
        resend = problem.status == HTTPStatus.UNAUTHORIZED and sent is not None and sent.whole
        page = self._draw(scope, "errors/resend.html" if resend else "errors/error.html", (), told)
        return page, [cookie.to_encoded_header() for cookie in self._new_token(scope)]

    def _draw(self, scope: Scope, template: str, flashes: Sequence[Flash], context: Mapping[str, Any]) -> str:
        language = self._languages.of(scope)
        everywhere = {
            "actor": actor_of(scope),
            "language": language.code,
            "languages": self._switch,
            "path": scope["path"],
            "here": partial(here, scope),
            "next_page": partial(next_page, scope),
            "csrf_token": partial(self._form_token, scope),
            "flashes": [said for flash in flashes if (said := self._said(language, flash))],
        }
        return self._environments[language.code].get_template(template).render(everywhere, **context)

    def _own_picture(self, start: str) -> Shown:
        """What stands for the shop where a page has no picture of its own; others show no SVG."""
        if self.logo and self.logo.media_type == "image/png":
            return Shown(f"{start}/icons/logo.png", self.logo.width, self.logo.height, "")
        return Shown(f"{start}/icons/512.png", 512, 512, "")

    def _form_token(self, scope: Scope) -> str:
        """Nothing for a page kept for all guests: what their browser says about the origin lets them pass."""
        return "" if scope.get("zoco.ready") else form_token(scope, self._cookies)

    def _new_token(self, scope: Scope) -> list[Cookie]:
        """The cookie to the token that a page was drawn with, where the browser had none."""
        return [self._cookies.put(CSRF, scope["zoco.csrf"])] if "zoco.csrf" in scope else []

    def _said(self, language: Language, flash: Flash) -> Said | None:
        try:
            text = language.say(self._languages.sentence(flash.code) or "", flash.filled())
        except (LookupError, ValueError):  # somebody made the cookie by hand
            return None
        return Said(text, flash.undo) if text else None


def _is_read_by_somebody(scope: Scope) -> bool:
    """A script that reads a page takes no notice away that a person waits for, unless it says that it will show it."""
    return header(scope, b"sec-fetch-dest") != b"empty" or header(scope, b"x-shows-notices") is not None


def _environment(look: Look, language: Language) -> Environment:
    environment = Environment(language, look.templates, look.compiled, reload=look.reload)
    environment.filters |= {
        "money": language.money, "date": language.date, "moment": language.moment, "number": language.number,
        "hour": language.hour, "named": language.named,
        "said": lambda error: language.say(error.message, error.params),
    }  # fmt: skip
    environment.globals |= {
        "asset": look.static.asset,
        "shop": look.shop,
        "desks": look.desks,
        "logo": look.logo,
        "elsewhere": places(look.shop.social),
        "kept": Fragments(reload=look.reload).drawn,
    }
    return environment
