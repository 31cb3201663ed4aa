"""What leaves: the message itself, and the folder of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.features.mail.letters import a_mail, part, read

from zoco.features.mail.providers import FolderTransport, compose
from zoco.kit.events import Undeliverable

SENDER = "Zoco del Ñandú <tienda@example.com>"


def test_a_message_says_who_wrote_when_and_that_no_person_did() -> None:
    mail = a_mail()
    message = read(compose(mail, SENDER).as_bytes())
    assert message["From"] == SENDER
    assert message["To"] == "ana@example.com"
    assert message["Subject"] == "Tu pedido n.º 1 está hecho"
    assert message["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "es"
    assert message.get_content_type() == "multipart/alternative"
    assert part(message) == mail.text
    assert part(message, "html") == "<p>Gracias, Íñigo.</p>\n"


def test_a_sender_may_be_a_bare_address() -> None:
    assert compose(a_mail(), "tienda@example.com")["From"] == "tienda@example.com"


@pytest.mark.parametrize("name", ["Pan, vino y queso", "Eva “la de la tienda”", "Zoco (Madrid)", "Ñandú; S.A."])
def test_a_shop_may_be_called_anything(name: str) -> None:
    message = read(compose(a_mail(), f"{name} <tienda@example.com>").as_bytes())
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "tienda@example.com")


def test_a_domain_with_accents_travels_in_its_ascii_form() -> None:
    assert compose(a_mail(to="ana@cañón.example"), SENDER)["To"] == "ana@xn--can-8mak.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "ana@example.com\r\nBcc: all@example.com",
        "ana@example.com, eva@example.com",
        "ana@example.com>",
        "ana banana@example.com",
        "ñandú@example.com",
        f"ana@{'x' * 64}.example",
        "Ana <ana@example.com",
        "ana(b)@example.com",
    ],
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    with pytest.raises(Undeliverable, match="not an e-mail address"):
        compose(a_mail(to=address), SENDER)


def test_no_value_can_add_a_header() -> None:
    with pytest.raises(ValueError, match="Header"):
        compose(a_mail(subject="Hola\r\nBcc: all@example.com"), SENDER)


def test_a_very_long_subject_is_folded_and_read_back_whole() -> None:
    subject = "ñ" * 200 + " " + "x" * 1500
    message = read(compose(a_mail(subject=subject), SENDER).as_bytes())
    assert message["Subject"] == subject
    assert max(map(len, compose(a_mail(subject=subject), SENDER).as_bytes().splitlines())) <= 998


async def test_the_folder_holds_one_readable_file_for_each_mail(tmp_path: Path) -> None:
    folder = FolderTransport(tmp_path / "deep" / "mail")
    mail = a_mail()
    await folder.send(mail, SENDER)
    await folder.send(mail, SENDER)
    await folder.send(a_mail(to="/etc/eva@example.com", template="x"), SENDER)
    files = sorted((tmp_path / "deep" / "mail").iterdir())
    assert [file.name[:-12] for file in files] == [
        "20300102-030405-678-ana-example-com-orders-placed-",
        "20300102-030405-678-etc-eva-example-com-x-",
    ]
    assert {file.suffix for file in files} == {".eml"}
    content = files[0].read_bytes()
    assert "Gracias, Íñigo.".encode() in content
    assert read(content)["Subject"] == mail.subject
