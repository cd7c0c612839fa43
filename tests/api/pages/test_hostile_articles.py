"""Articles and requests that mean harm: no answer or page breaks or executes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from recommender import Recommender

TITLES = (
    "<script>alert(1)</script> comet",
    "</script><img src=x onerror=alert(1)> comet",
    "comet \u202e\u2066 reversed \x00 nul \u2028 line",
    'comet "quoted" \\ and \n broken',
    "comet {{ 7 * 7 }} %s {0}",
    "comet " + "x" * 1_000_000,
)
URL = "javascript:alert(document.domain)//comet"
HOSTILE = [article(f"{number}<script>", title) for number, title in enumerate(TITLES)]
HOSTILE = [replace(made, entry={**made.entry, "sourceUrl": URL, "images": [{"url": URL}]}) for made in HOSTILE]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A client of an application that answers from hostile articles."""
    return create_app(Recommender().fit(corpus_of(*HOSTILE)), VERSION="one").test_client()


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_hostile_articles_leave_as_data_and_nothing_else(client: FlaskClient, number: int) -> None:
    id = HOSTILE[number].id
    for query in ("", "?explain=true&limit=3"):
        response = client.get(f"/articles/{quote(id, safe='')}/related{query}")
        assert response.mimetype == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        found = json.loads(response.data)
        assert found["id"] == id
        assert all(entry in [made.entry for made in HOSTILE] for entry in found["related"])
    assert json.loads(client.get(f"/articles/{quote(id, safe='')}").data)["article"] == HOSTILE[number].entry


def test_hostile_titles_are_found_by_what_they_hold(client: FlaskClient) -> None:
    for words, number in (("<script>alert", 0), ("onerror", 1), ("\u202e", 2), ("{{ 7", 4), ("x" * 200, 5)):
        found = json.loads(client.get("/articles", query_string={"q": words}).data)
        assert [item["id"] for item in found["articles"]] == [HOSTILE[number].id]


def test_what_a_request_says_is_repeated_as_data_and_cut_short(client: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    for path in (f"/articles/{script}", f"/{script}", f"/articles?{script}=1", f"/related?url={script}"):
        response = client.get(path)
        assert response.mimetype == "application/problem+json"
        assert json.loads(response.data)["status"] == response.status_code >= 400
    long = client.get("/articles?q=a&" + "b" * 50_000)
    assert len(long.data) < 1000
    assert client.get("/articles/" + "c" * 50_000).status_code == 404
    assert client.get("/healthz", headers={"X-Request-ID": f"{script}"}).headers["X-Request-ID"] != script


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_hostile_articles_are_text_in_the_explorer(client: FlaskClient, number: int) -> None:
    id = HOSTILE[number].id
    for path, query in (
        ("/explore", {"id": id, "other": HOSTILE[0].id}),
        ("/explore", {"id": id, "q": "<b>"}),
        ("/", {}),
    ):
        page = client.get(path, query_string=query)
        assert page.status_code == 200
        assert len(page.data) < 500_000
        for harm in ("<script>alert", "<img src=x", "<b>", 'href="javascript:', 'src="javascript:', "49 %s"):
            assert harm not in page.text.replace('<p dir="auto"><b>', "")
    unknown = client.get("/explore", query_string={"id": "<script>alert(1)"}, headers={"Accept": "text/html"})
    assert unknown.status_code == 404
    assert "<script>alert" not in unknown.text


def test_pages_hold_no_inline_script_and_call_no_other_host(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.mimetype == "text/html"
    assert re.search('<script(?! src="/)', page.text) is None
    assert "http" not in page.text.replace('data-example-server="http://127.0.0.1:8000"', "")
    assert "style=" not in page.text
    assert client.get("/static/explorer.css", buffered=True).mimetype == "text/css"
