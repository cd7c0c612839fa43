"""The box under an article, as HTML; tests/api/pages/test_browser.py looks at it and at the script in a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from api.pages import Card
from recommender import Recommender

COMET = article("a/comet", "Comet over the bay", "It shines.", "2024-03-01T08:00:00Z")
TAIL = article("tail", "Comet grows a tail", "", "2024-03-02")
CHESS = article("chess", "Schoolgirl wins", "", "2024-03-02")


def client(*others: object) -> FlaskClient:
    made = corpus_of(COMET, TAIL, CHESS, *others)  # type: ignore[arg-type]
    return create_app(Recommender().fit(made), ACCESS_LOG=False, VERSION="1").test_client()


def test_a_list_is_html() -> None:
    answer = client().get("/articles/a/comet/related.html")
    assert answer.content_type == "text/html; charset=utf-8"
    assert "".join(line.strip() for line in answer.text.splitlines()) == (
        '<section class="related-articles" aria-label="Related"><h2>Related</h2><ul><li>'
        '<p class="related-title" dir="auto"><a href="https://site.example/tail">Comet grows a tail</a></p>'
        '<p class="related-meta"><bdi></bdi><time datetime="2024-03-02">2024-03-02</time></p>'
        "</li></ul></section>"
    )


def test_nothing_is_shown_where_there_is_nothing() -> None:
    answer = client().get("/articles/chess/related.html")
    assert (answer.status_code, answer.data) == (200, b"")


def test_the_heading_and_the_rules_are_the_pages_own() -> None:
    asked = client().get("/articles/tail/related.html?heading=Mehr+zum+Thema&exclude=a/comet")
    assert asked.data == b""
    assert "<h2>Mehr zum Thema</h2>" in client().get("/articles/tail/related.html?heading=Mehr+zum+Thema").text
    wrong = client().get("/articles/tail/related.html?explain=true")
    assert (wrong.status_code, wrong.json["parameter"]) == (400, "explain")  # type: ignore[index]


def test_an_unknown_article_is_a_problem() -> None:
    assert client().get("/articles/none/related.html").content_type == "application/problem+json"


def test_what_is_hostile_stays_text() -> None:
    entry = {
        "title": "<script>alert(1)</script> comet",
        "sourceUrl": "javascript:alert(2)",
        "webUrl": "https://site.example/\"onmouseover='x'",
        "provider": {"name": "<b>Gull</b>"},
        "images": [{"url": "data:text/html,<script>alert(3)</script>"}],
    }
    page = client(replace(article("x", "x"), entry=entry)).get("/articles/tail/related.html").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; comet" in page
    assert 'href="https://site.example/&#34;onmouseover=&#39;x&#39;"' in page
    for harm in ("<b>", "javascript:", "data:"):
        assert harm not in page


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ({"sourceUrl": "https://a.example/1", "ampUrl": "https://a.example/amp"}, "https://a.example/1"),
        ({"ampUrl": "HTTPS://a.example/amp"}, "HTTPS://a.example/amp"),
        ({"webUrl": "ftp://a.example", "sourceUrl": "https://a.example/1"}, "https://a.example/1"),
        ({"webUrl": "//a.example/1"}, ""),
        ({"url": "/garden/oven/", "ampUrl": "https://a.example/amp"}, "/garden/oven/"),
        ({"webUrl": 7}, ""),
    ],
)
def test_a_card_leads_to_the_first_address_of_the_web(entry: dict[str, object], address: str) -> None:
    assert Card.of({"title": "t", **entry}).address == address


def test_a_card_is_short_and_takes_what_entries_hold() -> None:
    card = Card.of({"title": "word " * 1000, "provider": "Gull", "images": "none", "publishedDateTime": "no date"})
    assert (len(card.title), card.title[-6:]) == (300, " word…")
    assert (card.provider, card.image, card.day, card.excerpt) == ("", "", "", "")


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ({"date": "2018-11-20 08:42:48 -0400"}, "2018-11-20"),
        ({"pubDate": "20 November 2018"}, "2018-11-20"),
        ({"date_published": "soon"}, ""),
    ],
)
def test_a_card_has_the_day_of_whatever_date_the_site_has(date: dict[str, object], day: str) -> None:
    assert Card.of({"title": "t", **date}).day == day


def test_an_entry_with_a_path_on_the_site_is_linked_and_one_without_any_address_left_out() -> None:
    oven = replace(article("oven", "Comet oven"), entry={"title": "Comet oven", "url": "/garden/oven/"})
    nowhere = replace(article("nowhere", "Comet of no address"), entry={"title": "Comet of no address"})
    page = client(oven, nowhere).get("/articles/tail/related.html").text
    assert '<a href="/garden/oven/">Comet oven</a>' in page
    assert "no address" not in page


def test_the_script_is_small() -> None:
    answer = client().get("/widget.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert len(answer.data) < 6_300
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
