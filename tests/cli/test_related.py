"""The command `related`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from commands import run
from samples import SEED_ID, SEEDS

from recommender import Recommender
from recommender.artefacts import Manifest


def test_related_prints_the_block_that_a_file_would_hold(
    published: tuple[Path, Manifest], seeds_recommender: Recommender
) -> None:
    result = run("related", SEED_ID, "--limit", 2, "--models", published[0])
    seed = (SEEDS / f"{SEED_ID}.md").read_text()
    curated = seed[seed.index("related:\n") : seed.index("\nsecured:")]
    assert sorted(result.stdout.split("  - title")) == sorted(curated.split("  - title"))


def test_related_prints_the_answer_of_the_api(published: tuple[Path, Manifest], seeds_recommender: Recommender) -> None:
    result = run("related", SEED_ID, "--limit", 1, "--format", "json", "--models", published[0])
    best = seeds_recommender.related(SEED_ID)[0].article
    assert json.loads(result.stdout) == {"id": SEED_ID, "related": [best.entry]}


def test_related_without_suggestions_prints_an_empty_list(site: Path, tmp_path: Path) -> None:
    (site / "c.md").write_text("---\ntitle: Zyzzyva\n---\n")
    run("train", site, "--models", tmp_path / "models")
    result = run("related", "c", "--models", tmp_path / "models")
    assert result.stdout == "related: []\n"
    assert yaml.safe_load(result.stdout) == {"related": []}


def test_related_explains(site: Path, tmp_path: Path) -> None:
    run("train", site, "--models", tmp_path / "models")
    told = run("related", "a", "--explain", "--models", tmp_path / "models")
    assert told.stdout.splitlines()[0].endswith("  Comet seen from the bay")
    assert "× decay 1.000 (no date) × weight 1.000; " in told.stdout
    assert "comet" in told.stdout
    as_json = run("related", "a", "--explain", "--format", "json", "--models", tmp_path / "models")
    values = json.loads(as_json.stdout)
    assert values["id"] == "b"
    assert values["days_apart"] is None
    assert values["score"] == pytest.approx(sum(word["contribution"] for word in values["words"]), rel=1e-5)


def test_an_unknown_id_ends_with_status_2_and_names_the_closest(published: tuple[Path, Manifest]) -> None:
    result = run("related", SEED_ID[:-1], "--models", published[0])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no article answers to '{SEED_ID[:-1]}'; the closest are {SEED_ID}" in result.stderr
