from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from samples import SEED_ID, SEEDS, stories

from api.app import main
from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels, Manifest
from recommender.storage import locked_folder

Published = tuple[Path, Manifest]


def run(*arguments: object) -> Result:
    """The command with these arguments, as a shell would run it."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of three articles, one of which can't be read."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.md").write_text('---\ntitle: "Comet over the bay"\npublishedDateTime: 2024-03-05T08:00:00Z\n---\n')
    (folder / "b.md").write_text("---\ntitle: Comet seen from the bay\nsecured: hush\n---\n")
    (folder / "broken.md").write_text("---\ntitle: [\n---\n")
    return folder


def test_train_publishes_and_says_what_it_read(site: Path, tmp_path: Path) -> None:
    result = run("train", site, "--models", tmp_path / "models")
    assert result.exit_code == 0
    version = LocalModels(tmp_path / "models").current()
    assert result.stdout == f"{version}\n"
    assert result.stderr == (
        "2 articles and 0 known only from links; 0 curated links in 0 lists; "
        "1 without a date, for which time counts for nothing\n"
        "  broken.md:3: the front matter is not YAML: did not find expected node content; "
        "quote the value or mend the indent\n"
        "nothing learnt: 0 curated lists, and at least 20 are needed to tell a gain from chance; "
        "the defaults are used\n"
        f"published {tmp_path / 'models' / version}\n"
    )


def test_train_takes_settings_from_a_file(site: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("half_life_days: null\n")
    run("train", site, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml")
    assert LocalModels(tmp_path / "models").manifest().settings.half_life_days is None


def test_related_prints_the_block_that_a_file_would_hold(published: Published, seeds_recommender: Recommender) -> None:
    result = run("related", SEED_ID, "--limit", 2, "--models", published[0])
    seed = (SEEDS / f"{SEED_ID}.md").read_text()
    curated = seed[seed.index("related:\n") : seed.index("\nsecured:")]
    assert sorted(result.stdout.split("  - title")) == sorted(curated.split("  - title"))


def test_related_prints_the_answer_of_the_api(published: Published, seeds_recommender: Recommender) -> None:
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


def test_an_unknown_id_ends_with_status_2_and_names_the_closest(published: Published) -> None:
    result = run("related", SEED_ID[:-1], "--models", published[0])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no article answers to '{SEED_ID[:-1]}'; the closest are {SEED_ID}" in result.stderr


def test_export_writes_one_answer_a_line_for_every_article(
    published: Published, tmp_path: Path, seeds: Corpus, seeds_recommender: Recommender
) -> None:
    out = tmp_path / "lists.jsonl"
    result = run("export", SEEDS, "--out", out, "--limit", 3, "--models", published[0])
    assert result.exit_code == 0
    assert result.stderr == f"101 articles exported to {out}\n"
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(answer["id"] for answer in answers) == [article.id for article in seeds.articles]
    for answer in answers:
        suggestions = seeds_recommender.related(answer["id"], limit=3)
        assert answer["related"] == [suggestion.article.entry for suggestion in suggestions]


def test_export_to_a_dash_is_standard_output(published: Published, tmp_path: Path) -> None:
    run("export", SEEDS, "--out", tmp_path / "lists.jsonl", "--models", published[0])
    result = run("export", SEEDS, "--out", "-", "--models", published[0])
    assert result.stdout == (tmp_path / "lists.jsonl").read_text()
    assert result.stderr == "101 articles exported\n"


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


def test_export_to_a_folder_that_is_not_there_is_said(published: Published, tmp_path: Path) -> None:
    result = run("export", SEEDS, "--out", tmp_path / "none" / "lists.jsonl", "--models", published[0])
    assert result.exit_code == 2
    assert f"{tmp_path}/none/lists.jsonl: can't be written: No such file or directory" in result.stderr


def test_models_lists_verifies_and_rolls_back(site: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = run("train", site, "--models", models).stdout.strip()
    second = run("train", site, "--models", models).stdout.strip()
    listed = run("models", "--models", models).stdout.splitlines()
    assert listed[0].startswith(f"  {first}  ")
    assert listed[1].startswith(f"* {second}  ")
    assert listed[1].endswith("  2 articles")
    assert run("models", "--models", models, "use", first).stdout == f"{first} is in use\n"
    assert LocalModels(models).current() == first
    assert run("models", "--models", models, "verify", second).stdout == f"{second} is whole\n"
    assert run("models", "verify", second, "--models", models).stdout == f"{second} is whole\n"


def test_a_version_that_is_not_there_is_said_with_those_that_are(published: Published) -> None:
    models, manifest = published
    for command in (["models", "use"], ["models", "verify"], ["evaluate", SEEDS, "--against"]):
        result = run(*command, "nope", "--models", models)
        assert result.exit_code == 2
        assert f"there is no version 'nope'; there is {manifest.version}" in result.stderr


def test_without_a_version_in_use_the_models_are_listed_with_the_cure(published: Published) -> None:
    models, manifest = published
    (models / "current").unlink()
    result = run("models", "--models", models)
    assert manifest.version in result.stdout
    assert f"run `recommender models use {manifest.version}`" in result.stderr


def test_models_within_the_corpus_are_no_articles(site: Path) -> None:
    for _ in range(2):
        run("export", site, "--out", site / "lists.txt", "--models", site / "models")
    assert len(LocalModels(site / "models").versions()) == 1


def test_what_can_not_be_written_is_said_before_the_work(archive: Path, tmp_path: Path) -> None:
    result = run("evaluate", archive, "--report", tmp_path / "none" / "report.html")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"there is no folder {tmp_path / 'none'}" in result.stderr


def test_a_damaged_model_is_neither_verified_nor_used(site: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = run("train", site, "--models", models).stdout.strip()
    second = run("train", site, "--models", models).stdout.strip()
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


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Forty stories of five articles each, as a `.jsonl` file."""
    return written(stories(), tmp_path / "archive.jsonl")


def written(corpus: Corpus, file: Path) -> Path:
    with file.open("w") as stream:
        for article in corpus.articles:
            line = {"id": article.id, **article.entry, "related": list(corpus.links[article.id])}
            stream.write(json.dumps(line) + "\n")
    return file


def test_evaluate_prints_a_table(archive: Path) -> None:
    result = run("evaluate", archive)
    assert result.exit_code == 0
    for name in ("this program", "random", "newest", "nearest in time", "plain TF-IDF", "BM25", "LSI"):
        assert name in result.stdout
    assert "nDCG@10" in result.stdout
    assert result.stderr == ""


def test_evaluate_gives_everything_as_json(archive: Path) -> None:
    values = json.loads(run("evaluate", archive, "--json").stdout)
    assert values["queries"] == 81
    assert values["systems"][0]["name"] == "this program"
    assert values["systems"][0]["figures"]["nDCG@10"]["mean"] > 0.9


def test_evaluate_judges_from_the_date_that_is_named(archive: Path) -> None:
    values = json.loads(run("evaluate", archive, "--json", "--since", "2024-02-05").stdout)
    assert values["since"] == "2024-02-05T00:00:00Z"
    assert values["queries"] == 29
    result = run("evaluate", archive, "--since", "soon")
    assert result.exit_code == 2
    assert "'soon' is not a date such as 2019-12-01" in result.stderr


def test_evaluate_writes_a_page_and_trec_files(archive: Path, tmp_path: Path) -> None:
    page, qrels, ranking = (tmp_path / name for name in ("report.html", "qrels.txt", "run.txt"))
    result = run("evaluate", archive, "--report", page, "--qrels", qrels, "--run", ranking)
    assert result.exit_code == 0
    assert result.stderr == f"wrote {page}\nwrote {qrels}\nwrote {ranking}\n"
    assert page.read_text().startswith("<!doctype html>")
    assert len(qrels.read_text().splitlines()) == 324
    assert len(ranking.read_text().splitlines()) == 810


def test_evaluate_fails_under_a_figure(tmp_path: Path) -> None:
    archive = written(stories(misleading=True), tmp_path / "archive.jsonl")
    assert run("evaluate", archive, "--fail-under", "0.5").exit_code == 0
    result = run("evaluate", archive, "--fail-under", "1")
    assert result.exit_code == 1
    assert result.stderr.startswith("recommender: nDCG@10 is 0.")
    assert result.stderr.endswith(", under 1\n")


def test_evaluate_names_what_the_model_before_found(archive: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    version = run("train", archive, "--models", models).stdout.strip()
    values = json.loads(run("evaluate", archive, "--json", "--models", models, "--against", version).stdout)
    assert values["lost"] == []
    assert values["gained"] == 0
    assert run("evaluate", archive, "--models", models, "--against", "x").exit_code == 2


def test_evaluate_without_curated_links_says_what_to_do(site: Path) -> None:
    result = run("evaluate", site)
    assert result.exit_code == 2
    assert "no article has curated links" in result.stderr
    assert "add `related` lists" in result.stderr


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


def test_a_wanted_precision_sets_the_least_score(archive: Path, tmp_path: Path) -> None:
    result = run("train", archive, "--models", tmp_path / "models", "--precision", "0.5")
    assert "fewer than 50% are right: left out" in result.stderr
    assert LocalModels(tmp_path / "models").manifest().settings.min_score > 0


def test_a_later_training_goes_by_what_was_fixed_before(archive: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    (tmp_path / "settings.yaml").write_text("half_life_days: 3\n")
    run("train", archive, "--models", models, "--precision", "0.5", "--settings", tmp_path / "settings.yaml")
    with archive.open("a") as stream:
        stream.write('{"id": "one-more", "title": "One more"}\n')
    run("export", archive, "--out", tmp_path / "lists.jsonl", "--models", models)
    assert len(LocalModels(models).versions()) == 2
    manifest = LocalModels(models).manifest()
    assert manifest.settings.half_life_days == 3
    assert manifest.precision == 0.5
    assert manifest.settings.min_score > 0


@pytest.fixture
def copy_of_seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_enrich_says_what_would_change_and_writes_nothing(published: Published, copy_of_seeds: Path) -> None:
    before = contents(copy_of_seeds)
    dry = run("enrich", copy_of_seeds, "--models", published[0], "--dry-run")
    assert dry.exit_code == 0
    assert len(dry.stdout.splitlines()) == 43
    assert dry.stdout.startswith(f"{min(line.split(':')[0] for line in dry.stdout.splitlines())}: filled\n")
    assert dry.stderr == (
        "would be written: 43 (43: filled)\nskipped: 54 (52: has a curated list; 2: a draft, or withdrawn)\n"
    )
    diff = run("enrich", copy_of_seeds, "--models", published[0], "--diff")
    assert diff.exit_code == 0
    assert diff.stdout.count("\n+related:\n") == 43
    assert not [line for line in diff.stdout.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1
    assert contents(copy_of_seeds) == before


def test_enrich_writes_and_a_second_run_finds_nothing_to_do(published: Published, copy_of_seeds: Path) -> None:
    models, manifest = published
    before = contents(copy_of_seeds)
    first = run("enrich", copy_of_seeds, "--models", models)
    assert (first.exit_code, first.stdout) == (0, "")
    after = contents(copy_of_seeds)
    assert after.keys() - before.keys() == {".related.lock"}
    assert sum(after[file] != before[file] for file in before) == 43
    check = run("enrich", copy_of_seeds, "--models", models, "--check")
    assert (check.exit_code, check.stdout) == (0, "")
    assert contents(copy_of_seeds) == after
    assert LocalModels(models).current() == manifest.version, "what enrich writes is no reason to train again"
    assert (
        "43 lists written by this program don't count"
        in run("train", copy_of_seeds, "--models", models / "other").stderr
    )


def test_check_minds_a_lock_that_is_not_up_to_date(published: Published, copy_of_seeds: Path) -> None:
    run("enrich", copy_of_seeds, "--models", published[0])
    with (copy_of_seeds / ".related.lock").open("a") as stream:
        stream.write(f"{'0' * 64} 0 gone.md\n")
    assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1


def test_enrich_tells_machines_and_the_curious_more(published: Published, copy_of_seeds: Path) -> None:
    (copy_of_seeds / "newsroom" / "two.md").write_text("---\ntitle: Two\nrelated:\nrelated:\n---\n")
    done = run("enrich", copy_of_seeds, "--models", published[0], "--json", "-v", "--dry-run")
    assert done.exit_code == 1
    outcomes = json.loads(done.stdout)
    assert {outcome["action"] for outcome in outcomes} == {"written", "skipped", "failed"}
    assert [outcome for outcome in outcomes if outcome["action"] == "failed"] == [
        {
            "file": "newsroom/two.md",
            "action": "failed",
            "detail": "line 4: there are two `related` keys; remove one",
        }
    ]
    assert "recommender: newsroom/two.md: line 4: there are two `related` keys; remove one\n" in done.stderr
    assert f"  {SEED_ID}.md: has a curated list\n" in done.stderr
    assert done.stderr.endswith("failed: 1\n")


def test_a_second_run_at_the_same_time_is_refused(published: Published, copy_of_seeds: Path) -> None:
    with locked_folder(copy_of_seeds):
        done = run("enrich", copy_of_seeds, "--models", published[0])
        assert done.exit_code == 2
        assert done.stderr == (
            f"recommender: {copy_of_seeds}: another run is writing here; wait for its end, or end it\n"
        )
        assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1
    assert run("enrich", copy_of_seeds, "--models", published[0]).exit_code == 0


def test_enrich_has_no_use_for_a_jsonl_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "title": "A"}\n')
    done = run("enrich", tmp_path / "a.jsonl", "--models", tmp_path / "models")
    assert done.exit_code == 2
    assert "a.jsonl' is a file" in done.stderr
