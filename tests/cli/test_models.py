"""The command `models`."""

from __future__ import annotations

from pathlib import Path

from commands import run
from samples import SEEDS

from recommender.artefacts import LocalModels, Manifest


def test_models_lists_verifies_and_rolls_back(site: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = run("train", site, "--models", models).stdout.strip()
    second = run("train", site, "--models", models, "--force").stdout.strip()
    listed = run("models", "--models", models).stdout.splitlines()
    assert listed[0].startswith(f"  {first}  ")
    assert listed[1].startswith(f"* {second}  ")
    assert listed[1].endswith("  2 articles")
    assert run("models", "--models", models, "use", first).stdout == f"{first} is in use\n"
    assert LocalModels(models).current() == first
    assert run("models", "--models", models, "verify", second).stdout == f"{second} is intact\n"
    assert run("models", "verify", second, "--models", models).stdout == f"{second} is intact\n"


def test_a_version_that_is_not_there_is_said_with_those_that_are(published: tuple[Path, Manifest]) -> None:
    models, manifest = published
    for command in (["models", "use"], ["models", "verify"], ["evaluate", SEEDS, "--against"]):
        result = run(*command, "nope", "--models", models)
        assert result.exit_code == 2
        assert f"there is no version 'nope'; there is {manifest.version}" in result.stderr


def test_without_a_version_in_use_the_models_are_listed_with_the_cure(published: tuple[Path, Manifest]) -> None:
    models, manifest = published
    (models / "current").unlink()
    result = run("models", "--models", models)
    assert manifest.version in result.stdout
    assert f"run `recommender models use {manifest.version}`" in result.stderr


def test_a_damaged_model_is_neither_verified_nor_used(site: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = run("train", site, "--models", models).stdout.strip()
    second = run("train", site, "--models", models, "--force").stdout.strip()
    (models / first / "articles.jsonl").write_text("")
    for command in ("verify", "use"):
        result = run("models", "--models", models, command, first)
        assert result.exit_code == 2
        assert "articles.jsonl is damaged" in result.stderr
    assert LocalModels(models).current() == second


def test_no_models_yet_is_said(tmp_path: Path) -> None:
    result = run("models", "--models", tmp_path / "none")
    assert result.exit_code == 0
    assert "no models yet; run `recommender train CORPUS`" in result.stderr
