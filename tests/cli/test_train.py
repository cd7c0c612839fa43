"""The command `train`."""

from __future__ import annotations

from pathlib import Path

from commands import run

from recommender.artefacts import LocalModels


def test_train_publishes_and_says_what_it_read(site: Path, tmp_path: Path) -> None:
    result = run("train", site, "--models", tmp_path / "models")
    assert result.exit_code == 0
    version = LocalModels(tmp_path / "models").current()
    assert result.stdout == f"{version}\n"
    assert result.stderr == (
        "folder (no configuration or folders of a site generator were found): 2 articles\n"
        "they have: date 1, excerpt 0, text 0, address 0\n"
        "languages: none declared\n"
        "before learning: title 50 %, excerpt 50 %; half_life_days 7 (default)\n"
        "0 curated links in 0 lists, 0 links in texts\n"
        "  broken.md:3: the front matter is not YAML: did not find expected node content; "
        "quote the value or correct the indent\n"
        "nothing learnt: 0 curated lists, and at least 20 are needed to tell a gain from chance; "
        "the defaults are used\n"
        f"published {tmp_path / 'models' / version}\n"
    )


def test_train_takes_settings_from_a_file(site: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("half_life_days: null\n")
    run("train", site, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml")
    assert LocalModels(tmp_path / "models").manifest().settings.half_life_days is None


def test_models_within_the_corpus_are_no_articles(site: Path) -> None:
    for _ in range(2):
        run("export", site, "--out", site / "lists.txt", "--models", site / "models")
    assert len(LocalModels(site / "models").versions()) == 1


def test_a_wanted_precision_sets_the_least_score(archive: Path, tmp_path: Path) -> None:
    result = run("train", archive, "--models", tmp_path / "models", "--precision", "0.5")
    assert "fewer than 50% are correct" in result.stderr
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


def test_where_nothing_has_changed_the_version_in_use_stays(site: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    first = run("train", site, "--models", models)
    again = run("train", site, "--models", models)
    version = LocalModels(models).current()
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert "  broken.md:3: the front matter is not YAML" in again.stderr
    assert again.stderr.endswith(f"nothing has changed since {models}/{version}; --force trains anyway\n")
    assert LocalModels(models).versions() == [version]
    run("train", site, "--models", models, "--force")
    assert len(LocalModels(models).versions()) == 2


def test_whatever_a_training_depends_on_is_a_reason_to_train(site: Path, tmp_path: Path) -> None:
    models = LocalModels(tmp_path / "models")
    (tmp_path / "settings.yaml").write_text("half_life_days: 3\n")

    def trains(*options: str | Path) -> bool:
        before = models.versions()
        run("train", site, "--models", tmp_path / "models", *options)
        return models.versions() != before

    assert trains()
    assert trains("--settings", tmp_path / "settings.yaml")
    assert not trains("--settings", tmp_path / "settings.yaml")
    assert trains()  # the settings are no longer given
    assert trains("--exclude", "a.md")
    (site / "broken.md").write_text("broken in another way")
    assert trains("--exclude", "a.md")
    (site / "new.md").write_text("---\ntitle: Comet over the bay again\n---\n")
    assert trains("--exclude", "a.md")
    run("enrich", site, "--models", tmp_path / "models")
    assert trains("--exclude", "a.md")  # an article tells whether its list was written by this program
    assert not trains("--exclude", "a.md")
