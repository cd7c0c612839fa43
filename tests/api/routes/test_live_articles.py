"""Articles that are posted to a running application, and taken away from it."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import ENTRY_KEYS, SEED_ID
from servers import RECOMMENDER, free_port, running
from waiting import SLACK, until
from werkzeug.test import TestResponse

from api import create_app
from api.state import ModelWatcher
from recommender import Recommender
from recommender.artefacts import LocalModels, Manifest
from recommender.sources import FileChoice
from recommender.training import ensure_trained, publish

Published = tuple[Path, Manifest]
TOKEN = "a token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FILE = """---
title: Facial recognition standards are shaped by Chinese tech groups
excerpt: China's groups propose standards on facial recognition to the United Nations.
publishedDateTime: 2019-12-02T08:00:00Z
sourceUrl: https://site.example/standards
secured: "never to leave"
heat: 7
---
The text of the article.
"""
ID = "2019-12-02-facial-recognition-standards-are-shaped-by-chinese-tech-groups"


@pytest.fixture
def apps(published: Published) -> Iterator[tuple[Flask, Flask]]:
    """Two workers' applications on one folder."""
    both = create_app(MODELS=published[0], TOKEN=TOKEN), create_app(MODELS=published[0], TOKEN=TOKEN)
    yield both
    for app in both:
        app.extensions["model"].close()


@pytest.fixture
def client(apps: tuple[Flask, Flask]) -> FlaskClient:
    """A client of the first worker."""
    return apps[0].test_client()


def post(client: FlaskClient, body: str = FILE, kind: str = "text/markdown") -> TestResponse:
    """Post an article."""
    return client.post("/articles", data=body, content_type=kind, headers=BEARER)


def body_of(response: TestResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = json.loads(response.data)
    return found


def answers(client: FlaskClient, id: str, status: int) -> bool:
    """Whether a look-up of an article ends so."""
    return client.get(f"/articles/{id}").status_code == status


def serves(app: Flask, version: str) -> bool:
    """Whether an application is on a version."""
    return bool(app.extensions["model"].snapshot.version == version)


def titles(client: FlaskClient, id: str) -> list[str]:
    """The titles of an article's list."""
    return [entry["title"] for entry in body_of(client.get(f"/articles/{id}/related"))["related"]]


def test_a_posted_file_is_answered_and_suggested_by_every_worker(
    apps: tuple[Flask, Flask], client: FlaskClient
) -> None:
    response = post(client)
    assert response.status_code == 201
    assert response.headers["Location"] == f"/articles/{ID}"
    answer = body_of(response)
    assert answer["id"] == ID
    assert answer["problems"] == []
    assert answer["related"] == body_of(client.get(f"/articles/{ID}/related"))["related"]
    assert SEED_ID in answer["enters"]
    entry = body_of(client.get(f"/articles/{ID}"))["article"]
    assert list(entry) == ["title", "excerpt", "publishedDateTime", "sourceUrl"]
    assert set(entry) <= set(ENTRY_KEYS)
    for app in apps:
        other = app.test_client()
        until(partial(answers, other, ID, 200))
        for id in answer["enters"]:
            assert entry["title"] in titles(other, id)
        assert other.get(f"/articles/{ID}/related").data == client.get(f"/articles/{ID}/related").data


def test_json_is_taken_as_a_line_of_a_corpus_is(client: FlaskClient) -> None:
    fields = {"id": "posted/1", "title": "Comet over the harbour", "date": "yesterday", "quality": 3, "secured": "x"}
    answer = body_of(post(client, json.dumps(fields), "application/json"))
    assert answer["id"] == "posted/1"
    assert answer["problems"] == [
        "the date 'yesterday' can't be read as a date; write it as 2019-12-01T16:14:00Z; used without a date"
    ]
    entry = body_of(client.get("/articles/posted/1"))["article"]
    assert entry == {"title": "Comet over the harbour", "date": "yesterday", "quality": 3}


def test_the_address_is_made_by_the_pattern_and_base_url_of_the_training_and_kept_in_the_journal(
    tmp_path: Path,
) -> None:
    for name, text in {
        "_config.yml": "url: https://quay.test\nbaseurl: /news\n",
        "_posts/2024-03-18-ferry.md": "---\ntitle: Ferry moors alone\n---\n",
    }.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    ensure_trained(tmp_path / "site", LocalModels(tmp_path / "models"), choice=FileChoice(address="/:year/:slug/"))
    app = create_app(MODELS=tmp_path / "models", TOKEN=TOKEN)
    assert post(app.test_client(), '{"title": "A Comet!", "date": "2024-03-20"}', "application/json").status_code == 201
    app.extensions["model"].close()
    later = create_app(MODELS=tmp_path / "models", TOKEN=TOKEN)
    found = body_of(later.test_client().get("/articles/2024-03-20-a-comet"))["article"]
    assert found["url"] == "https://quay.test/news/2024/a-comet/"
    by_address = later.test_client().get("/related", query_string={"url": found["url"]})
    assert body_of(by_address)["id"] == "2024-03-20-a-comet"
    later.extensions["model"].close()


@pytest.mark.parametrize("id", ["guide/related", "guide/related.html"])
def test_an_id_under_which_nothing_could_be_withdrawn_is_refused(client: FlaskClient, id: str) -> None:
    refused = post(client, json.dumps({"id": id, "title": "Harbour guide"}), "application/json")
    assert refused.status_code == 422
    assert body_of(refused)["detail"] == (
        f"the ID {id!r} ends like a look-up's path, so it could not be withdrawn; choose another"
    )
    assert body_of(client.get("/articles?q=harbour guide"))["articles"] == []


def test_posting_again_replaces_and_withdrawing_takes_away_also_what_was_trained(
    apps: tuple[Flask, Flask], client: FlaskClient
) -> None:
    assert post(client).status_code == 201
    again = post(client, FILE.replace("heat: 7", "provider: The Site"))
    assert again.status_code == 200
    assert body_of(client.get(f"/articles/{ID}"))["article"]["provider"] == {"name": "The Site"}
    for id in (ID, SEED_ID):
        gone = client.delete(f"/articles/{id}", headers=BEARER)
        assert gone.status_code == 200
        assert body_of(gone)["id"] == id
        assert body_of(gone)["leaves"]
        for app in apps:
            other = app.test_client()
            until(partial(answers, other, id, 404))
            assert other.get(f"/articles/{id}/related").status_code == 404
            for owner in body_of(gone)["leaves"]:
                response = other.get(f"/articles/{owner}/related")
                assert response.status_code == 404 or id not in response.text
    assert client.delete(f"/articles/{SEED_ID}", headers=BEARER).status_code == 404


def test_what_was_posted_outlives_the_server_and_a_new_model(
    published: Published, apps: tuple[Flask, Flask], client: FlaskClient, seeds_recommender: Recommender, seeds: Any
) -> None:
    post(client)
    client.delete(f"/articles/{SEED_ID}", headers=BEARER)
    expected = client.get(f"/articles/{ID}/related").data
    later = create_app(MODELS=published[0])
    assert later.test_client().get(f"/articles/{ID}/related").data == expected
    second = publish(seeds, published[0])
    for app in (*apps, later):
        until(partial(serves, app, second.version))
        assert app.test_client().get(f"/articles/{ID}/related").data == expected
        assert app.test_client().get(f"/articles/{SEED_ID}").status_code == 404
    tags = {app.extensions["model"].snapshot.tag for app in (*apps, later)}
    assert len(tags) == 1
    later.extensions["model"].close()


@pytest.mark.parametrize(
    ("headers", "status", "detail"),
    [
        ({}, 401, "this needs the server's token, as `Authorization: Bearer …`"),
        ({"Authorization": "Bearer nonsense"}, 401, None),
        ({"Authorization": "Bearer ü"}, 401, None),
        ({"Authorization": TOKEN}, 401, None),
        ({"Authorization": f"Basic {TOKEN}"}, 401, None),
    ],
)
def test_without_the_token_nothing_is_taken(
    client: FlaskClient, headers: dict[str, str], status: int, detail: str | None
) -> None:
    for response in (
        client.post("/articles", data=FILE, content_type="text/markdown", headers=headers),
        client.delete(f"/articles/{SEED_ID}", headers=headers),
    ):
        assert response.status_code == status
        assert response.mimetype == "application/problem+json"
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert detail is None or body_of(response)["detail"] == detail
        assert TOKEN not in response.text
    assert client.get(f"/articles/{SEED_ID}").status_code == 200


def test_without_a_token_of_the_server_posting_is_off(
    published: Published, seeds_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECOMMENDER_TOKEN", raising=False)
    off = create_app(MODELS=published[0])
    for app in (off, create_app(seeds_recommender, TOKEN=TOKEN)):
        for headers in ({}, BEARER, {"Authorization": "Bearer "}):
            response = app.test_client().post("/articles", data=FILE, content_type="text/markdown", headers=headers)
            assert response.status_code == 403
            assert "posting is off here" in body_of(response)["detail"]
    off.extensions["model"].close()
    monkeypatch.setenv("RECOMMENDER_TOKEN", TOKEN)
    on = create_app(MODELS=published[0])
    assert post(on.test_client()).status_code == 201
    on.extensions["model"].close()


@pytest.mark.parametrize(
    ("body", "kind", "status", "detail"),
    [
        (FILE, "text/html", 415, "the content type is 'text/html'; it must be text/markdown or application/json"),
        (
            "no front matter",
            "text/markdown",
            422,
            "the article:1: no front matter: it does not begin with a line `---`",
        ),
        ("---\ntitle: [\n---\n", "text/markdown", 422, None),
        ("---\nexcerpt: x\n---\n", "text/markdown", 422, "the article: no title; add a line `title: …`"),
        (
            "---\ntitle: …\n---\n",
            "text/markdown",
            422,
            "the article: no ID, and none can be made from the title; add a line `id: …`",
        ),
        ("{", "application/json", 422, None),
        ("[]", "application/json", 422, "the article: not a JSON object; an article is one"),
        ('{"title": "\\ud800"}', "application/json", 422, "the article: half of a surrogate pair; correct the escape"),
        ("[" * 60_000, "application/json", 422, "the article: nested too deep"),
        (
            FILE + "x" * 65_536,
            "text/markdown",
            413,
            "the body is over 64 KB; leave out the text below the front matter",
        ),
        (b"---\ntitle: \xff\n---\n", "text/markdown", 400, "the body is not UTF-8; send it as UTF-8"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_reason(
    client: FlaskClient, published: Published, body: str, kind: str, status: int, detail: str | None
) -> None:
    response = post(client, body, kind)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert detail is None or body_of(response)["detail"].startswith(detail)
    assert not (published[0] / "live.journal").exists()


def test_parameters_are_refused(client: FlaskClient) -> None:
    response = client.post("/articles?id=x", data=FILE, content_type="text/markdown", headers=BEARER)
    assert response.status_code == 400


def test_what_can_not_be_kept_is_not_served(client: FlaskClient, published: Published) -> None:
    (published[0] / "live.journal").mkdir()
    response = post(client)
    assert response.status_code == 507
    assert "live.journal: can't be" in body_of(response)["detail"]
    assert client.get(f"/articles/{ID}").status_code == 404


def test_more_than_a_server_holds_are_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.state.model_watcher.MAX_LIVE_ARTICLES", 1)
    assert post(client).status_code == 201
    assert post(client).status_code == 200
    response = post(client, FILE.replace("title: ", "title: Other "))
    assert response.status_code == 507
    assert body_of(response)["detail"] == "1 articles are live already; run `recommender train CORPUS`"


def test_readyz_and_the_metrics_count_the_same_articles(client: FlaskClient) -> None:
    trained = body_of(client.get("/readyz"))["articles"]
    for change, articles in (("post", trained + 1), ("withdraw", trained)):
        if change == "post":
            post(client)
        else:
            client.delete(f"/articles/{SEED_ID}", headers=BEARER)
        assert body_of(client.get("/readyz"))["articles"] == articles
        assert f"\nrecommender_articles {articles}.0\n" in client.get("/metrics").text


def test_readyz_counts_what_is_live_and_tells_of_damage(client: FlaskClient, published: Published) -> None:
    post(client)
    client.delete(f"/articles/{SEED_ID}", headers=BEARER)
    assert body_of(client.get("/readyz"))["live"] == {"articles": 1, "withdrawn": 1, "problems": []}
    with closing(sqlite3.connect(published[0] / "live.journal")) as connection, connection:
        connection.execute("UPDATE record SET value = replace(value, 'title', 'little') WHERE id = 2")
    live = ModelWatcher(published[0])
    assert live.problems == (f"{published[0]}/live.journal: record 2 is damaged and lost",)
    live.close()


def test_readyz_tells_of_a_journal_that_is_none_until_it_is_moved_away(
    client: FlaskClient, published: Published
) -> None:
    post(client)
    journal = published[0] / "live.journal"
    for path in published[0].glob("live.journal*"):
        path.unlink()
    journal.write_text("related-articles journal 1\n" * 50)
    sentence = "live.journal: can't be read: file is not a database; stop the servers, move it away"
    until(lambda: [one[: len(sentence)] for one in body_of(client.get("/readyz"))["live"]["problems"]] == [sentence])
    assert body_of(post(client))["status"] == 507
    assert answers(client, ID, 200)  # what was read before is still served
    journal.unlink()
    until(lambda: body_of(client.get("/readyz"))["live"] == {"articles": 0, "withdrawn": 0, "problems": []})


def test_all_workers_of_a_server_take_an_article_within_two_seconds(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0]), "--workers", "2"]

    def call(address: str, method: str, path: str, body: str | None = None) -> int:
        data = None if body is None else body.encode()
        wanted = urllib.request.Request(
            f"{address}{path}", data, {**BEARER, "Content-Type": "text/markdown"}, method=method
        )
        try:
            with urllib.request.urlopen(wanted, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    with running(command, port, RECOMMENDER_TOKEN=TOKEN) as address:
        assert call(address, "POST", "/articles", FILE) == 201
        posted = time.monotonic()
        until(lambda: {call(address, "GET", f"/articles/{ID}/related") for _ in range(12)} == {200})
        assert time.monotonic() - posted < 2 * SLACK
        assert call(address, "DELETE", f"/articles/{ID}") == 200
        withdrawn = time.monotonic()
        until(lambda: {call(address, "GET", f"/articles/{ID}/related") for _ in range(12)} == {404})
        assert time.monotonic() - withdrawn < 2 * SLACK
