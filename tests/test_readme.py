"""The README's commands, run as they stand; only port, place and `PATH` are the test's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from samples import ROOT, SEEDS
from servers import free_port, running

README = (ROOT / "README.md").read_text()
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SHELL = [line for language, block in FENCED if language == "sh" for line in block.splitlines()]
CONSOLE = [
    (command, output)
    for language, block in FENCED
    if language == "console"
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
LOOK_UPS = [(command, output) for command, output in CONSOLE if command.startswith("curl ")]
COMMANDS = [command for command, _ in CONSOLE if not command.startswith("curl ")]


def test_the_readme_opens_with_the_two_commands() -> None:
    assert SHELL[:2] == ["make serve", "make test"]


@pytest.mark.skipif(sys.prefix != str(ROOT / ".venv"), reason="make would set up .venv; `make test` has")
def test_make_serve_gives_the_look_ups_that_the_readme_shows(tmp_path: Path) -> None:
    port = free_port()
    assert len(LOOK_UPS) == 1
    with running(["make", "serve", f"PORT={port}", f"MODELS={tmp_path}"], port) as address:
        for command, output in LOOK_UPS:
            url = re.fullmatch(r"curl -s '(http://127\.0\.0\.1:8000(/.*))'", command)
            assert url is not None
            with urllib.request.urlopen(address + url[2], timeout=30) as response:
                assert response.read().decode() == output.removesuffix("\n")


@pytest.mark.skipif(sys.prefix != str(ROOT / ".venv"), reason="make would set up .venv; `make test` has")
def test_make_serve_takes_a_folder_of_ones_own(tmp_path: Path) -> None:
    [command] = [line for line in SHELL if "CORPUS=" in line]
    shutil.copytree(SEEDS / "newsroom", tmp_path / "site" / "_posts")
    port = free_port()
    words = command.replace("~", str(tmp_path)).split()
    with running([*words, f"PORT={port}", f"MODELS={tmp_path}/models"], port) as address:
        id = "2024-04-07-the-luthier-who-listens-to-spruce-before-she-cuts-it"
        with urllib.request.urlopen(f"{address}/articles/{id}", timeout=30) as response:
            assert response.status == 200


def test_the_other_commands_run_as_they_stand(tmp_path: Path) -> None:
    assert len(COMMANDS) >= 5
    shutil.copytree(SEEDS, tmp_path / "seeds")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in COMMANDS:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert len((tmp_path / "lists.jsonl").read_text().splitlines()) == 101


@pytest.mark.parametrize("package", ["recommender", "api"])
def test_the_picture_of_the_house_is_the_house(package: str) -> None:
    [picture] = [block for _, block in FENCED if block.startswith("recommender/\n")]
    rooms = re.search(rf"^{package}/\n((?:  .*\n)+)", picture, re.MULTILINE)
    assert rooms is not None
    drawn = {line.split()[0] for line in rooms[1].splitlines()}
    files = {file.name for file in (ROOT / package).glob("*.py")}
    folders = {f"{folder.name}/" for folder in (ROOT / package).iterdir() if folder.is_dir()} - {"__pycache__/"}
    assert drawn | {"__init__.py"} == files | folders
