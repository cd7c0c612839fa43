"""What connections that ask nothing, or say half of it, cost those that ask."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shutil import copytree

import psutil
import pytest
from samples import SEED_ID
from servers import RECOMMENDER, free_port, running

from recommender.artefacts import Manifest

HEAD = b"POST /related HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n"
DRAFT = json.dumps({"title": "Wend floods"}, separators=(",", ":")).encode()


@pytest.fixture(scope="module")
def port(published_once: tuple[Path, Manifest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of one worker, which takes articles."""
    own, models = free_port(), tmp_path_factory.mktemp("served") / "models"
    copytree(published_once[0], models)
    command = [RECOMMENDER, "serve", "--port", str(own), "--models", str(models)]
    with running(command, own, RECOMMENDER_TOKEN="t"):
        yield own


def test_idle_connections_half_headers_and_slow_bodies_keep_nobody_waiting(port: int) -> None:
    look_up = f"http://127.0.0.1:{port}/articles/{SEED_ID}/related"
    with ExitStack() as held:

        def opened(data: bytes) -> socket.socket:
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            connection.sendall(data)
            return connection

        for _ in range(150):  # more than granian's own defaults let in
            opened(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").recv(65536)
            opened(b"")
            opened(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-")
        slow = [opened(HEAD + DRAFT[:5]) for _ in range(100)]
        begun = time.monotonic()
        for path in [look_up] * 20 + [f"{look_up}?published=only", f"http://127.0.0.1:{port}/healthz"]:
            with urllib.request.urlopen(path, timeout=60) as response:
                assert response.status == 200
        assert time.monotonic() - begun < 25  # idle connections end after 30 s
        for connection in slow:
            connection.sendall(DRAFT[5:])
        assert {connection.recv(12) for connection in slow} == {b"HTTP/1.1 200"}


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5000\r\n\r\n---\ntitle: Half of a flood\nexcerpt: and",
        b"Transfer-Encoding: chunked\r\n\r\n28\r\n---\ntitle: Half of a flood\nexcerpt: and\r\n",
    ],
)
def test_half_of_a_body_is_refused_and_nothing_is_kept_of_it(port: int, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(
            b"POST /articles?name=half HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n"
            b"Content-Type: text/markdown\r\n" + head
        )
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 411")), answer
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/articles?q=Half+of+a+flood", timeout=60) as response:
        assert json.load(response) == {"articles": []}


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGQUIT])
def test_signals_that_mean_nothing_do_nothing(port: int, number: signal.Signals) -> None:
    [server] = [child for child in psutil.Process().children() if "serve" in child.cmdline()]
    workers = server.children()
    for process in (server, *workers):
        process.send_signal(number)
    time.sleep(1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as response:
        assert response.status == 200
    assert server.children() == workers


@pytest.mark.parametrize("hosts", [b"", b"Host: a\r\nHost: b\r\n"])
def test_a_request_that_names_no_host_or_two_is_refused(port: int, hosts: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")


def test_a_connection_of_http_2_which_would_never_end_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))  # no settings
        answer = b"".join(iter(partial(connection.recv, 65536), b""))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(("expected", "status"), [(b"nonsense", b"417"), (b"100-Continue", b"100")])
def test_a_body_is_asked_for_and_other_expectations_are_refused(port: int, expected: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        # Nobody waits for the body of what is refused.
        connection.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: " + expected + b"\r\n\r\n"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 " + status)
        if status == b"100":
            connection.sendall(DRAFT)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_explanations_beyond_their_queue_are_refused_and_look_ups_are_not(port: int) -> None:
    look_up = f"/articles/{SEED_ID}/related?published=only"
    explained = f"GET {look_up}&explain=true HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    with ExitStack() as held:
        asking = [held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(300)]
        for connection in asking:
            connection.sendall(explained)
        for _ in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{look_up}", timeout=60) as response:
                assert response.status == 200
        answers = [b"".join(iter(partial(connection.recv, 65536), b"")) for connection in asking]
    refused = [answer for answer in answers if answer.startswith(b"HTTP/1.1 503")]
    assert refused
    assert all(b"\r\nretry-after: 1\r\n" in answer for answer in refused)
    assert {answer[:12] for answer in answers} == {b"HTTP/1.1 200", b"HTTP/1.1 503"}


def test_where_few_files_may_be_open_idle_connections_still_keep_nobody_waiting(
    published_once: tuple[Path, Manifest], tmp_path: Path
) -> None:
    own, models = free_port(), tmp_path / "models"
    copytree(published_once[0], models)
    command = ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh", RECOMMENDER, "serve", "--port", str(own)]
    with running([*command, "--models", str(models)], own) as address, ExitStack() as held:
        for _ in range(40):
            held.enter_context(socket.create_connection(("127.0.0.1", own), timeout=60))
        for path in ("/readyz", f"/explore?id={SEED_ID}"):
            with urllib.request.urlopen(address + path, timeout=20) as response:
                assert response.status == 200
