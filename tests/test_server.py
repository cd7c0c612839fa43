"""The server as its users start it: another process, a real port."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from pathlib import Path

from samples import SEED_ID, SEEDS
from servers import RECOMMENDER, free_port, running

from api import create_app
from recommender import Manifest, Recommender, artefact


def test_serve_with_a_corpus_trains_first_and_answers_as_the_application_does(
    tmp_path: Path, seeds_recommender: Recommender
) -> None:
    port = free_port()
    models = str(tmp_path / "models")
    command = [RECOMMENDER, "serve", str(SEEDS), "--port", str(port), "--models", models, "--workers", "2"]
    expected = create_app(seeds_recommender).test_client().get(f"/articles/{SEED_ID}/related").data
    with running(command, port) as address:
        for _ in range(8):  # more than one worker answers, and all alike
            with urllib.request.urlopen(f"{address}/articles/{SEED_ID}/related", timeout=30) as response:
                assert response.headers["Content-Type"] == "application/json"
                assert response.read() == expected
        trained = artefact.current(tmp_path / "models")
    with running(command, port):
        assert artefact.current(tmp_path / "models") == trained


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
        command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"recommender: can't listen on 127.0.0.1 port {port}: Address already in use; name another with --port\n"
    )


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
