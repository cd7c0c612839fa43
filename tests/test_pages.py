"""The pages for readers: their commands run as they stand, and what they name is there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commands import run
from samples import ROOT, SEEDS
from servers import free_port, running

from recommender.cli import main

PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (
        ROOT / "README.md",
        *(ROOT / f"{name}/README.md" for name in ("api", "models", "recommender", "seeds", "tests")),
    )
}
README = PAGES["README.md"]


def fenced(page: str, *languages: str) -> Iterator[str]:
    """The blocks of code of a page in some languages."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        if language in languages:
            yield block


def console(page: str) -> list[tuple[str, str]]:
    """The commands of a page's consoles, and what each is shown to print."""
    found = []
    for block in fenced(page, "console"):
        found += re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    return found


SHELL = [line for block in fenced(README, "sh") for line in block.splitlines()]
LOOK_UPS = [(command, output) for command, output in console(README) if command.startswith("curl ")]
COMMANDS = [command for page in PAGES.values() for command, _ in console(page) if not command.startswith("curl ")]
SYNOPSES = [
    line
    for page in PAGES.values()
    for block in fenced(page, "text", "ini")
    for line in re.findall(r"recommender (?:inspect|train|related|enrich|export|evaluate|load|models|serve)\b.*", block)
]

needs_make = pytest.mark.skipif(sys.prefix != str(ROOT / ".venv"), reason="make would set up .venv; `make test` has")


def test_the_readme_opens_with_the_two_commands_and_is_short() -> None:
    assert SHELL[:2] == ["make serve", "make test"]
    assert len(README.encode()) <= 8000


@needs_make
def test_make_serve_gives_the_look_ups_that_the_readme_shows(tmp_path: Path) -> None:
    port = free_port()
    assert len(LOOK_UPS) == 1
    with running(["make", "serve", f"PORT={port}", f"MODELS={tmp_path}"], port) as address:
        for command, output in LOOK_UPS:
            url = re.fullmatch(r"curl -s 'http://127\.0\.0\.1:8000(/.*)'", command)
            assert url is not None
            with urllib.request.urlopen(address + url[1], timeout=30) as response:
                assert response.read().decode() == output.removesuffix("\n")


@needs_make
@pytest.mark.long
def test_make_serve_takes_a_folder_of_ones_own(tmp_path: Path) -> None:
    [command] = [line for line in SHELL if "CORPUS=" in line]
    shutil.copytree(SEEDS / "newsroom", tmp_path / "site" / "_posts")
    port = free_port()
    words = command.replace("~", str(tmp_path)).split()
    with running([*words, f"PORT={port}", f"MODELS={tmp_path}/models"], port) as address:
        id = "2024-04-07-the-luthier-who-listens-to-spruce-before-she-cuts-it"
        with urllib.request.urlopen(f"{address}/articles/{id}", timeout=30) as response:
            assert response.status == 200


@needs_make
def test_make_serve_takes_a_folder_with_a_blank_in_its_name_below_ones_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ida")
    command = ["make", "--no-print-directory", "--dry-run", "serve", "CORPUS=~/my site"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    assert shlex.split(shown)[0] == "exec"  # else ending make would leave the server behind
    assert shlex.split(shown)[2:4] == ["serve", "/home/ida/my site"]


def test_the_commands_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(COMMANDS) >= 5
    shutil.copytree(SEEDS, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "recommender"
        done = run(*arguments)
        assert done.exit_code == 0, f"{command}\n{done.stderr}"
    assert len((tmp_path / "lists.jsonl").read_text().splitlines()) == 158


def test_python_of_a_page_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    [program] = fenced(README, "python")
    exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("line", SYNOPSES)
def test_a_synopsis_names_a_command_and_options_that_exist(line: str) -> None:
    command: click.Command = main
    words = shlex.split(line.partition("#")[0])[1:]
    context = click.Context(main)
    while isinstance(command, click.Group) and words and (found := command.get_command(context, words[0])):
        command, words = found, words[1:]
    assert command is not main
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES)
def test_the_make_targets_and_files_that_a_page_names_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"`make\s+([a-z-]+)|^make ([a-z-]+)", PAGES[page], re.MULTILINE)
    assert {one or other for one, other in named} <= targets
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", PAGES[page]):
        assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("package", ["recommender", "api"])
def test_the_tables_of_packages_are_the_packages(package: str) -> None:
    page = PAGES[f"{package}/README.md"]
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    named = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert folders <= named
