"""The command `related`."""

from __future__ import annotations

import json
import subprocess
import sys
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


def test_a_look_up_of_a_precomputed_list_imports_nothing_that_searches_or_learns(
    published: tuple[Path, Manifest],
) -> None:
    program = f"""
import sys
from recommender.cli import main
main(["related", "{SEED_ID}", "--models", "{published[0]}"], standalone_mode=False)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert not {"flask", "fsspec", "numba", "recommender.training", "scipy.sparse", "sklearn"} & imported


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """The models folder of four articles, the last of which says that it is not published, and may be suggested."""
    folder = tmp_path / "garden"
    folder.mkdir()
    for name, title, rest in (
        ("oven", "Clay oven", "date: 2024-03-05\nprovider: Quay"),
        ("bread", "Clay oven bread", "date: 2024-03-04\nprovider: Quay"),
        ("firewood", "Clay oven firewood", "date: 2024-02-01\nprovider: Quay"),
        ("draft", "Clay oven notes", "published: false"),
    ):
        (folder / f"{name}.md").write_text(f"---\ntitle: {title}\n{rest}\n---\n")
    (tmp_path / "settings.yaml").write_text("published: any\n")
    run("train", folder, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml")
    return tmp_path / "models"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], ["bread", "draft", "firewood"]),
        (["--published", "only"], ["bread", "firewood"]),
        (["--exclude-id", "bread", "--exclude-id", "draft"], ["firewood"]),
        (["--max-age-days", 7], ["bread"]),
        (["--provider-cap", 1], ["bread", "draft"]),
        (["--min-score", 1], []),
        (["--curated", "first", "--limit", 1], ["bread"]),
    ],
)
def test_related_takes_the_options_of_a_look_up(garden: Path, options: list[object], ids: list[str]) -> None:
    result = run("related", "oven", "--models", garden, "--fields", "id", "--format", "json", *options)
    assert {entry["id"] for entry in json.loads(result.stdout)["related"]} == set(ids)


def test_related_prints_just_the_fields_that_are_named(garden: Path) -> None:
    result = run("related", "oven", "--models", garden, "--fields", "path,id", "--limit", 1)
    assert result.stdout == "related:\n  - path: bread.md\n    id: bread\n"
    refused = run("related", "oven", "--models", garden, "--fields", "heat")
    assert refused.exit_code == 2
    assert "'heat' is no field of an entry; there are id, path, title, " in refused.stderr


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


def test_related_explains_what_another_provider_costs(site: Path, tmp_path: Path) -> None:
    for name, provider in (("a", "Quay"), ("b", "Pier")):
        file = site / f"{name}.md"
        file.write_text(file.read_text().replace("---\n", f"---\nprovider: {provider}\n", 1))
    (tmp_path / "settings.yaml").write_text("other_provider: 0.5\n")
    run("train", site, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml")
    told = run("related", "a", "--explain", "--models", tmp_path / "models")
    assert "× weight 1.000 × other provider 0.500; " in told.stdout


def test_an_unknown_id_ends_with_status_2_and_names_the_closest(published: tuple[Path, Manifest]) -> None:
    result = run("related", SEED_ID[:-1], "--models", published[0])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no article answers to '{SEED_ID[:-1]}'; the closest are {SEED_ID}" in result.stderr
