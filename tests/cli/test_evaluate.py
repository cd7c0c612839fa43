"""The command `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

from commands import run, write_archive
from samples import stories

from recommender.overview import JudgedArticles


def test_what_can_not_be_written_is_said_before_the_work(archive: Path, tmp_path: Path) -> None:
    result = run("evaluate", archive, "--report", tmp_path / "none" / "report.html")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"there is no folder {tmp_path / 'none'}" in result.stderr


def test_evaluate_gives_everything_as_json(archive: Path, unlearnt: tuple[str, Path]) -> None:
    values = json.loads(run("evaluate", archive, "--json", *unlearnt).stdout)
    assert values["queries"] == 81
    assert values["systems"][0]["name"] == "this program"
    assert values["systems"][0]["figures"]["nDCG@10"]["mean"] > 0.9


def test_evaluate_judges_from_the_date_that_is_named(archive: Path, unlearnt: tuple[str, Path]) -> None:
    values = json.loads(run("evaluate", archive, "--json", "--since", "2024-02-05", *unlearnt).stdout)
    assert values["since"] == "2024-02-05T00:00:00Z"
    assert values["queries"] == 29
    result = run("evaluate", archive, "--since", "soon")
    assert result.exit_code == 2
    assert "'soon' is not a date such as 2019-12-01" in result.stderr


def test_evaluate_prints_a_table_and_writes_a_page_and_trec_files(
    archive: Path, tmp_path: Path, unlearnt: tuple[str, Path]
) -> None:
    page, qrels, ranking = (tmp_path / name for name in ("report.html", "qrels.txt", "run.txt"))
    result = run(
        "evaluate", archive, "--report", page, "--qrels", qrels, "--run", ranking, "--fail-under", 0.5, *unlearnt
    )
    assert result.exit_code == 0
    for name in ("this program", "random", "newest", "nearest in time", "plain TF-IDF", "BM25", "LSI"):
        assert name in result.stdout
    assert "nDCG@10" in result.stdout
    assert result.stderr == f"wrote {page}\nwrote {page}.json\nwrote {qrels}\nwrote {ranking}\n"
    assert page.read_text().startswith("<!doctype html>")
    judged = JudgedArticles.read(page)
    assert len(judged.ids) == 81
    assert [*judged.figures] == ["nDCG@10", "recall@10", "precision@5", "MRR"]
    assert len(qrels.read_text().splitlines()) == 324
    assert len(ranking.read_text().splitlines()) == 810


def test_evaluate_fails_under_a_figure(tmp_path: Path, unlearnt: tuple[str, Path]) -> None:
    archive = write_archive(stories(misleading=True), tmp_path / "archive.jsonl")
    result = run("evaluate", archive, "--fail-under", "1", *unlearnt)
    assert result.exit_code == 1
    assert result.stderr.startswith("recommender: nDCG@10 is 0.")
    assert result.stderr.endswith(", under 1\n")


def test_evaluate_names_what_the_model_before_found(archive: Path, tmp_path: Path, unlearnt: tuple[str, Path]) -> None:
    models = tmp_path / "models"
    version = run("train", archive, "--models", models, *unlearnt).stdout.strip()
    values = json.loads(run("evaluate", archive, "--json", "--models", models, "--against", version, *unlearnt).stdout)
    assert values["lost"] == []
    assert values["gained"] == []
    assert run("evaluate", archive, "--models", models, "--against", "x").exit_code == 2


def test_evaluate_without_curated_links_says_what_to_do(site: Path) -> None:
    result = run("evaluate", site)
    assert result.exit_code == 2
    assert "no article has curated links" in result.stderr
    assert "add `related` lists" in result.stderr


def test_links_in_texts_are_judged_without_their_words(tmp_path: Path) -> None:
    for day, (name, text) in enumerate(
        {
            "tide": "Ebb and flood.",
            "moon": "A crescent.",
            "crab": "It walks, [ebb and flood](tide.md) or not.",
            "gull": "It flies, [a crescent](moon.md) or not.",
        }.items(),
        start=1,
    ):
        page = f"---\ntitle: {name.title()}\ndate: 2024-03-0{day}\n---\n{text}\n"
        (tmp_path / f"{name}.md").write_text(page)
    values = json.loads(run("evaluate", tmp_path, "--json", "--truth", "in-text").stdout)
    assert json.loads(run("evaluate", tmp_path, "--json").stdout) == values
    assert (values["truth"], values["queries"], values["links"], values["words_left_out"]) == ("in-text", 1, 1, 2)
    assert values["words_from"] == "title and the first 2,000 characters of text"
    assert values["served"].endswith("it reads the words of links, too")
    [miss] = values["misses"] or [{"rank": 0}]
    assert miss["rank"] is None  # only the words of the link are those of the article that it leads to
    text = run("evaluate", tmp_path).stdout
    assert "left out of the texts: the words of 2 links to other articles" in text
    assert "no article has curated links" in run("evaluate", tmp_path, "--truth", "curated").stderr


def test_lint_lists_links_that_are_not_as_they_should_be(site: Path) -> None:
    assert run("evaluate", site, "--lint").exit_code == 0
    (site / "c.md").write_text("---\ntitle: Links\nrelated: [a, a, c, nowhere]\n---\n")
    (site / "d.md").write_text(
        "---\ntitle: Old\nrelated:\n  - title: Comet over the bay\n    excerpt: As it was.\n"
        "    publishedDateTime: 2024-03-05T08:00:00Z\n---\n"
    )
    result = run("evaluate", site, "--lint")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "c.md: dead link: no article here has 'nowhere' as ID or URL",
        "c.md: links to itself",
        "c.md: links twice to a",
        "d.md: drifted from a: excerpt",
    ]
    assert result.stderr == "curated links: 1 dead, 1 to itself, 1 doubled, 1 drifted\n"
