"""A mail as it was written, kept whether it has left already or not, and what became of it on its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from zoco.kit.ids import MailId
from zoco.kit.text import N_, fold

SENDING = "mail.send"
"""The reaction by which mails leave, as the outbox names it."""


class MailState(StrEnum):
    """Where a mail is: still to be sent, handed over, or given up with a reason."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Fault(StrEnum):
    """What can be wrong on the way to the mail server and with what it says."""

    SETTINGS = "settings"
    FOLDER = "folder"
    NAME = "name"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    STALL = "stall"
    DROPPED = "dropped"
    GREETING = "greeting"
    NOT_TLS = "not_tls"
    NO_STARTTLS = "no_starttls"
    CERTIFICATE = "certificate"
    CERTIFICATE_NAME = "certificate_name"
    ENCRYPTION = "encryption"
    NO_SIGN_IN = "no_sign_in"
    PASSWORD = "password"  # noqa: S105 - the name of a fault
    SIGN_IN_FIRST = "sign_in_first"
    SENDER = "sender"
    ADDRESS = "address"
    RELAY = "relay"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    LATER = "later"
    OTHER = "other"


ADVICE: Mapping[Fault, tuple[str, str]] = {
    Fault.SETTINGS: (
        N_("The file of mail.ca_file cannot be used."),
        N_("Give the path of a PEM file with the certificate of your own authority, or leave mail.ca_file empty."),
    ),
    Fault.FOLDER: (
        N_("The folder for mails cannot be written."),
        N_("Let the shop's user write into the data folder, and see whether the disk is full."),
    ),
    Fault.NAME: (
        N_("There is no mail server called {host}: its name is not known (DNS)."),
        N_("See whether mail.host is spelled right, and whether this machine can look up names."),
    ),
    Fault.REFUSED: (
        N_("Nothing takes mails on port {port} of {host}: the connection was refused."),
        N_("See whether mail.port is right (usually 587 with starttls, 465 with tls) and the server runs."),
    ),
    Fault.UNREACHABLE: (
        N_("{host} cannot be reached on port {port}."),
        N_("A firewall may be in between: many hosting companies block port 25. Try port 587 or 465."),
    ),
    Fault.STALL: (
        N_("{host} stopped answering."),
        N_(
            "Where it never says a word, it may expect tls at once: try mail.security = tls with port 465. "
            "Otherwise wait: the mails do."
        ),
    ),
    Fault.DROPPED: (
        N_("{host} hung up in the middle."),
        N_("Wait a while: the mails do. If it happens every time, ask whoever runs the mail server."),
    ),
    Fault.GREETING: (
        N_("What answers on port {port} of {host} does not want to talk to us."),
        N_("See whether it is a mail server at all, and whether it lets this machine in."),
    ),
    Fault.NOT_TLS: (
        N_("Port {port} of {host} does not speak tls from the beginning."),
        N_("Set mail.security to starttls, or mail.port to 465."),
    ),
    Fault.NO_STARTTLS: (
        N_("{host} offers no encryption on port {port}, so nothing was sent."),
        N_("Set mail.security to tls with port 465; none only for a server on this very machine."),
    ),
    Fault.CERTIFICATE: (
        N_("The certificate of {host} is not to be trusted."),
        N_("It may have expired, or come from an authority of your own: name that one's PEM file in mail.ca_file."),
    ),
    Fault.CERTIFICATE_NAME: (
        N_("The certificate of the mail server is not made out to {host}."),
        N_("Set mail.host to the name that stands in the certificate."),
    ),
    Fault.ENCRYPTION: (
        N_("No encrypted connection came about with {host}."),
        N_("See whether the server knows TLS 1.2 or later."),
    ),
    Fault.NO_SIGN_IN: (
        N_("{host} knows no sign-in by user and password."),
        N_("Leave mail.user empty, or choose the port for customers' mail (587 or 465)."),
    ),
    Fault.PASSWORD: (
        N_("{host} does not accept the user {user} with this password."),
        N_("See mail.user and mail.password. Gmail, Outlook and others want an app password here, not your own one."),
    ),
    Fault.SIGN_IN_FIRST: (
        N_("{host} wants us to sign in first."),
        N_("Set mail.user and mail.password."),
    ),
    Fault.SENDER: (
        N_("{host} does not let us write as {sender}."),
        N_(
            "Set mail.sender to an address that belongs to the user you sign in with, and set up SPF and DKIM for its "
            "domain."
        ),
    ),
    Fault.ADDRESS: (
        N_("“{to}” is no e-mail address that can be written to."),
        N_("Correct it where it was typed."),
    ),
    Fault.RELAY: (
        N_("{host} passes on no mails from us."),
        N_("Sign in with mail.user and mail.password, or let whoever runs the server allow this machine and sender."),
    ),
    Fault.RECIPIENT: (
        N_("{host} does not take mails to {to}."),
        N_("See whether the address exists and is spelled right."),
    ),
    Fault.MESSAGE: (
        N_("{host} refused what the mail says."),
        N_("It may look like spam to it: set up SPF and DKIM for the sender's domain."),
    ),
    Fault.LATER: (
        N_("{host} asks us to come back later."),
        N_("That is usual with first mails (greylisting): the shop tries again by itself."),
    ),
    Fault.OTHER: (
        N_("The mail could not be handed over."),
        N_("The words below say why."),
    ),
}
"""Of every fault: what is wrong, and what to do about it."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a try: a fault, or none. `params` fill the sentences, `words` are the server's or system's own."""

    fault: Fault | None = None
    words: str = ""
    params: Mapping[str, str] = {}

    @property
    def ok(self) -> bool:
        return self.fault is None

    @property
    def message(self) -> str:
        """What is wrong, as an English sentence for the translations."""
        return ADVICE[self.fault][0] if self.fault else N_("The mail server answers as it should.")

    @property
    def advice(self) -> str:
        """What to do about it; empty where nothing is wrong."""
        return ADVICE[self.fault][1] if self.fault else ""


class MailLine(msgspec.Struct, frozen=True, kw_only=True):
    """A mail in the log, without its words."""

    id: MailId
    to: str
    language: str
    template: str
    subject: str
    created_at: datetime
    sent_at: datetime | None = None
    about: str = ""
    """What it tells of, as `order 12`; empty where it belongs to nothing that staff look at."""
    private: bool = False
    """Whether it holds a link that only the recipient may follow; nobody else sees its words."""
    state: MailState = MailState.WAITING
    attempts: int = 0
    tried_at: datetime | None = None
    fault: Fault | None = None
    error: str = ""
    """What the last try was told, word for word."""
    event: str = ""
    """The fact by which it is sent, empty for those of the shop's first version."""
    reopened_at: datetime | None = None
    """Since when it is sent again."""

    @property
    def delivery(self) -> str:
        """The outbox row by which it is sent."""
        return f"{self.event}/{SENDING}"


class Mail(MailLine, frozen=True, kw_only=True):
    """One message to one address; `key` is what makes it the only one of its kind."""

    key: str
    text: str
    html: str
    message_id: str
    """The `Message-ID` header, the same however often it is tried, so that a reader's program shows it once."""

    @property
    def words(self) -> str:
        """What it is found by, folded."""
        return fold(f"{self.to} {self.subject}")


class MailQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of the log: in one state, about one thing, with `q` in their address or subject however typed."""

    state: MailState | None = None
    about: str = ""
    template: str = ""
    q: str = ""
    after: str | None = None
    limit: int = 20

    @property
    def words(self) -> str:
        """What stands among those of the mail."""
        return fold(self.q)
