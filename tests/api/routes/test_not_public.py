"""What is not public is named to nobody who has not the server's token."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from recommender import Recommender

TOMORROW = 200_000.0  # days since 1970
RESIGNS = "2026-12-01-minister-resigns"
NOT_PUBLIC = {
    "draft": article(RESIGNS, "Minister resigns", date="2026-12-01", hidden=True),
    "embargoed": replace(article(RESIGNS, "Minister resigns", date="2026-12-01"), visible_from=TOMORROW),
    "unpublished": article(RESIGNS, "Minister resigns", date="2026-12-01", published=False),
}
PUBLIC = article("2026-12-01-minister-speaks", "Minister speaks", date="2026-12-01")
PAGES = {"Accept": "text/html"}


def client_for(kind: str) -> FlaskClient:
    recommender = Recommender().fit(corpus_of(PUBLIC, NOT_PUBLIC[kind]))
    return create_app(recommender, VERSION="one", PUBLISHED="only", TOKEN="secret").test_client()


@pytest.mark.parametrize("kind", NOT_PUBLIC)
def test_no_answer_names_it(kind: str) -> None:
    client = client_for(kind)
    for path in (
        "/articles/2026-12-01/related",
        "/articles/2026-12-01-minister/related.html",
        "/articles/2026-12-01-minister-resign/related?explain=true",
        f"/articles/{RESIGNS}",
        f"/articles/{PUBLIC.id}/related",
        "/articles?q=minister",
        "/?q=minister",
        f"/explore?id={RESIGNS}",
        f"/explore?id={PUBLIC.id}&q=minister",
    ):
        for headers in ({}, PAGES):
            body = client.get(path, headers=headers).data.decode()
            assert "Minister resigns" not in body, path
            assert RESIGNS not in body or RESIGNS in path, path
    missed = json.loads(client.get("/articles/2026-12-01-minister-resign/related").data)
    assert missed["closest"] == [PUBLIC.id]


@pytest.mark.parametrize("kind", NOT_PUBLIC)
def test_its_entry_is_told_with_the_token_alone_and_kept_by_no_cache(kind: str) -> None:
    client = client_for(kind)
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = client.get(f"/articles/{RESIGNS}", headers=headers)
        assert answer.status_code == 404
    told = client.get(f"/articles/{RESIGNS}", headers={"Authorization": "Bearer secret"})
    assert told.status_code == 200
    assert json.loads(told.data)["article"]["title"] == "Minister resigns"
    assert told.headers["Cache-Control"] == "no-store"


def test_without_a_token_of_the_server_no_request_has_one() -> None:
    recommender = Recommender().fit(corpus_of(PUBLIC, NOT_PUBLIC["draft"]))
    client = create_app(recommender, VERSION="one").test_client()
    assert client.get(f"/articles/{RESIGNS}", headers={"Authorization": "Bearer "}).status_code == 404


def test_where_nothing_is_enforced_unpublished_articles_are_public() -> None:
    recommender = Recommender().fit(corpus_of(PUBLIC, NOT_PUBLIC["unpublished"]))
    assert create_app(recommender, VERSION="one").test_client().get(f"/articles/{RESIGNS}").status_code == 200
