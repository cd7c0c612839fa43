"""What may not be suggested is named to nobody who lacks the token, and kept by no cache."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of
from waiting import until

from api import create_app
from recommender import Recommender
from recommender.articles import parse_date
from recommender.corpus import Corpus

TOKEN = "a token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ID, SECRET = "2026-12-01-minister-vaal-to-resign", "Minister Vaal to resign"
CORPUS = corpus_of(
    article("2026-11-30-minister-vaal", "Minister Vaal in parliament", date="2026-11-30"),
    article("2026-11-29-minister-kolm", "Minister Kolm and Minister Vaal", date="2026-11-29"),
)
KEPT_BACK = {
    "draft": article(ID, SECRET, date="2026-12-01", hidden=True),
    "unpublished": article(ID, SECRET, date="2026-12-01", published=False),
    "embargoed": replace(article(ID, SECRET, date="2026-12-01"), visible_from=parse_date("2999-01-01")),
    "expired": replace(article(ID, SECRET, date="2026-12-01"), visible_until=parse_date("2001-01-01")),
}
PATHS = [
    f"/articles/{ID}",
    f"/articles/{ID}/related",
    f"/articles/{ID}/related?limit=3",
    f"/articles/{ID}/related?explain=true&published=any",
    f"/articles/{ID}/related.html",
    f"/related?url=https://site.example/{ID}",
    f"/explore?id={ID}",
    f"/explore?id=2026-11-30-minister-vaal&other={ID}",
]


def client_of(kind: str) -> FlaskClient:
    """A client of an application that knows one article that may not be suggested."""
    corpus = corpus_of(*CORPUS.articles, KEPT_BACK[kind], links={"2026-11-30-minister-vaal": [ID]})
    config = {"TOKEN": TOKEN, "VERSION": "one", "PUBLISHED": "only" if kind == "unpublished" else "any"}
    return create_app(Recommender().fit(corpus), **config).test_client()


@pytest.mark.parametrize("kind", KEPT_BACK)
def test_without_the_token_it_is_as_if_it_were_not_there(kind: str) -> None:
    client = client_of(kind)
    nowhere = create_app(Recommender().fit(CORPUS), VERSION="one").test_client()
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": ""}):
        for path in PATHS:
            refused = client.get(path, headers=headers)
            assert (refused.status_code, refused.headers["Cache-Control"]) == (404, "no-store")
            assert refused.data == nowhere.get(path).data
    unknown = ("/articles/2026-12-01-minister/related", "/explore?id=vaal")
    for path in ("/", "/articles?q=resign", "/?q=resign", "/corpus", "/corpus?state=hidden", *unknown):
        assert "to-resign" not in client.get(path).text
        assert SECRET not in client.get(path).text


@pytest.mark.parametrize("kind", KEPT_BACK)
def test_with_the_token_it_is_previewed_and_no_cache_keeps_that(kind: str) -> None:
    client = client_of(kind)
    for path in PATHS:
        preview = client.get(path, headers=BEARER)
        assert (preview.status_code, preview.headers["Cache-Control"]) == (200, "no-store")
        assert "ETag" not in preview.headers
    assert client.get(f"/articles/{ID}", headers=BEARER).json == {"id": ID, "article": KEPT_BACK[kind].entry}
    [first, _] = client.get(f"/articles/{ID}/related?limit=3", headers=BEARER).json["related"]  # type: ignore[index]
    assert first["title"] == "Minister Kolm and Minister Vaal"
    suggested = client.get("/articles/2026-11-30-minister-vaal/related?curated=first", headers=BEARER).text
    assert SECRET not in suggested


def test_an_unlisted_article_has_its_own_list_for_who_has_its_link_and_is_named_nowhere(tmp_path: Path) -> None:
    says = {"unlisted": "unlisted: true", "noindex": "robots: noindex", "draft": "unlisted: true\ndraft: true"}
    for name, line in {**says, "public": "layout: post"}.items():
        text = f"---\ntitle: Minister Vaal to resign, {name}\ndate: 2024-11-30\n{line}\n---\n"
        (tmp_path / f"{name}.md").write_text(text)
    client = create_app(Recommender().fit(Corpus.from_path(tmp_path)), VERSION="one").test_client()
    assert client.get("/articles/draft/related").status_code == 404
    for id in ("unlisted", "noindex"):
        answer = client.get(f"/articles/{id}/related?fields=id")
        assert answer.json == {"id": id, "related": [{"id": "public"}]}
        assert answer.headers["Cache-Control"].startswith("public")
        for path in (f"/articles/{id[:-1]}/related", "/articles?q=resign", "/", "/articles/public/related?fields=id"):
            assert f", {id}" not in client.get(path).text
            assert f'"{id}"' not in client.get(path).text


def test_what_the_model_keeps_back_no_parameter_brings_forth() -> None:
    early = article("early", "Minister Vaal tomorrow", date="2026-12-01", published=False)
    recommender = Recommender().fit(corpus_of(*CORPUS.articles, early))
    recommender.settings = replace(recommender.settings, published="only")
    client = create_app(recommender, VERSION="one").test_client()
    for query in ("", "?published=any", "?published=any&fill=newest"):
        answer = client.get(f"/articles/2026-11-30-minister-vaal/related{query}")
        assert answer.status_code == 200
        assert early.title not in answer.text
    assert client.get("/articles/early/related?published=any").status_code == 404


def test_what_ceases_to_be_public_leaves_the_caches_with_its_moment() -> None:
    soon = (time.time() + 2) / 86400
    leaving = replace(article("leaving", "Minister Vaal for two seconds", date="2026-11-30"), visible_until=soon)
    client = create_app(Recommender().fit(corpus_of(*CORPUS.articles, leaving)), VERSION="one").test_client()
    path = "/articles/2026-11-30-minister-vaal/related"
    before = client.get(path)
    if leaving.title not in before.text:
        pytest.skip("the machine was busy for two seconds")
    known = {"If-None-Match": before.headers["ETag"]}
    until(lambda: client.get(path, headers=known).status_code == 200)
    after = client.get(path, headers=known)
    assert leaving.title not in after.text
    assert client.get(path, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304


def test_without_a_token_of_the_server_no_request_has_one() -> None:
    corpus = corpus_of(*CORPUS.articles, KEPT_BACK["draft"])
    client = create_app(Recommender().fit(corpus), VERSION="one").test_client()
    for given in ("Bearer ", "Bearer", ""):
        assert client.get(f"/articles/{ID}", headers={"Authorization": given}).status_code == 404


def test_where_nothing_is_enforced_unpublished_articles_are_public() -> None:
    corpus = corpus_of(*CORPUS.articles, KEPT_BACK["unpublished"])
    client = create_app(Recommender().fit(corpus), VERSION="one").test_client()
    assert client.get(f"/articles/{ID}").status_code == 200
