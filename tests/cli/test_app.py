"""Errors in the use of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import run
from samples import SEEDS


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
