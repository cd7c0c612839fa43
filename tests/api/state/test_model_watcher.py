from __future__ import annotations

import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import SEED_ID, article, corpus_of
from servers import RECOMMENDER, free_port, running
from waiting import SLACK, until

from api import create_app
from api.state import ModelWatcher
from recommender import Corpus
from recommender.artefacts import LocalModels, Manifest
from recommender.errors import ArtefactError
from recommender.journal import Journal, WithdrawnArticle
from recommender.training import publish

Published = tuple[Path, Manifest]
OTHER = corpus_of(article("comet", "Comet over the bay"), article("town", "Comet over the town"))


@pytest.fixture
def watcher(published: Published) -> Iterator[ModelWatcher]:
    """What follows the folder that the seeds' model is published in."""
    watcher = ModelWatcher(published[0])
    yield watcher
    watcher.close()


def publish_other(models: Path) -> str:
    """Publish a model of two articles."""
    return publish(OTHER, models).version


def copy_damaged(models: Path, version: str) -> str:
    """Copy a version by hand, without the end of one file, and name the copy as the one in use."""
    shutil.copytree(models / version, models / "copied")
    file = models / "copied" / "lists.rows.npy"
    file.write_bytes(file.read_bytes()[:-1])
    point_to(models, "copied")
    return "copied"


def point_to(models: Path, version: str) -> None:
    """Name the version in use as by hand, without verifying it."""
    (models / "next").write_text(version)
    (models / "next").replace(models / "current")


def refused_reason(watcher: ModelWatcher) -> str:
    """Why the version in use is not served, if it is not."""
    return "" if watcher.refused is None else watcher.refused.reason


def test_a_new_model_is_served_and_an_older_one_when_it_is_used_again(
    published: Published, watcher: ModelWatcher
) -> None:
    models, first = published
    before = watcher.snapshot
    assert before.version == first.version
    second = publish_other(models)
    until(lambda: watcher.snapshot.version == second)
    assert len(watcher.snapshot.recommender.related("comet")) == 1
    assert len(before.recommender.related(SEED_ID)) == 10  # what took the old one ends on it
    LocalModels(models).use(first.version)
    until(lambda: watcher.snapshot.version == first.version)
    assert watcher.snapshot.recommender.has_article(SEED_ID)
    assert (watcher.loads, watcher.refusals, watcher.refused) == (3, 0, None)


def test_a_bad_model_is_refused_and_the_old_one_goes_on(published: Published, watcher: ModelWatcher) -> None:
    models, first = published
    version = copy_damaged(models, first.version)
    until(lambda: "lists.rows.npy is damaged" in refused_reason(watcher))
    assert watcher.refused is not None
    assert watcher.refused.version == version
    assert watcher.snapshot.version == first.version
    LocalModels(models).use(first.version)
    until(lambda: watcher.refused is None)
    assert (watcher.loads, watcher.refusals) == (1, 1)


def test_a_model_that_is_still_being_copied_is_served_once_it_is_whole(
    published: Published, watcher: ModelWatcher
) -> None:
    models, first = published
    version = copy_damaged(models, first.version)
    until(lambda: "lists.rows.npy is damaged" in refused_reason(watcher))
    shutil.copy(models / first.version / "lists.rows.npy", models / version)
    until(lambda: watcher.snapshot.version == version)
    until(lambda: watcher.refused is None)


def test_without_a_pointer_the_model_goes_on(published: Published, watcher: ModelWatcher) -> None:
    models, first = published
    (models / "current").unlink()
    until(lambda: watcher.refused is not None)
    assert watcher.snapshot.version == first.version
    LocalModels(models).use(first.version)
    until(lambda: watcher.refused is None)


def test_a_worker_that_starts_while_a_bad_model_is_in_use_serves_what_the_others_do(published: Published) -> None:
    models, first = published
    publish_other(models)
    LocalModels(models).use(first.version)
    others = ModelWatcher(models)
    copy_damaged(models, first.version)
    joining = ModelWatcher(models)
    try:
        assert joining.snapshot.version == first.version
        until(lambda: "lists.rows.npy is damaged" in refused_reason(joining))
    finally:
        joining.close()
        others.close()


@pytest.mark.parametrize("pointer", [None, b"", b"\xff\xfe", b"nonsense"])
def test_a_worker_that_starts_without_a_pointer_serves_what_the_others_do(
    published: Published, pointer: bytes | None
) -> None:
    models, first = published
    LocalModels(models).record_served(first.version)
    if pointer is None:
        (models / "current").unlink()
    else:
        (models / "current").write_bytes(pointer)
    joining = ModelWatcher(models)
    try:
        assert joining.snapshot.version == first.version
        until(lambda: joining.refused is not None)
    finally:
        joining.close()


def test_what_a_served_version_that_was_deleted_can_not_answer_is_unavailable(published: Published) -> None:
    models, first = published
    client = create_app(MODELS=models, ACCESS_LOG=False).test_client()
    copy_damaged(models, first.version)
    shutil.rmtree(models / first.version)
    assert client.get(f"/articles/{SEED_ID}/related").status_code == 200
    answer = client.post("/related", json={"title": "harbour tunnel"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert client.get(f"/explore?id={SEED_ID}").status_code == 503


def test_a_bad_model_where_none_was_served_before_is_an_error(published: Published) -> None:
    models, first = published
    copy_damaged(models, first.version)
    with pytest.raises(ArtefactError, match=r"lists\.rows\.npy is damaged"):
        ModelWatcher(models)


def test_a_worker_that_starts_where_nothing_can_be_served_waits_for_a_model(published: Published) -> None:
    models, first = published
    with Journal(models) as journal:
        journal.append(WithdrawnArticle(SEED_ID, frozenset({SEED_ID}), frozenset()).to_record())
    shutil.move(models / first.version, models / "moved")
    app = create_app(MODELS=models, TOKEN="t", WAIT_FOR_MODEL=True)
    client = app.test_client()
    for path in ("/readyz", "/articles/a/related", "/articles/a/related.html", "/", "/nowhere"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == (404 if path == "/nowhere" else 503)
        if answer.status_code == 503:
            assert b"there is no version" in answer.data
            assert bytes(models) not in answer.data  # where on the machine it lies is nobody's business
    posted = client.post("/articles", json={"id": "a", "title": "A"}, headers={"Authorization": "Bearer t"})
    assert posted.status_code == 503
    assert [client.get(path).status_code for path in ("/healthz", "/metrics")] == [200, 200]
    shutil.move(models / "moved", models / first.version)
    until(lambda: client.get("/readyz").status_code == 200)
    assert client.get(f"/articles/{SEED_ID}/related").status_code == 404  # withdrawn: never served, not for a moment
    app.extensions["model"].close()


def test_readyz_names_the_model_and_what_is_refused(published: Published) -> None:
    models, first = published
    app = create_app(MODELS=models)
    client = app.test_client()
    nothing = {"articles": 0, "withdrawn": 0, "problems": []}
    assert client.get("/readyz").json == {
        "status": "ready",
        "version": first.version,
        "created": first.created,
        "articles": 158,
        "refused": None,
        "live": nothing,
    }
    version = copy_damaged(models, first.version)
    until(lambda: "lists.rows.npy is damaged" in refused_reason(app.extensions["model"]))
    answer = client.get("/readyz").json
    assert answer is not None
    assert (answer["version"], answer["refused"]["version"]) == (first.version, version)
    app.extensions["model"].close()


def test_every_worker_takes_a_new_model_within_two_seconds(published: Published, seeds: Corpus) -> None:
    models, first = published
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models), "--workers", "2"]

    def versions(address: str) -> set[str]:
        found = set()
        for _ in range(12):
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
                found.add(json.load(response)["version"])
        return found

    with running(command, port) as address:
        assert versions(address) == {first.version}
        second = publish_other(models)
        published_at = time.monotonic()
        until(lambda: versions(address) == {second})
        assert time.monotonic() - published_at < 2 * SLACK
        LocalModels(models).use(first.version)
        used_at = time.monotonic()
        until(lambda: versions(address) == {first.version})
        assert time.monotonic() - used_at < 2 * SLACK
