"""The server as its users start it: another process, a real port."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path

from samples import SEED_ID, SEEDS
from servers import free_port, running

from api import create_app
from recommender import Manifest, Recommender, artefact

RECOMMENDER = str(Path(sys.executable).with_name("recommender"))


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
