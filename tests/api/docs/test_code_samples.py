"""The code samples of each operation run as they stand, and print what the server answers."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from samples import SEEDS
from servers import RECOMMENDER, free_port, running

from recommender import Corpus
from recommender.artefacts import LocalModels
from recommender.training import train

TOKEN = "open-sesame"
SERVER = "http://127.0.0.1:8000"
PROGRAMS = {
    "curl": ["sh", "-c"],
    "JavaScript": ["node", "--input-type=module", "-e"],
    "Python": [sys.executable, "-c"],
}
TEXTS = {"/metrics": "# HELP ", "/widget.js": "/*", "/articles/{id}/related.html": "<"}
"""How the answers begin that are not JSON."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the seeds, which the examples are about, with a token."""
    if missing := [program for program in ("curl", "node") if shutil.which(program) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    models = tmp_path_factory.mktemp("samples")
    train(Corpus.from_path(SEEDS), LocalModels(models), {"learn": False})
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models)]
    with running(command, port, RECOMMENDER_TOKEN=TOKEN) as address:
        yield address


def run(label: str, source: str, server: str) -> str:
    """What a sample prints, with the server's address and its token in it."""
    assert f"{SERVER}/" in source
    program = source.replace(SERVER, server).replace("Bearer TOKEN", f"Bearer {TOKEN}")
    found = subprocess.run([*PROGRAMS[label], program], capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, f"{source}\n{found.stderr}"
    return found.stdout


def test_the_samples_of_each_operation_run_and_print_the_same_answer(server: str) -> None:
    with urllib.request.urlopen(f"{server}/openapi.json", timeout=30) as response:
        paths: dict[str, Any] = json.load(response)["paths"]
    described = [(method, path, one) for path, methods in paths.items() for method, one in methods.items()]
    posting = {one["label"]: one["source"] for one in paths["/articles"]["post"]["x-codeSamples"]}
    for method, path, operation in described:
        samples = {one["label"]: one["source"] for one in operation["x-codeSamples"]}
        assert samples.keys() == PROGRAMS.keys()
        printed = {}
        for label, source in samples.items():
            if method == "delete":  # what was withdrawn is not there any more
                run("curl", posting["curl"], server)
            printed[label] = run(label, source, server)
        if path in TEXTS:
            assert all(text.startswith(TEXTS[path]) for text in printed.values()), path
            continue
        answer = json.loads(printed["curl"])
        assert "detail" not in answer, f"{method} {path}: {answer}"
        if path != "/readyz":  # it may count what was posted a moment ago in the meantime
            assert ast.literal_eval(printed["Python"]) == answer
        assert all(f"{key}" in printed["JavaScript"] for key in answer)


def test_the_examples_are_answered_with_articles(server: str) -> None:
    with urllib.request.urlopen(f"{server}/openapi.json", timeout=30) as response:
        paths: dict[str, Any] = json.load(response)["paths"]

    def ask(method: str, path: str) -> dict[str, Any]:
        [source] = [one["source"] for one in paths[path][method]["x-codeSamples"] if one["label"] == "curl"]
        answer: dict[str, Any] = json.loads(run("curl", source, server))
        return answer

    assert [list(entry) for entry in ask("get", "/articles/{id}/related")["related"]] == 3 * [["id", "title", "score"]]
    several = ask("get", "/related")
    assert [len(one["related"]) for one in several["lists"]] == [3, 3]
    assert several["unknown"] == []
    assert len(ask("post", "/related")["related"]) == 3
    assert len(ask("get", "/articles")["articles"]) == 3
    posted = ask("post", "/articles")
    assert posted["related"]
    assert all(list(entry) == ["id", "title"] for entry in posted["related"])


def test_the_document_gives_each_example_as_parameters_and_body(server: str) -> None:
    with urllib.request.urlopen(f"{server}/openapi.json", timeout=30) as response:
        paths: dict[str, Any] = json.load(response)["paths"]
    look_up = {one["name"]: one.get("example") for one in paths["/articles/{id}/related"]["get"]["parameters"]}
    assert {name: value for name, value in look_up.items() if value is not None} == {
        "id": "2024-04-28-farewell-orrin-vale-comet-breaks-apart-as-it-rounds-the-sun",
        "limit": 3,
        "fields": "id,title,score",
    }
    bodies = paths["/articles"]["post"]["requestBody"]["content"]
    assert bodies["application/json"]["example"]["title"] == "Comet seen over the harbour"
    assert bodies["text/markdown"]["example"].startswith("---\nid: comet-seen-over-the-harbour\ntitle: Comet seen")
