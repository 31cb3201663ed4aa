"""Settings: layers, refusals in one sentence, origins, masks and the secret key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from zoco.settings import Settings, SettingsError, elsewhere, expected, keys, load, origins, secret_key
from zoco.settings.tree import Language, Payment, kinds


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "zoco.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(**arguments: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        load(**({"environ": {}} | arguments))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def value_of(settings: Settings, key: str) -> tuple[Any, str]:
    return next((origin.value, origin.source) for origin in origins(settings) if origin.key == key)


# Layers


def test_a_shop_without_a_file_has_the_defaults(folder: Path) -> None:
    settings = load(environ={})
    assert settings.shop.name == "Zoco"
    assert settings.shop.currency == "USD"
    assert settings.shop.languages == ("es", "en")
    assert settings.shop.default_language == "es"
    assert settings.server.port == 8000
    assert settings.selling == "everyone"
    assert settings.environment == "development"
    assert not settings.secure_cookies
    assert settings.data_dir == folder / "var"
    assert settings.database.url == f"sqlite:///{folder}/var/zoco.db"
    assert settings.sources == {}


def test_the_section_of_the_environment_wins_over_default() -> None:
    write('[default.shop]\nname = "Uno"\ncurrency = "MXN"\n[production.shop]\nname = "Dos"\n[development]\n')
    settings = load(environment="production", environ={})
    assert (settings.shop.name, settings.shop.currency) == ("Dos", "MXN")
    assert settings.secure_cookies
    assert load(environ={}).shop.name == "Uno"


def test_a_list_is_replaced_not_joined() -> None:
    write('[default.shop]\nlanguages = ["es", "en"]\n[development.shop]\nlanguages = ["es"]\n')
    assert load(environ={}).shop.languages == ("es",)


@pytest.mark.parametrize("password", ["@format {env[HOME]}", "@int 12", "@none", "@jinja {{ 1 + 1 }}", "@int x", "@ a"])
def test_a_password_is_taken_as_it_stands(password: str) -> None:
    write(f'[default.mail]\npassword = "{password}"\n')
    assert load(environ={}).mail.password == password


def test_variables_win_over_the_file_and_are_converted() -> None:
    write("[default.server]\nport = 9000\n")
    environ = {
        "PORT": "7000",
        "ZOCO_SERVER__PORT": "7001",
        "ZOCO_RATELIMIT__ENABLED": "false",
        "ZOCO_SHOP__LANGUAGES": "en, es",
        "ZOCO_SHOP__NAME": "1234",
        "ZOCO_SELLING": "staff",
        "ZOCO_MAIL__NOTIFY": "",
        "ZOCO_SERVER__TRUSTED_PROXIES": "",
        "ZOCO_SERVER__ORIGINS": "https://a.example, http://localhost:5173",
        "HOME": "/root",
        "ZOCO_TEST_REQUIRE": "sqlite",
    }
    settings = load(environ=environ)
    assert settings.server.port == 7001
    assert settings.ratelimit.enabled is False
    assert settings.shop.languages == ("en", "es")
    assert settings.shop.name == "1234"
    assert settings.selling == "staff"
    assert settings.server.trusted_proxies == ()
    assert settings.server.origins == ("https://a.example", "http://localhost:5173")
    assert load(environ={"ZOCO_SERVER__ORIGINS": ""}).server.origins == ()
    assert load(environ={"PORT": "7000"}).server.port == 7000
    assert load(environ={"PORT": "", "DATABASE_URL": ""}).server.port == 9000


def test_a_platforms_database_address_is_understood() -> None:
    settings = load(environ={"DATABASE_URL": "postgres://a:b@db/zoco"})
    assert settings.database.url == "postgresql://a:b@db/zoco"
    assert settings.sources["database.url"] == "variable DATABASE_URL"


def test_the_data_directory_holds_a_relative_database(folder: Path) -> None:
    environ = {"ZOCO_DATA_DIR": "data here", "ZOCO_DATABASE__URL": "sqlite:///my shop.db"}
    settings = load(environ=environ)
    assert settings.data_dir == folder / "data here"
    assert settings.database.url == f"sqlite:///{folder}/data here/my shop.db"
    assert load(environ={"DATABASE_URL": "sqlite:////srv/z.db"}).database.url == "sqlite:////srv/z.db"
    assert settings.place == str(folder / "data here/my shop.db")


def test_where_the_shop_is_kept_can_be_shown_without_its_password() -> None:
    assert load(environ={"DATABASE_URL": "postgresql://a:hunter2@db/zoco"}).place == "db/zoco"


def test_another_database_stands_where_the_shops_own_would(folder: Path) -> None:
    settings = load(environ={"ZOCO_SHOP__NAME": "Uno"})
    other = elsewhere(settings, "sqlite:///other.db")
    assert other.database.url == f"sqlite:///{folder}/var/other.db"
    assert msgspec.structs.replace(other, database=settings.database) == settings


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "zoco.db", "", "mysql://ana:hun/ter2@db/zoco"])
def test_what_is_no_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match=r"must be an address such as sqlite:///zoco\.db or .*\.\Z") as refused:
        elsewhere(load(environ={}), url)
    assert "ter2" not in str(refused.value)
    assert str(refused.value).startswith(url.replace("ana:hun/ter2", "********"))


def test_file_and_environment_can_be_named_by_variables_and_arguments_win() -> None:
    other = write('[production.shop]\nname = "Otra"\n', "otra [1].toml")
    environ = {"ZOCO_CONFIG": str(other), "ZOCO_ENV": "production"}
    assert load(environ=environ).shop.name == "Otra"
    third = write('[default.shop]\nname = "Tercera"\n', "tercera.toml")
    settings = load(third, "development", environ)
    assert (settings.shop.name, settings.environment) == ("Tercera", "development")


def test_the_shops_own_address() -> None:
    assert load(environ={}).server.address == "http://127.0.0.1:8000"
    assert load(environ={"ZOCO_SERVER__HOST": "::1"}).server.address == "http://[::1]:8000"
    environ = {"ZOCO_SERVER__PUBLIC_URL": "https://tienda.example.com"}
    assert load(environ=environ).server.address == "https://tienda.example.com"


def test_how_to_pay_is_told_in_each_language_else_in_the_first() -> None:
    assert load(environ={}).shop.payment_in("es") == ""
    write('[default.shop.payment]\nes = """\nPor Bizum,\ncon tu orden.\n"""\nen = " \\n "\n')
    settings = load(environ={})
    assert settings.shop.payment_in("es") == settings.shop.payment_in("en") == "Por Bizum,\ncon tu orden."
    settings = load(environ={"ZOCO_SHOP__PAYMENT__EN": "By bank transfer."})
    assert settings.shop.payment_in("en") == "By bank transfer."
    assert value_of(settings, "shop.payment.en") == ("By bank transfer.", "variable ZOCO_SHOP__PAYMENT__EN")
    other = load(environ={"ZOCO_SHOP__PAYMENT__EN": "Cash.", "ZOCO_SHOP__DEFAULT_LANGUAGE": "en"})
    assert other.shop.payment_in("xx") == "Cash."
    assert tuple(kinds(Payment)) == get_args(Language)


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ZOCO_") or name in {"PORT", "DATABASE_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ZOCO_SHOP__NAME", "Del entorno")
    assert load().shop.name == "Del entorno"


def test_settings_are_frozen_and_show_nothing_in_logs() -> None:
    settings = load(environ={"ZOCO_MAIL__PASSWORD": "hunter2"})
    with pytest.raises(AttributeError):
        settings.shop.name = "x"  # type: ignore[misc]
    assert "hunter2" not in f"{settings!r} {settings.mail!r}"


# Refusals


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[default.server]\nport = "8000"', ("server.port", "zoco.toml [default]", "a text ('8000')", "a port from 1")),
        ("[default.server]\nport = 0", ("a whole number (0)", "from 1 to 65535")),
        ("[development.session]\nlife_minutes = 1.5", ("[development]", "a decimal number (1.5)", "whole number")),
        ("[default.auth]\naccess_minutes = 20", ("auth.access_minutes", "(20)", "from 1 to 15")),
        ("[default.ratelimit]\nenabled = 1", ("a whole number (1)", "must be true or false")),
        ("[default.chat]\ngeneral = 2026-01-01", ("a date", "true or false")),
        ('[default.mail]\nsecurity = "ssl"', ("mail.security", "none or starttls or tls")),
        ('[default]\nselling = "nobody"', ("selling", "everyone or approved or staff")),
        ('[default]\nshop = "x"', ("shop in", "a table of settings")),
        ("[default.shop.contact]\nphone = 5", ("shop.contact.phone", "must be a text")),
        (
            f'[default.shop.payment]\nen = "{"a" * 2001}"',
            ("shop.payment.en in zoco.toml [default]", "aaa…)", "must be a text of at most 2000 characters"),
        ),
        ('[default.shop]\npayment = "x"', ("shop.payment in", "a table of settings")),
        ('[default.shop.payment]\nfr = "x"', ("shop.payment.fr", "not a setting")),
        ('[default.shop]\ncurrency = "usd"', ("shop.currency", "ISO 4217")),
        ('[default.shop]\ncurrency = "USX"', ("shop.currency in zoco.toml [default]", "'USX'", "ISO 4217")),
        ('[default.shop]\nlanguages = ["fr"]', ("shop.languages", "es, en")),
        ("[default.shop]\nlanguages = []", ("shop.languages", "a list ([])")),
        ('[default.shop]\nlanguages = ["es", "es"]', ("shop.languages", "without doubles")),
        (
            '[default.shop]\nlanguages = ["en"]',
            ("shop.default_language by default", "one of shop.languages", "set it."),
        ),
        ('[default.shop.colours]\nprimary = "red"', ("shop.colours.primary", "#1f6f54")),
        ('[default.server]\ntrusted_proxies = ["x"]', ("server.trusted_proxies", "10.0.0.0/8")),
        ("[default.server]\ntrusted_proxies = [1]", ("a list, each an address or a network",)),
        *(
            (f'[default.server]\norigins = ["{origin}"]', ("server.origins", "https://app.example.com"))
            for origin in ("tienda.com", "https://a.example/", "https://*.example", "null", "")
        ),
        ('[default.server]\npublic_url = "tienda.com"', ("server.public_url", "https://")),
        ("[default.server]\nworkers = 2", ("server.workers", "SQLite")),
        ('[default.database]\nurl = "sqlite:///:memory:"', ("database.url", "sqlite:///zoco.db")),
        ('[default.mail]\nsender = "Z <a@b.c>\\nBcc: x@y.z"', ("mail.sender", "Zoco <tienda@example.com>")),
        ('[default.mail]\nsender = "tiendañ@example.com"', ("mail.sender", "Zoco <tienda@example.com>")),
        ('[default.mail]\nsender = "Z <a..b@example.com>"', ("mail.sender", "Zoco <tienda@example.com>")),
        ('[default.mail]\nsender = "a@exa..mple.com"', ("mail.sender", "Zoco <tienda@example.com>")),
        ('[default.mail]\nnotify = "a(b)@example.com"', ("mail.notify", "one e-mail address")),
        ('[default.server]\npublic_url = "https://[::1"', ("server.public_url", "https://")),
        ('[default.server]\npublic_url = "https://eva@tienda.com"', ("server.public_url", "https://")),
        ('[default.shop]\ncurency = "USD"', ("shop.curency", "not a setting", "perhaps to shop.currency.")),
        ("[default]\nport = 80", ("port in", "perhaps to server.port.")),
        ("[default]\nxyzzy = 80", ("xyzzy in zoco.toml [default] is not a setting: correct or remove it there.",)),
        ('[default]\ndata_dir = "x"', ("data_dir in", "not a setting")),
        ('[producton.shop]\nname = "x"', ("producton", "[production]", "perhaps to production.")),
        ('[global.shop]\nname = "x"', ("global", "not one of the sections")),
        ('default = "x"', ("default in", "put its keys below")),
        ("[default\n", ("zoco.toml cannot be read as TOML", "line 1")),
    ],
)
def test_a_wrong_file_is_refused_by_name(text: str, parts: tuple[str, ...]) -> None:
    write(text)
    sentence = refusal()
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("environ", "parts"),
    [
        ({"ZOCO_SERVER__PORT": "abc"}, ("server.port in variable ZOCO_SERVER__PORT is a text ('abc')", "a port")),
        ({"PORT": "tcp://10.0.0.1:80"}, ("server.port in variable PORT",)),
        ({"ZOCO_DATABASE_URL": "x"}, ("variable ZOCO_DATABASE_URL is not a setting", "perhaps to ZOCO_DATABASE__URL.")),
        ({"ZOCO_SHOP": "x"}, ("shop in variable ZOCO_SHOP", "a table of settings")),
        ({"ZOCO_SHOP__NAME__X": "x"}, ("shop.name in variable ZOCO_SHOP__NAME__X is a table",)),
        ({"ZOCO_ENV": "prod"}, ("'prod'", "development or production", "choose one of these")),
        ({"ZOCO_CONFIG": "nada.toml"}, ("nada.toml", "ZOCO_CONFIG", "does not exist")),
        ({"ZOCO_RATELIMIT__ENABLED": "si"}, ("ratelimit.enabled", "true or false")),
        ({"ZOCO_SHOP__LANGUAGES": "es,fr"}, ("shop.languages", "'es,fr'")),
        ({"ZOCO_SHOP__LANGUAGES": '["es"]'}, ("shop.languages", "commas between, no brackets")),
        ({"ZOCO_SERVER__TRUSTED_PROXIES": ' ["10.0.0.1"]'}, ("server.trusted_proxies", "commas between, no brackets")),
    ],
)
def test_a_wrong_variable_is_refused_by_name(environ: dict[str, str], parts: tuple[str, ...]) -> None:
    sentence = refusal(environ=environ)
    for part in parts:
        assert part in sentence


def test_a_logo_stands_in_the_data_directory_or_beside_the_file(folder: Path) -> None:
    (folder / "logo.svg").write_text('<?xml version="1.0"?><svg/>')
    assert load(environ={"ZOCO_SHOP__LOGO": "logo.svg"}).shop.logo == str(folder / "logo.svg")
    (folder / "var").mkdir()
    (folder / "var/logo.svg").write_text("<svg/>")
    assert load(environ={"ZOCO_SHOP__LOGO": "logo.svg"}).shop.logo == str(folder / "var/logo.svg")
    assert load(environ={}).shop.logo == ""


@pytest.mark.parametrize("name", ["nada.svg", "logo.gif", "text.png", "html.svg", "large.png"])
def test_what_is_no_logo_is_refused(folder: Path, name: str) -> None:
    for text, body in {
        "text.png": b"<svg/>",
        "html.svg": b"<html>",
        "large.png": b"\x89PNG\r\n\x1a\n" + bytes(500_000),
    }.items():
        (folder / text).write_bytes(body)
    assert "must be an SVG or PNG file of at most 500 KB" in refusal(environ={"ZOCO_SHOP__LOGO": name})


@pytest.mark.parametrize("address", ["http://a.example", "javascript:alert(1)", "https://a b.example", "https://", "x"])
def test_addresses_elsewhere_are_https(address: str) -> None:
    assert "shop.social" in refusal(environ={"ZOCO_SHOP__SOCIAL": address})
    assert load(environ={"ZOCO_SHOP__SOCIAL": "https://x.com/a,https://t.me/b"}).shop.social[1] == "https://t.me/b"


def test_a_file_that_is_not_there_or_not_text_is_refused() -> None:
    assert "nada.toml (--config) does not exist" in refusal(config=Path("nada.toml"))
    Path("zoco.toml").write_bytes(b"\xff\xfe")
    assert "cannot be read as TOML" in refusal()


def test_a_refusal_never_shows_what_may_be_a_secret() -> None:
    for name in ("DATABASE_URL", "ZOCO_MAIL__SENDER", "ZOCO_MAIL", "ZOCO_MAIL__PORT"):
        assert "hunter2" not in refusal(environ={name: "hunter2"})


# Origins


def test_every_value_says_where_it_came_from() -> None:
    write('[default.shop]\nname = "Uno"\n[development.log]\nlevel = "debug"\n')
    settings = load(environ={"PORT": "7000"})
    assert [origin.key for origin in origins(settings)] == keys()
    assert value_of(settings, "shop.name") == ("Uno", "zoco.toml [default]")
    assert value_of(settings, "log.level") == ("debug", "zoco.toml [development]")
    assert value_of(settings, "server.port") == (7000, "variable PORT")
    assert value_of(settings, "shop.currency") == ("USD", "default")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hun/ter2@db/zoco",
        "mongodb://ana:hunter2@a,b:hunter2@c/zoco",
        "postgresql://db/zoco?password=hunter2&sslmode=require",
    ],
)
def test_secrets_are_masked(url: str) -> None:
    settings = load(environ={"DATABASE_URL": url, "ZOCO_MAIL__PASSWORD": "hunter2"})
    assert value_of(settings, "mail.password")[0] == "********"
    shown = value_of(settings, "database.url")[0]
    assert "ter2" not in shown
    assert "********" in shown
    assert "zoco" in shown
    assert value_of(load(environ={}), "mail.password")[0] == ""


def test_every_setting_can_be_explained() -> None:
    for key in keys():
        kind: Any = Settings
        for name in key.split("."):
            kind = next(field.type for field in msgspec.structs.fields(kind) if field.name == name)
        assert expected(kind)


def test_the_file_in_the_repository_is_right() -> None:
    path = Path(__file__).parent.parent / "zoco.toml"
    for environment in ("development", "production"):
        assert load(path, environment, {}).shop.default_language == "es"


# The secret key


def test_the_key_is_made_once_and_private(folder: Path) -> None:
    key = secret_key(folder / "var" / "deep")
    path = folder / "var" / "deep" / "secret.key"
    assert len(key) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert secret_key(path.parent) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


def test_another_process_that_was_first_is_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = secret_key(folder)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "exists", lambda _: False)
        assert secret_key(folder) == first
    assert [entry.name for entry in folder.iterdir()] == ["secret.key"]


def test_a_key_that_cannot_be_kept_is_refused(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(SettingsError, match="cannot be kept"):
        secret_key(folder / "file")


def test_a_damaged_key_is_refused(folder: Path) -> None:
    (folder / "secret.key").write_text("short")
    with pytest.raises(SettingsError, match="damaged"):
        secret_key(folder)


def test_a_time_zone_is_one_that_the_machine_knows() -> None:
    assert load(environ={"ZOCO_SHOP__TIME_ZONE": "America/Mexico_City"}).shop.zone.key == "America/Mexico_City"
    for wrong in ("Europe/Madird", "../etc/passwd", "Europe", ""):
        with pytest.raises(SettingsError, match=r"shop\.time_zone.*Europe/Madrid"):
            load(environ={"ZOCO_SHOP__TIME_ZONE": wrong})
