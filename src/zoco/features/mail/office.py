"""Mail in the back office: what became of every mail, and how each would look."""

from __future__ import annotations

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.mail.models import MailQuery, MailState
from zoco.features.mail.service import MailService
from zoco.kit.ids import MailId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.pages import Pages
from zoco.web.paging import filters_asked

MAILS = "/panel/correos"
ON_A_PAGE = 30
_LONGEST = 100
_IN_A_FRAME = {  # scripts, forms and links are dead in there, and nothing is fetched but pictures of the shop
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "cache-control": "no-store",
}


class MailOffice(Controller):
    """`/panel/correos`: the log, one mail, another try."""

    path = MAILS
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        query = _query(request)
        found = await mail.page(actor, query)
        return await pages.render(
            request,
            "panel/mail/list.html",
            mails=found,
            query=query,
            next_tries=await mail.next_tries(actor, found.items),
            count=await mail.count(actor),
            verdict=mail.verdict,
            templates=mail.templates(actor),
        )

    @post("/ahora")
    async def hasten(
        self, mail: NamedDependency[MailService], jar: NamedDependency[Cookies], actor: NamedDependency[Actor]
    ) -> Redirect:
        count = await mail.hasten(actor)
        told = N_("Mails that are being tried now: {count}.") if count else N_("No mail is waiting for its next try.")
        return Redirect(MAILS, status_code=303, cookies=[flash(jar, told, count=count)])

    @get("/probar")
    async def before_probing(
        self,
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        mail.check_probes(actor)
        return await pages.render(request, "panel/mail/probe.html", verdict=None)

    @post("/probar", status_code=200)
    async def probe(
        self,
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """Takes as long as the mail server does; it changes nothing, so that sending the form again is harmless."""
        return await pages.render(request, "panel/mail/probe.html", verdict=await mail.probe(actor))

    @get("/{mid:str}")
    async def show(
        self,
        mid: FromPath[str],
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        found = await mail.show(actor, MailId(mid))
        next_tries = await mail.next_tries(actor, [found])
        return await pages.render(
            request, "panel/mail/mail.html", mail=found, next_try=next_tries.get(found.id), verdict=mail.verdict(found)
        )

    @get("/{mid:str}/html", media_type="text/html")
    async def words(
        self, mid: FromPath[str], mail: NamedDependency[MailService], actor: NamedDependency[Actor]
    ) -> Response[str]:
        """The mail as its reader sees it, for a frame."""
        found = await mail.show(actor, MailId(mid))
        return _framed(found.html)

    @get("/{mid:str}/enviar")
    async def confirm_sending(
        self,
        mid: FromPath[str],
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await pages.render(request, "panel/mail/again.html", mail=await mail.show(actor, MailId(mid)))

    @post("/{mid:str}/enviar")
    async def send_again(
        self,
        mid: FromPath[str],
        mail: NamedDependency[MailService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await mail.send_again(actor, MailId(mid))
        said = flash(jar, N_("The mail is on its way again."))
        return Redirect(f"{MAILS}/{mid}", status_code=303, cookies=[said])


class TemplateOffice(Controller):
    """`/panel/correos/plantillas`: every mail that the shop can write, with made-up values."""

    path = f"{MAILS}/plantillas"
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await pages.render(request, "panel/mail/templates.html", templates=mail.templates(actor))

    @get("/{feature:str}/{name:str}")
    async def show(
        self,
        feature: FromPath[str],
        name: FromPath[str],
        request: ShopRequest,
        mail: NamedDependency[MailService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        language: NamedDependency[str],
    ) -> Response[str]:
        template, spoken = f"{feature}/{name}", _spoken(request, mail, language)
        sample = mail.sample(actor, template, spoken)
        return await pages.render(request, "panel/mail/template.html", name=template, sample=sample, spoken=spoken)

    @get("/{feature:str}/{name:str}/html", media_type="text/html")
    async def words(
        self,
        feature: FromPath[str],
        name: FromPath[str],
        request: ShopRequest,
        mail: NamedDependency[MailService],
        actor: NamedDependency[Actor],
        language: NamedDependency[str],
    ) -> Response[str]:
        sample = mail.sample(actor, f"{feature}/{name}", _spoken(request, mail, language))
        return _framed(sample.html)


def _framed(html: str) -> Response[str]:
    """A link would open another window, which nothing in such a frame may do: so it does nothing."""
    return Response(html.replace("<head>", '<head><base target="_blank">', 1), headers=_IN_A_FRAME)


def _query(request: ShopRequest) -> MailQuery:
    """What the filters say; a state that there is not counts as none."""
    asked = filters_asked(request.query_params, _LONGEST)
    state = MailState(asked["state"]) if asked.get("state") in set(MailState) else None
    return MailQuery(
        state=state,
        about=asked.get("about", ""),
        template=asked.get("template", ""),
        q=asked.get("q", ""),
        after=request.query_params.get("after") or None,
        limit=ON_A_PAGE,
    )


def _spoken(request: ShopRequest, mail: MailService, language: str) -> str:
    """The language of a sample: `?idioma=`, else the reader's own."""
    asked = request.query_params.get("idioma", "")
    return asked if asked in mail.languages else language
