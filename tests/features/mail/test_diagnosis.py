"""What is wrong between us and a mail server is said in words, before a mail is sent and when one fails."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.features.mail.conftest import SENDER
from tests.features.mail.letters import a_mail
from tests.features.mail.mailbox import CERTIFICATES, DROP, STALL, Mailbox, away, opened, shown

from zoco.features.mail.models import ADVICE, Fault, Verdict
from zoco.features.mail.providers import FolderTransport, Never, NotNow, SmtpServer, SmtpTransport

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


AUTHORITY = CERTIFICATES / "authority.pem"


def smtp(port: int, **changed: Any) -> SmtpTransport:
    usual: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": 5}
    return SmtpTransport(SmtpServer(**usual | changed))


async def failed(transport: SmtpTransport) -> Verdict:
    with pytest.raises((Never, NotNow)) as raised:
        await transport.send(a_mail(), SENDER)
    assert isinstance(raised.value, Never | NotNow)
    return raised.value.verdict


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """A port behind which somebody says that and waits."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(writer)
        writer.write(words)

    greeted = list[asyncio.StreamWriter]()
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        for writer in greeted:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mails_travel_encrypted_to_a_server_with_a_certificate_of_ones_own(security: str) -> None:
    certificate = shown("right")
    async with opened(Mailbox(), password="right", **{security: certificate}) as mailbox:  # type: ignore[arg-type]
        signed_in = {"security": security, "user": "tienda", "password": "right", "ca_file": AUTHORITY}
        assert await smtp(mailbox.port, **signed_in).probe(SENDER) == Verdict()
        assert mailbox.tried == []
        await smtp(mailbox.port, **signed_in).send(a_mail(), SENDER)
        wrong = await smtp(mailbox.port, **signed_in | {"password": "wrong"}).probe(SENDER)
    assert len(mailbox.mails) == 1
    assert (wrong.fault, wrong.words) == (Fault.PASSWORD, "535 5.7.8 Authentication credentials invalid")


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "ca_file", "fault"),
    [
        ("right", None, Fault.CERTIFICATE),
        ("expired", AUTHORITY, Fault.CERTIFICATE),
        ("other_name", AUTHORITY, Fault.CERTIFICATE_NAME),
        ("other_address", AUTHORITY, Fault.CERTIFICATE_NAME),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_certificate_that_proves_nothing_ends_it(
    security: str, certificate: str, ca_file: Path | None, fault: Fault
) -> None:
    async with opened(Mailbox(), **{security: shown(certificate)}) as mailbox:  # type: ignore[arg-type]
        verdict = await smtp(mailbox.port, security=security, ca_file=ca_file).probe(SENDER)
    assert verdict.fault is fault
    assert "certificate" in verdict.words.lower()


async def test_encryption_that_the_server_does_not_offer() -> None:
    async with opened(Mailbox()) as mailbox:
        assert (await failed(smtp(mailbox.port, security="starttls"))).fault is Fault.NO_STARTTLS
        assert (await failed(smtp(mailbox.port, security="tls"))).fault is Fault.NOT_TLS


async def test_a_plain_word_to_a_server_that_waits_for_tls() -> None:
    async with opened(Mailbox(), tls=shown("right")) as mailbox:
        verdict = await smtp(mailbox.port, timeout=0.2).probe(SENDER)
    assert verdict.fault is Fault.STALL
    assert "mail.security = tls" in verdict.advice


async def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    verdict = await smtp(587, host="smpt.example.com").probe(SENDER)
    assert (verdict.fault, verdict.words) == (Fault.NAME, "[Errno -2] Name or service not known")


async def test_a_port_behind_which_nobody_listens() -> None:
    with away(Mailbox()) as place:
        port = place.getsockname()[1]
        assert (await smtp(port).probe(SENDER)).fault is Fault.REFUSED
        assert (await smtp(port, host="localhost").probe(SENDER)).fault is Fault.REFUSED


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (b"", Fault.STALL),
        (b"554 5.7.1 your network is on a list\r\n", Fault.GREETING),
        (b"421 too many connections\r\n", Fault.LATER),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Fault.GREETING),
        (b"220 hello\r\n", Fault.STALL),
        (b"220 " + b"x" * 100_000 + b"\r\n", Fault.GREETING),
    ],
)
async def test_what_answers_is_no_mail_server_that_wants_us(words: bytes, fault: Fault) -> None:
    async with saying(words) as port:
        patience = {"timeout": 0.2} if fault is Fault.STALL else {}
        assert (await smtp(port, **patience).probe(SENDER)).fault is fault


@pytest.mark.parametrize(
    ("step", "reply", "fault"),
    [
        ("sender", "550 not your address", Fault.SENDER),
        ("sender", "530 sign in first", Fault.SIGN_IN_FIRST),
        ("sender", "451 later", Fault.LATER),
        ("sender", STALL, Fault.STALL),
        ("sender", DROP, Fault.DROPPED),
        ("recipient", "550 nobody of that name", Fault.RECIPIENT),
        ("recipient", "554 5.7.1 <ana@example.com>: Relay access denied", Fault.RELAY),
        ("recipient", "550 5.7.1 Client does not have permissions to send", Fault.RELAY),
        ("recipient", "550 5.1.1 nobody of that name", Fault.RECIPIENT),
        ("recipient", "450 greylisted", Fault.LATER),
        ("recipient", DROP, Fault.DROPPED),
        ("data", "554 looks like spam", Fault.MESSAGE),
        ("data", "554 5.7.1 looks like spam", Fault.MESSAGE),
        ("data", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", Fault.SENDER),
        ("data", "554 5.2.252 SendAsDenied; eva@example.com not allowed to send as", Fault.SENDER),
        ("data", "550 5.7.26 This mail is unauthenticated", Fault.SENDER),
        ("data", "452 disk full", Fault.LATER),
        ("data", STALL, Fault.STALL),
        ("data", DROP, Fault.DROPPED),
    ],
)
async def test_what_a_server_says_to_a_mail(step: str, reply: str, fault: Fault) -> None:
    async with opened(Mailbox()) as mailbox:
        setattr(mailbox, step, [reply])
        verdict = await failed(smtp(mailbox.port, **({"timeout": 0.3} if reply == STALL else {})))
    assert verdict.fault is fault
    assert mailbox.mails == []
    if reply[0].isdigit():
        assert verdict.words == reply


async def test_a_password_for_a_server_that_asks_for_none() -> None:
    mailbox = Mailbox()
    mailbox.knows_nobody = True
    async with opened(mailbox):
        verdict = await smtp(mailbox.port, user="tienda", password="x").probe(SENDER)
    assert verdict.fault is Fault.NO_SIGN_IN


async def test_a_file_of_certificates_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing", encoding="utf-8")
    for name in ("missing.pem", "empty.pem"):
        assert (await smtp(1, security="tls", ca_file=tmp_path / name).probe(SENDER)).fault is Fault.SETTINGS


async def test_a_folder_is_probed_too(tmp_path: Path) -> None:
    assert (await FolderTransport(tmp_path / "mail").probe(SENDER)).ok
    assert list((tmp_path / "mail").iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert (await FolderTransport(tmp_path / "file").probe(SENDER)).fault is Fault.FOLDER
    with pytest.raises(NotNow) as told:
        await FolderTransport(tmp_path / "file").send(a_mail(), SENDER)
    assert told.value.verdict.fault is Fault.FOLDER


async def test_a_servers_words_stay_on_one_line_and_short() -> None:
    async with opened(Mailbox()) as mailbox:
        mailbox.sender = ["550-" + "x" * 400 + "\r\n550 \x1b[31mred" + "y" * 400]
        words = (await smtp(mailbox.port).probe(SENDER)).words
    assert words.isprintable()
    assert len(words) <= 500


async def test_a_servers_words_may_be_of_an_old_alphabet() -> None:
    async with opened(Mailbox()) as mailbox:
        mailbox.recipient = ["550 el buzón está lleno".encode("latin-1")]
        verdict = await failed(smtp(mailbox.port))
    assert verdict == Verdict(fault=Fault.RECIPIENT, words="550 el buzón está lleno")


def test_every_fault_has_a_sentence_and_advice() -> None:
    assert set(ADVICE) == set(Fault)
    for fault in Fault:
        verdict = Verdict(fault=fault)
        assert verdict.message.endswith(".")
        assert verdict.advice
        assert not verdict.ok


async def test_passwords_are_not_shown() -> None:
    assert "geheim" not in repr(SmtpServer(host="mail.example.com", port=587, password="geheim"))


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example.com"])
async def test_a_host_that_can_be_none_is_told_like_one_that_nobody_knows(host: str) -> None:
    assert (await SmtpTransport(SmtpServer(host=host, port=1)).probe(SENDER)).fault is Fault.NAME


async def test_a_password_of_any_signs_is_tried() -> None:
    async with opened(Mailbox(), password="contraseña") as mailbox:
        assert (await smtp(mailbox.port, user="tienda", password="contraseña").probe(SENDER)).ok
        assert (await smtp(mailbox.port, user="tienda\r\n", password="ñ").probe(SENDER)).fault is Fault.PASSWORD
