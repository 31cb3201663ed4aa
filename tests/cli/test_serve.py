"""`zoco serve` as a process: it listens, notices what another process stores, and ends as it is asked to."""

from __future__ import annotations

import http.client
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.serving import reserved_port

COMMAND = [sys.executable, "-m", "zoco"]
Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as number:
        yield number


@pytest.fixture
def serve(shop_there: Path, port: int) -> Iterator[Serve]:
    started = list[subprocess.Popen[str]]()

    def serve(*words: str) -> subprocess.Popen[str]:
        command = [*COMMAND, "serve", "--port", str(port), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        wait_for(process, port)
        return process

    yield serve
    for process in started:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(process: subprocess.Popen[str], port: int) -> None:
    """Until the server answers; looking for it all the time would take a processor from it."""
    end = time.monotonic() + 60
    while True:
        try:
            assert get(port, "/readyz")[0] == 200
        except ConnectionRefusedError:
            assert time.monotonic() < end
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        else:
            return


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=30)


def test_an_import_beside_it_shows_at_once_and_control_c_ends_it(serve: Serve, port: int, place: Path) -> None:
    process = serve()
    address = "/api/products?limit=1"
    assert get(port, address) == get(port, address) == (200, b'{"items":[],"next":null}')
    file = place / "products.csv"
    file.write_text("Handle,Title,Type,Variant Price,Variant Inventory Qty\nt,Taza,Tazas,12.50,10\n", encoding="utf-8")
    assert run("import", "products", str(file)).returncode == 0
    assert b'"title":"Taza"' in get(port, address)[1]
    busy = run("serve", "--port", str(port))
    assert busy.returncode == 1
    assert busy.stderr == (
        f"zoco: port {port} of 127.0.0.1 is in use: end what listens there, or choose another with --port.\n"
    )
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/setup/" in said


def test_what_it_was_asked_before_sigterm_it_still_answers(serve: Serve, port: int) -> None:
    process = serve()
    body = b'{"email":"ana@example.com","password":"una clave larga"}'
    head = (
        "POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
        asking.sendall(f"{head}\r\n\r\n".encode() + body[:-1])
        assert asking.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"  # from now on it knows that it is asked
        process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionError):  # it takes in nobody new
            while True:
                socket.create_connection(("127.0.0.1", port), timeout=20).close()
        asking.sendall(body[-1:])
        assert asking.recv(1000).startswith(b"HTTP/1.1 401 ")
    said, _ = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
    assert "Traceback" not in said


def test_reload_keeps_what_the_command_line_said(serve: Serve, port: int, place: Path) -> None:
    (place / "own.toml").write_text('[default.shop]\nname = "La Esquina"\n', encoding="utf-8")
    process = serve("--reload", "--config", "own.toml", "--env", "development")
    assert "La Esquina" in get(port, "/")[1].decode()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_a_second_one_on_the_same_file_says_so(serve: Serve, port: int) -> None:
    first = serve()
    with reserved_port() as other:
        second = serve("--port", str(other))
        wait_for(second, other)
        for process in (second, first):
            process.send_signal(signal.SIGINT)
        said = [process.communicate(timeout=20)[0] for process in (first, second)]
    assert ["with SQLite only one should" in one for one in said] == [False, True]


@pytest.mark.parametrize(
    ("host", "said"),
    [("nowhere.invalid", "there is no address called nowhere.invalid"), ("203.0.113.7", "nothing can listen on port")],
)
def test_where_nobody_can_listen(shop_there: Path, host: str, said: str) -> None:
    done = run("serve", "--host", host)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_person_is_asked_for_the_password_and_does_not_see_it(shop_there: Path) -> None:
    words = ["user", "create", "--name", "Jefa", "--email", "jefa@example.com"]
    terminal, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, *words], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    said = b""
    for prompt in (b"Password: ", b"confirmation: "):
        said += heard(terminal, prompt)
        os.write(terminal, b"una clave larga y buena\n")
    said += heard(terminal, b"was created.")
    assert process.wait(20) == 0
    os.close(terminal)
    assert b"clave" not in said


def heard(terminal: int, words: bytes) -> bytes:
    """What the terminal shows until these words have come."""
    said = b""
    while words not in said:
        assert select.select([terminal], [], [], 20)[0], said
        said += os.read(terminal, 1000)
    return said
