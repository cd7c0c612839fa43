"""What was posted, as the next training reads it: with the corpus's files, as if it were among them."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import SEEDS

from recommender import Article, Corpus, Recommender
from recommender.artefacts import LocalModels
from recommender.cli import main
from recommender.journal import JOURNAL_FILE, Journal, LiveChanges, PostedArticle, WithdrawnArticle, settle
from recommender.live import LiveOverlay
from recommender.training import publish

NEW = "---\ntitle: Comet seen from {place}\ndate: 2024-04-20\nrelated:\n  - id: {link}\n---\n"
LINK = "2024-04-28-farewell-orrin-vale-comet-breaks-apart-as-it-rounds-the-sun"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A corpus of its own to train on."""
    shutil.copytree(SEEDS / "newsroom", tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a model of the newsroom, which no test writes to."""
    models = tmp_path_factory.mktemp("trained") / "models"
    train(SEEDS / "newsroom", models)
    return models


@pytest.fixture
def models(tmp_path: Path, trained: Path) -> Path:
    """A models folder with a model of that corpus."""
    return shutil.copytree(trained, tmp_path / "models")


def run(command: str, site: Path, models: Path, *more: str) -> str:
    """Run a command on a corpus; returns all it printed."""
    done = CliRunner().invoke(main, [command, str(site), "--models", str(models), *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def train(site: Path, models: Path) -> str:
    """Train without learning from links, which takes seconds and is not what this is about; returns all it printed."""
    settings = models.with_name("settings.yaml")
    settings.write_text("learn: false\n")
    return run("train", site, models, "--settings", str(settings))


def new(place: str) -> PostedArticle:
    """An article as it is posted."""
    return PostedArticle.parse(NEW.format(place=place, link=LINK), "markdown")


def with_id(text: str) -> PostedArticle:
    """A file of the corpus as it is posted: with its ID, which there is its name."""
    return PostedArticle.parse(text.replace("---\n", f"---\nid: {LINK}\n", 1), "markdown")


def overlay(models: Path) -> LiveOverlay:
    """What a server would serve."""
    return LiveOverlay(Recommender.load(models)).with_changes(LiveChanges.load(models))


def post(models: Path, posted: PostedArticle) -> PostedArticle:
    """Post as a server does."""
    with Journal(models, versions=LocalModels(models).versions) as journal:
        journal.append(overlay(models).mark_superseded(posted).to_record())
    return posted


def withdraw(models: Path, id: str) -> Article:
    """Withdraw as a server does."""
    article = overlay(models).recommender.article(id)
    with Journal(models) as journal:
        journal.append(WithdrawnArticle.from_article(article).to_record())
    return article


def waiting(models: Path) -> set[str]:
    """The posted articles that the corpus has no file for."""
    return {id for id, posted in LiveChanges.load(models).posted.items() if not posted.settled}


def test_training_gives_what_it_would_give_with_those_files(site: Path, models: Path, tmp_path: Path) -> None:
    harbour, hill = post(models, new("the harbour")), post(models, new("the hill"))
    shutil.copytree(site, tmp_path / "with files")
    for posted in (harbour, hill):
        (tmp_path / "with files" / f"{posted.id}.md").write_text(posted.text)
    with_files = Corpus.from_path(tmp_path / "with files")
    folded = Corpus.from_path(site, live_changes=LiveChanges.load(models))
    assert folded.articles == with_files.articles
    assert folded.links == with_files.links
    assert folded.links[harbour.id] == (LINK,)
    assert folded.fingerprint == Corpus.from_path(site).fingerprint
    train(site, models)
    trained = Recommender.load(models)
    assert list(trained.answers()) == list(Recommender(settings=trained.settings).fit(with_files).answers())
    assert len(overlay(models)) == 0  # the model has them
    assert waiting(models) == {harbour.id, hill.id}  # the corpus has not


def test_what_the_corpus_holds_leaves_the_journal(site: Path, models: Path) -> None:
    harbour, hill = post(models, new("the harbour")), post(models, new("the hill"))
    (site / f"{harbour.id}.md").write_text(harbour.text.replace("related:", "provider: The Site\nrelated:"))
    train(site, models)
    assert waiting(models) == {hill.id}
    trained = Recommender.load(models)
    assert trained.article(harbour.id).entry["provider"] == {"name": "The Site"}  # the corpus has gone on
    assert trained.has_article(hill.id)
    (site / f"{hill.id}.md").write_text(hill.text)
    train(site, models)
    assert waiting(models) == set()
    assert len(overlay(models)) == 0


def test_an_older_model_is_served_with_what_it_lacks(site: Path, models: Path) -> None:
    older = LocalModels(models).current()
    harbour = post(models, new("the harbour"))
    train(site, models)
    LocalModels(models).use(older)
    assert not Recommender.load(models).has_article(harbour.id)
    assert overlay(models).recommender.has_article(harbour.id)
    (site / f"{harbour.id}.md").write_text(harbour.text)
    train(site, models)
    LocalModels(models).use(older)
    assert waiting(models) == set()
    assert overlay(models).recommender.has_article(harbour.id)


def test_what_every_version_has_leaves_the_journal(site: Path, models: Path) -> None:
    older = LocalModels(models).current()
    harbour = post(models, new("the harbour"))
    (site / f"{harbour.id}.md").write_text(harbour.text)
    train(site, models)
    assert set(LiveChanges.load(models).posted) == {harbour.id}
    shutil.rmtree(models / older)
    train(site, models)
    assert not LiveChanges.load(models)


def test_an_update_is_folded_in_until_the_corpus_changes(site: Path, models: Path) -> None:
    file = next(site.rglob(f"{LINK}.md"))
    text = file.read_text()
    post(models, with_id(re.sub("^title: .*", "title: Corrected", text, flags=re.MULTILINE)))
    for _ in range(2):
        train(site, models)
        assert Recommender.load(models).article(LINK).title == "Corrected"
    file.write_text(re.sub("^title: .*", "title: Corrected again", text, flags=re.MULTILINE))
    train(site, models)
    assert waiting(models) == set()
    assert Recommender.load(models).article(LINK).title == "Corrected again"


def test_what_is_withdrawn_stays_away_until_it_is_posted_again(site: Path, models: Path) -> None:
    gone = withdraw(models, LINK)
    corpus = Corpus.from_path(site, live_changes=LiveChanges.load(models))
    assert gone.id not in {article.id for article in corpus.articles}
    assert not any(gone.id in links for links in corpus.links.values())
    assert set(gone.urls).isdisjoint(url for article in corpus.articles for url in article.urls)
    for _ in range(2):
        train(site, models)
        assert not Recommender.load(models).has_article(LINK)
    assert set(LiveChanges.load(models).withdrawn) == {LINK}
    post(models, with_id(next(site.rglob(f"{LINK}.md")).read_text()))
    train(site, models)
    assert Recommender.load(models).has_article(LINK)
    assert LiveChanges.load(models).unsettled == 0
    assert not LiveChanges.load(models).withdrawn


@pytest.mark.long
def test_exports_and_lists_in_files_go_by_what_is_live(site: Path, models: Path, tmp_path: Path) -> None:
    harbour = post(models, new("the harbour"))
    gone = withdraw(models, LINK)
    run("export", site, models, "--out", str(tmp_path / "lists.jsonl"))
    lists = (tmp_path / "lists.jsonl").read_text()
    assert f'{{"id":"{harbour.id}",' in lists
    assert f'{{"id":"{LINK}",' not in lists
    assert gone.title not in lists
    assert LocalModels(models).versions() == [LocalModels(models).current()]  # no training was needed
    file = next(site.rglob(f"{LINK}.md"))
    before = file.read_text()
    run("enrich", site, models, "--limit", "50")
    assert file.read_text() == before
    assert any(harbour.article.title in other.read_text() for other in site.rglob("*.md"))


def test_what_is_posted_while_training_runs_stays(site: Path, models: Path) -> None:
    first = post(models, new("the harbour"))
    (site / f"{first.id}.md").write_text(first.text)
    corpus = Corpus.from_path(site, live_changes=LiveChanges.load(models))
    assert set(corpus.live.incorporated) == {first.id}
    second = post(models, PostedArticle.parse(first.text.replace("date:", "provider: The Site\ndate:"), "markdown"))
    settle(models, corpus.live, {})
    assert LiveChanges.load(models).posted[second.id].digest == second.digest
    assert LiveChanges.load(models).unsettled == 1


def test_a_correction_during_training_is_served_and_what_was_withdrawn_is_not(site: Path, models: Path) -> None:
    post(models, new("the harbour"))
    corpus = Corpus.from_path(site, live_changes=LiveChanges.load(models))
    id = withdraw(models, new("the harbour").id).id
    post(models, PostedArticle.parse(f"---\nid: {id}\ntitle: Comet seen nowhere\n---\n", "markdown"))
    publish(corpus, models)
    assert Recommender.load(models).article(id).title == "Comet seen from the harbour"
    assert overlay(models).recommender.article(id).title == "Comet seen nowhere"


def test_a_correction_of_what_no_entry_shows_is_kept(site: Path, models: Path) -> None:
    """Its pins, its text or when it may be seen."""
    text = next(site.rglob(f"{LINK}.md")).read_text()
    for line in ("relatedPin: [none]", "publishDate: 2999-01-01"):
        corrected = post(models, with_id(text.replace("---\n", f"---\n{line}\n", 1)))
        assert overlay(models).recommender.article(LINK).visible_from == corrected.source.visible_from
        corpus = Corpus.from_path(site, live_changes=LiveChanges.load(models))
        assert corpus.live.incorporated == {}
    publish(corpus, models)
    assert Recommender.load(models).article(LINK).visible_from is not None


def test_a_model_trained_elsewhere_stands_where_it_has_gone_on(site: Path, models: Path, tmp_path: Path) -> None:
    file = next(site.rglob(f"{LINK}.md"))
    text = file.read_text()
    posted = post(models, with_id(re.sub("^title: .*", "title: Posted", text, flags=re.MULTILINE)))
    publish(Corpus.from_path(site), tmp_path / "elsewhere")
    file.write_text(re.sub("^title: .*", "title: Written later", text, flags=re.MULTILINE))
    publish(Corpus.from_path(site), tmp_path / "elsewhere")
    shutil.rmtree(models / LocalModels(models).current())
    for path in (tmp_path / "elsewhere").glob("2*"):
        shutil.copytree(path, models / path.name)
    versions = LocalModels(models).versions()
    for version, title in zip(versions, ("Posted", "Written later"), strict=True):
        LocalModels(models).use(version)
        assert overlay(models).recommender.article(posted.id).title == title


def test_a_post_replaces_all_files_of_its_article_and_none_in_another_language(tmp_path: Path) -> None:
    lines = "title: {}\nsourceUrl: https://site.example/tide\n"
    files = {"tide": "Tide", "tide-again": "Tide once more", "tide.de": "Flut"}
    site, models = tmp_path / "site", tmp_path / "models"
    site.mkdir()
    for name, title in files.items():
        language = "de" if name.endswith(".de") else "en"
        day = len(name)  # the twin is newer
        header = f"---\nid: {name}\nlang: {language}\ndate: 2024-01-{day:02}\n"
        (site / f"{name}.md").write_text(header + lines.format(title) + "---\n")
    publish(Corpus.from_path(site), models)
    text = "---\nid: tide\nlang: en\ndate: 2024-01-01\n" + lines.format("Tide turns") + "---\n"
    post(models, PostedArticle.parse(text, "markdown"))
    publish(Corpus.from_path(site, live_changes=LiveChanges.load(models)), models)
    trained = Recommender.load(models)
    assert sorted(one.title for one in trained) == ["Flut", "Tide turns"]
    assert trained.article("tide-again").id == "tide"
    assert sorted(one.title for one in overlay(models).recommender) == ["Flut", "Tide turns"]


def test_withdrawing_one_translation_leaves_the_others(tmp_path: Path) -> None:
    site, models = tmp_path / "site", tmp_path / "models"
    (site / "de").mkdir(parents=True)
    (site / "tide.md").write_text("---\ntitle: Tide\nlang: en\n---\n")
    (site / "de" / "tide.md").write_text("---\ntitle: Flut\nlang: de\n---\n")
    publish(Corpus.from_path(site), models)
    withdraw(models, next(one.id for one in overlay(models).recommender if one.title == "Tide"))
    publish(Corpus.from_path(site, live_changes=LiveChanges.load(models)), models)
    assert [one.title for one in overlay(models).recommender] == ["Flut"]


def test_damage_is_told_by_training_and_then_forgotten(site: Path, models: Path) -> None:
    post(models, new("the harbour"))
    post(models, new("the hill"))
    with closing(sqlite3.connect(models / JOURNAL_FILE)) as connection, connection:
        connection.execute("UPDATE record SET value = replace(value, 'harbour', 'bay') WHERE id = 2")
    assert "is damaged and lost" in train(site, models)
    assert "is damaged and lost" not in train(site, models)
    assert len(LiveChanges.load(models).posted) == 1
