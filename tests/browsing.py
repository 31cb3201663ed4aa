"""What a person does in a browser, without JavaScript: read a page, send its forms."""

from __future__ import annotations

import html
import re

import httpx

from zoco.kit.permissions import Actor
from zoco.testing.people import PASSWORD

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def browsing(client: httpx.AsyncClient, language: str = "es") -> httpx.AsyncClient:
    """The client with what browsers send by themselves."""
    client.headers.update({"sec-fetch-site": "same-origin", "accept-language": language, "accept": "text/html"})
    return client


async def enter(client: httpx.AsyncClient, actor: Actor) -> httpx.Response:
    """Sign in by the page."""
    answer = await client.post("/login", data={"email": actor.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return answer


def hidden(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form that a page sends to an address."""
    form = page.text.partition(f'action="{action}" method="post"')[2].partition("</form>")[0]
    assert form, f"there is no form for {action}"
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}


def text(page: httpx.Response) -> str:
    """The words of a page's main part."""
    main = page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def field(page: httpx.Response, name: str) -> str | None:
    """What stands in a field."""
    found = re.search(rf'<input[^>]* name="{re.escape(name)}"[^>]* value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else None
