"""The order of the layers around the application, from the socket inwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zoco.kit.permissions import Authenticator
from zoco.kit.ratelimit import RateLimiter
from zoco.web.asgi import App
from zoco.web.channels import Channels
from zoco.web.cookies import Cookies
from zoco.web.cors import cors
from zoco.web.csrf import Csrf
from zoco.web.entrance import Entrance
from zoco.web.errors import Errors
from zoco.web.i18n import Languages
from zoco.web.limits import BODY, Limits
from zoco.web.live import Hub
from zoco.web.logs import AccessLog
from zoco.web.ratelimit import RateLimits
from zoco.web.ready import Ready
from zoco.web.resend import Resend
from zoco.web.session import Sessions
from zoco.web.sockets import Live, SocketLimits
from zoco.web.static import Static
from zoco.web.visitor import ClientAddress


@dataclass(frozen=True)
class Layers:
    """What the layers are built from.

    `ready` maps address prefixes to the topics that change what they show; `larger` maps prefixes to their body limit.
    """

    languages: Languages
    cookies: Cookies
    errors: Errors
    static: Static
    authenticator: Authenticator
    limiter: RateLimiter
    client: ClientAddress
    revision: Callable[[str], Awaitable[int]]
    ready: Mapping[str, str] = field(default_factory=dict)
    larger: Mapping[str, int] = field(default_factory=dict)
    body: int = BODY
    production: bool = False
    hub: Hub = field(default_factory=Hub)
    sockets: SocketLimits = field(default_factory=SocketLimits)
    access: AccessLog | None = None
    channels: Mapping[str, Channels] = field(default_factory=dict)
    origins: Sequence[str] = ()

    def around(self, app: Any) -> App:
        """Cheap and common answers come first: files and ready bytes never reach limits, sessions or a database.

        What guards writes and sockets stands in the way of nothing else.
        """
        guarded: App = Live(app, self.hub, self.cookies, self.client, self.sockets, channels=self.channels)
        guarded = Resend(guarded)
        guarded = Csrf(guarded, self.cookies)
        guarded = Sessions(guarded, self.authenticator, self.cookies)
        guarded = RateLimits(guarded, self.limiter, self.client)
        reads = Sessions(app, self.authenticator, self.cookies)
        app = Limits(reads, guarded, body=self.body, larger=self.larger)
        app = Ready(app, self.languages, self.revision, self.ready)
        app = self.static.around(app)
        elsewhere = cors(self.origins)
        return Entrance(app, self.errors, self.client, elsewhere, production=self.production, access=self.access)
