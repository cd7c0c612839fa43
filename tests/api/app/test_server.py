"""The server as its users start it: another process, a real port."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from commands import run
from editing import write_site
from samples import SEED_ID
from servers import RECOMMENDER, free_port, running
from waiting import SLACK, until

from api import create_app
from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels, Manifest


def test_serve_with_a_corpus_trains_first_and_answers_as_the_application_does(tmp_path: Path) -> None:
    port = free_port()
    models, site = str(tmp_path / "models"), write_site(tmp_path / "site")
    command = [RECOMMENDER, "serve", str(site), "--port", str(port), "--models", models, "--workers", "2"]
    with running(command, port) as address:
        recommender = Recommender.load(models)
        assert {article.id for article in recommender} == {article.id for article in Corpus.from_path(site).articles}
        expected = create_app(recommender).test_client().get("/articles/pier/related").data
        assert json.loads(expected)["related"]
        for _ in range(8):  # more than one worker answers, and all alike
            with urllib.request.urlopen(f"{address}/articles/pier/related", timeout=30) as response:
                assert response.headers["Content-Type"] == "application/json"
                assert response.read() == expected
        trained = LocalModels(tmp_path / "models").current()
    with running(command, port):
        assert LocalModels(tmp_path / "models").current() == trained


def test_serve_without_a_corpus_serves_the_model_in_use(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0])]
    with (
        running(command, port) as address,
        urllib.request.urlopen(f"{address}/articles/{SEED_ID}", timeout=30) as response,
    ):
        assert json.load(response)["id"] == SEED_ID


def test_a_port_that_is_taken_is_said(published: tuple[Path, Manifest]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", port, "--models", published[0])
    assert done.exit_code == 2
    assert done.stderr == (
        f"recommender: can't listen on 127.0.0.1 port {port}: Address already in use; name another with --port\n"
    )


@pytest.mark.long
def test_a_stop_while_a_worker_is_starting_is_obeyed(published: tuple[Path, Manifest]) -> None:
    command = [RECOMMENDER, "serve", "--port", str(free_port()), "--models", str(published[0]), "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "Spawning worker-2" in line:
                server.terminate()
                break
        try:
            server.communicate(timeout=30)
        finally:
            server.kill()
    assert server.returncode == 0


def test_workers_stop_with_a_server_that_is_killed_as_soon_as_it_has_forked_them(
    published: tuple[Path, Manifest],
) -> None:
    command = [RECOMMENDER, "serve", "--port", str(free_port()), "--models", str(published[0]), "--workers", "2"]
    with psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        until(lambda: len(server.children()) > 0, interval=0)
        workers = server.children()
        server.kill()
    _, alive = psutil.wait_procs(workers, timeout=10 * SLACK)
    for worker in alive:
        worker.kill()
    assert alive == []


def test_workers_leave_ctrl_c_to_their_server(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0]), "--workers", "2"]
    with running(command, port):
        workers = _server().children()
        for worker in workers:
            worker.send_signal(signal.SIGINT)
        psutil.wait_procs(workers, timeout=1)
        assert _server().children() == workers


def _server() -> psutil.Process:
    """The server that a test has started; other tests may have left workers of their own."""
    [server] = [child for child in psutil.Process().children() if "serve" in child.cmdline()]
    return server


def _request(connection: socket.socket, path: str) -> bytes:
    """Ask over a connection that is open, and read to its end."""
    connection.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.long
def test_counts_are_those_of_all_workers_also_of_one_that_was_killed(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0]), "--workers", "2"]
    with running(command, port) as address:

        def count() -> float:
            with urllib.request.urlopen(f"{address}/metrics", timeout=30) as response:
                text = response.read().decode()
            found = re.search(r'^recommender_requests_total\{route="articles.article",status="200"\} (.*)$', text, re.M)
            assert f'recommender_model_info{{version="{published[1].version}"}} 1.0' in text
            return float(found[1]) if found else 0.0

        asked = 0

        def both_have_answered() -> bool:  # the second begins when it has loaded the model
            nonlocal asked
            with urllib.request.urlopen(f"{address}/articles/{SEED_ID}", timeout=30) as response:
                prefixes.add(response.headers["X-Request-ID"].partition("-")[0])
            asked += 1
            return len(prefixes) == 2

        prefixes: set[str] = set()
        until(both_have_answered)
        assert [count() for _ in range(8)] == [asked] * 8
        server = _server()
        worker = server.children()[0]
        worker.kill()
        for _ in range(100):
            if len(alive := [child for child in server.children() if child.pid != worker.pid]) == 2:
                break
            time.sleep(0.1)
        assert len(alive) == 2
        assert count() == asked


def test_a_stop_finishes_what_is_in_flight(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0])]
    body = json.dumps({"title": "Comet over the bay"}).encode()
    head = f"POST /related HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with running(command, port) as address, socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        json_body = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(f"{address}/related", body, json_body)).close()  # imports much
        connection.sendall(head.encode() + body[:5])
        time.sleep(0.5)
        server = _server()
        server.terminate()
        time.sleep(0.5)
        connection.sendall(body[5:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        assert server.wait(30) == 0


def test_a_reload_replaces_the_only_worker_and_refuses_no_connection(published: tuple[Path, Manifest]) -> None:
    port, refused, stopping = free_port(), list[OSError](), threading.Event()

    def ask() -> None:
        while not stopping.is_set():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/articles/{SEED_ID}/related", timeout=30):
                    pass
            except urllib.error.URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    refused.append(error.reason)
            except OSError:
                pass  # it was waiting to be accepted by the old one, which the kernel does not hand over

    with running([RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0])], port):
        server = _server()
        [before] = server.children()
        asking = threading.Thread(target=ask)
        asking.start()
        server.send_signal(signal.SIGHUP)
        until(lambda: not before.is_running() and len(server.children()) == 1)
        stopping.set()
        asking.join()
    assert refused == []


def test_on_sigterm_the_access_log_is_written_to_its_end(tmp_path: Path, published: tuple[Path, Manifest]) -> None:
    command = [RECOMMENDER, "serve", "--models", str(published[0]), "--workers", "2"]
    port, asked = free_port(), [f"request-{number}" for number in range(300)]
    with (tmp_path / "log").open("w") as log, subprocess.Popen([*command, "--port", str(port)], stdout=log) as server:
        until(lambda: _answers(port))
        for id in asked:
            headers = {"X-Request-ID": id}
            request = urllib.request.Request(f"http://127.0.0.1:{port}/articles/{SEED_ID}/related", headers=headers)
            with urllib.request.urlopen(request, timeout=30) as response:
                response.read()
        server.terminate()
    assert server.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert sorted(line["id"] for line in lines if line["path"].startswith("/articles/")) == sorted(asked)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except OSError:
        return False


def test_a_unix_socket_serves_too_also_where_another_was_left(tmp_path: Path, published: tuple[Path, Manifest]) -> None:
    path = tmp_path / "socket"
    command = [RECOMMENDER, "serve", "--uds", str(path), "--models", str(published[0]), "--threads", "1"]
    for end in (signal.SIGKILL, signal.SIGTERM):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                answer = b""
                for _ in range(300):
                    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
                        connection.settimeout(30)
                        connection.connect(str(path))
                        answer = _request(connection, "/healthz")
                        break
                    time.sleep(0.1)
                assert answer.endswith(b'{"status":"ok"}')
            finally:
                children = psutil.Process(server.pid).children()
                server.send_signal(end)
                server.wait(30)
                for child in children:
                    if end == signal.SIGKILL and child.is_running():
                        child.kill()


def test_a_socket_where_another_server_listens_is_an_error(tmp_path: Path, published: tuple[Path, Manifest]) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        done = run("serve", "--uds", path, "--models", published[0])
    assert done.exit_code == 2
    assert done.stderr == f"recommender: {path}: another server listens there; name another path with --uds\n"


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere/socket", "No such file or directory"), ("s" * 200, "path too long")]
)
def test_a_socket_that_can_not_be_made_is_an_error(
    tmp_path: Path, published: tuple[Path, Manifest], name: str, why: str
) -> None:
    done = run("serve", "--uds", tmp_path / name, "--models", published[0])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"recommender: can't listen on {tmp_path / name}: ")
    assert done.stderr.endswith(f"{why}; name another path with --uds\n")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MAX_AGE", "soon", "RECOMMENDER_MAX_AGE is 'soon'; it must be a whole number from 0 to 31536000\n"),
        ("RATE_LIMIT", "abc", "RECOMMENDER_RATE_LIMIT is 'abc'; it must be such as 100/minute or 5/second;100/hour"),
        ("CORS_ORIGINS", "https://*.example", "RECOMMENDER_CORS_ORIGINS is 'https://*.example'; it must be origins"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, published: tuple[Path, Manifest], variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"RECOMMENDER_{variable}", value)
    done = run("serve", "--models", published[0])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"recommender: {said}")


def test_a_worker_that_is_replaced_while_nothing_can_be_served_waits(published: tuple[Path, Manifest]) -> None:
    models, manifest = published
    port = free_port()
    with running([RECOMMENDER, "serve", "--port", str(port), "--models", str(models)], port) as address:

        def status(path: str) -> int:
            try:
                with urllib.request.urlopen(address + path, timeout=5) as response:
                    return int(response.status)
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                return 0

        [server] = [child for child in psutil.Process().children() if str(port) in child.cmdline()]
        [worker] = server.children()
        (models / manifest.version).rename(models / "moved")
        (models / "current").write_bytes(b"\xff")
        worker.kill()
        until(lambda: status("/healthz") == 200)
        time.sleep(1)
        assert (status("/healthz"), status("/readyz"), status(f"/articles/{SEED_ID}/related")) == (200, 503, 503)
        (models / "moved").rename(models / manifest.version)
        LocalModels(models).use(manifest.version)
        until(lambda: status(f"/articles/{SEED_ID}/related") == 200)


def test_flask_runs_it_for_developers(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "api", "run", "--port", str(port)]
    with (
        running(command, port, RECOMMENDER_MODELS=str(published[0])) as address,
        urllib.request.urlopen(f"{address}/readyz", timeout=30) as response,
    ):
        assert json.load(response)["version"] == published[1].version
