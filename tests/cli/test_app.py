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
