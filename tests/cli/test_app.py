"""The command group: its help, what it imports, and errors in its use."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from commands import run
from samples import SEEDS

from recommender.cli import main

HEAVY = {"api", "flask", "fsspec", "joblib", "msgspec", "numba", "numpy", "regex", "scipy", "sklearn", "yaml"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "no/such/folder"], "no/such/folder: there is no such folder or file"),
        (["train", "seeds", "--settings", "none.yaml"], "none.yaml: the settings can't be read"),
        (["related"], "Missing argument 'ID'"),
        (["related", "x", "--limit", "0"], "0 is not in the range 1<=x<=1000"),
        (["export", "seeds"], "Missing option '--out'"),
        (["serve"], "no model has been published here; run `recommender train CORPUS`"),
        (["learn"], "No such command 'learn'"),
    ],
)
def test_bad_usage_ends_with_status_2_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "options", [["inspect"], ["train"], ["evaluate", "--lint"], ["enrich", "--dry-run", "-v"], ["enrich", "--check"]]
)
def test_names_of_files_reach_no_terminal_with_control_characters(tmp_path: Path, options: list[str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a\x1b[2J.md").write_text("---\ntitle: Comet over the bay\nrelated: [nothing]\n---\n")
    (site / "b\x1b[2J.md").write_text("---\ntitle: Comet seen from the bay\n---\n")
    (site / "c\x1b[2J.md").write_text("---\n---\n")
    command, *rest = options
    printed = run(command, site, *rest, "--models", tmp_path / "models").output
    assert "\\x1b[2J.md" in printed
    assert "\x1b" not in printed


def test_an_error_is_printed_without_control_characters(tmp_path: Path) -> None:
    assert "a\\x1b[2J: there is no such folder" in run("inspect", tmp_path / "a\x1b[2J").stderr


def test_help_lists_each_command_with_its_own_first_sentence() -> None:
    printed = CliRunner().invoke(main, ["--help"], terminal_width=200, max_content_width=200).stdout.splitlines()
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert f"  {name:<10}{command.get_short_help_str(200)}" in printed


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_the_command_group_alone(option: str) -> None:
    program = f"""
import sys
from recommender.cli import main
main(["{option}"], standalone_mode=False)
print(*sorted({{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names))
print(*sorted(name for name in sys.modules if name.startswith("recommender")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    *_, packages, ours = done.stdout.splitlines()
    assert not set(packages.split()) & HEAVY
    assert ours == "recommender recommender.cli recommender.cli.app recommender.errors"
