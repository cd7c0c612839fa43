"""The command `export`."""

from __future__ import annotations

import json
from pathlib import Path

from commands import run
from samples import SEEDS

from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels, Manifest


def test_export_writes_one_answer_a_line_for_every_article(
    published: tuple[Path, Manifest], tmp_path: Path, seeds: Corpus, seeds_recommender: Recommender
) -> None:
    out = tmp_path / "lists.jsonl"
    result = run("export", SEEDS, "--out", out, "--limit", 3, "--models", published[0])
    assert result.exit_code == 0
    assert result.stderr == f"158 articles exported to {out}\n"
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(answer["id"] for answer in answers) == [article.id for article in seeds.articles]
    for answer in answers:
        suggestions = seeds_recommender.related(answer["id"], limit=3)
        assert answer["related"] == [suggestion.article.entry for suggestion in suggestions]


def test_export_to_a_dash_is_standard_output(published: tuple[Path, Manifest], tmp_path: Path) -> None:
    run("export", SEEDS, "--out", tmp_path / "lists.jsonl", "--models", published[0])
    result = run("export", SEEDS, "--out", "-", "--models", published[0])
    assert result.stdout == (tmp_path / "lists.jsonl").read_text()
    assert result.stderr == "158 articles exported\n"


def test_export_takes_the_options_of_a_look_up_and_fields(
    published: tuple[Path, Manifest], tmp_path: Path, seeds_recommender: Recommender
) -> None:
    out = tmp_path / "lists.jsonl"
    options = ["--min-score", 0.1, "--max-age-days", 30, "--fields", "id,score"]
    run("export", SEEDS, "--out", out, "--models", published[0], *options)
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(answers) == 158
    for answer in answers:
        suggestions = seeds_recommender.related(answer["id"], min_score=0.1, max_age_days=30)
        assert answer["related"] == [{"id": one.article.id, "score": one.score} for one in suggestions]


def test_export_trains_only_where_no_model_fits(site: Path, tmp_path: Path) -> None:
    models, out = tmp_path / "models", tmp_path / "lists.jsonl"
    run("export", site, "--out", out, "--models", models)
    first = LocalModels(models).current()
    run("export", site, "--out", out, "--models", models)
    assert LocalModels(models).current() == first
    (site / "d.md").write_text("---\ntitle: A second comet\n---\n")
    run("export", site, "--out", out, "--models", models)
    assert LocalModels(models).current() > first
    assert len(out.read_text().splitlines()) == 3


def test_export_trains_anew_where_the_model_is_damaged(site: Path, tmp_path: Path) -> None:
    models, out = tmp_path / "models", tmp_path / "lists.jsonl"
    run("train", site, "--models", models)
    (models / LocalModels(models).current() / "articles.jsonl").write_text("")
    result = run("export", site, "--out", out, "--models", models)
    assert "articles.jsonl is damaged" in result.stderr
    assert len(out.read_text().splitlines()) == 2


def test_export_to_a_folder_that_is_not_there_is_said(published: tuple[Path, Manifest], tmp_path: Path) -> None:
    result = run("export", SEEDS, "--out", tmp_path / "none" / "lists.jsonl", "--models", published[0])
    assert result.exit_code == 2
    assert f"{tmp_path}/none/lists.jsonl: can't be written: No such file or directory" in result.stderr
