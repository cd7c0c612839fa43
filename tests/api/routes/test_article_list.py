"""Lists of articles page by page, several lists at once, and drafts with the keys of an article."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from recommender import Recommender, Settings

TOKEN = "a token of the tests"
ARTICLES = (
    replace(article("a", "Ferry moors alone", date="2024-03-03"), language="en"),
    replace(article("b", "Ferry moors again", date="2024-03-02"), language="en"),
    replace(article("c", "Fähre legt an", date="2024-03-02"), language="de"),
    article("d", "Pier and ferry", date="2024-02-01"),
    article("e", "Moorings"),
    article("f", "Ferry to come"),
    article("hidden", "Ferry draft", date="2024-03-02", hidden=True),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    words = {"title_terms": "words", "excerpt_terms": "words", "half_life_days": None, "hub_exponent": 0.0}
    recommender = Recommender(settings=Settings.from_mapping(words)).fit(corpus_of(*ARTICLES))
    return create_app(recommender, VERSION="one", TOKEN=TOKEN).test_client()


def get(client: FlaskClient, path: str, **headers: str) -> dict[str, Any]:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = json.loads(response.data)
    return found


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["id"] for one in answer["articles"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c", "d", "e", "f"]),
        ("language=en", ["a", "b"]),
        ("language=DE", ["c"]),
        ("since=2024-03-02", ["a", "b", "c"]),
        ("since=2024-03-02T00:00:01Z", ["a"]),
        ("since=2031-01-01", []),
        ("language=en&since=2024-03-03", ["a"]),
        ("q=ferry", ["a", "b", "d", "f"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_hold_all_public_articles_once_the_newest_first(
    client: FlaskClient, query: str, expected: list[str], limit: int
) -> None:
    answer = get(client, f"/articles?{query}&limit={limit}")
    if "q=" in query:
        assert ids(answer) == expected[:limit]
        assert "next" not in answer
        return
    found = ids(answer)
    while "next" in answer:
        answer = get(client, f"/articles?{query}&limit={limit}&cursor={answer['next']}")
        found += ids(answer)
    assert found == expected


def test_drafts_are_listed_with_the_token_alone_and_kept_by_no_cache(client: FlaskClient) -> None:
    assert ids(get(client, "/articles", Authorization=f"Bearer {TOKEN}")) == ["a", "b", "c", "hidden", "d", "e", "f"]
    response = client.get("/articles", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.headers["Cache-Control"] == "no-store"
    assert "hidden" not in ids(get(client, "/articles", Authorization="Bearer wrong"))


def test_entries_are_those_of_the_article_or_the_fields_that_are_asked_for(client: FlaskClient) -> None:
    entry = {"title": "Ferry moors alone", "publishedDateTime": "2024-03-03", "sourceUrl": "https://site.example/a"}
    assert get(client, "/articles?limit=1")["articles"] == [{"id": "a", "article": entry}]
    for path in ("/articles?limit=1&", "/articles?q=alone&"):
        assert get(client, f"{path}fields=url,id")["articles"] == [
            {"id": "a", "article": {"url": "https://site.example/a", "id": "a"}}
        ]
    assert get(client, "/articles/a?fields=title") == {"id": "a", "article": {"title": "Ferry moors alone"}}


def test_a_cursor_holds_its_place_while_articles_come_and_go() -> None:
    cursor = get(create_app(Recommender().fit(corpus_of(*ARTICLES)), VERSION="1").test_client(), "/articles?limit=2")
    newer = article("new", "Ferry news", date="2024-03-04")
    later = corpus_of(newer, *(one for one in ARTICLES if one.id != "b"))
    client = create_app(Recommender().fit(later), VERSION="2").test_client()
    assert ids(get(client, f"/articles?cursor={cursor['next']}")) == ["c", "d", "e", "f"]


@pytest.mark.parametrize("cursor", ["x", "MQ==", "bnVsbA==", "WyJhIiwgMV0=", "é"])
def test_a_wrong_cursor_is_refused(client: FlaskClient, cursor: str) -> None:
    response = client.get("/articles", query_string={"cursor": cursor})
    assert (response.status_code, json.loads(response.data)["parameter"]) == (400, "cursor")
    assert json.loads(response.data)["allowed"] == "`next` of the previous answer"


@pytest.mark.parametrize("name", ["cursor", "language", "since"])
def test_a_search_takes_no_page(client: FlaskClient, name: str) -> None:
    response = client.get(f"/articles?q=ferry&{name}=2024-01-01")
    assert response.status_code == 400
    assert json.loads(response.data)["detail"] == f"the parameter {name!r} must be left out with 'q'"


def test_several_lists_are_answered_at_once_each_as_by_its_own_look_up(client: FlaskClient) -> None:
    answer = get(client, "/related?ids=b,nothing,a,hidden,b&limit=1&fields=id")
    assert answer == {
        "lists": [get(client, f"/articles/{id}/related?limit=1&fields=id") for id in ("b", "a")],
        "unknown": ["nothing", "hidden"],
    }
    assert get(client, "/related?ids=" + ",".join(["a"] * 100))["lists"] == [get(client, "/articles/a/related")]


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "url", "the parameter 'url' is missing; it must be a text of 1 to 4000 characters"),
        ("ids=a&url=b", "url", "the parameter 'url' must be left out with 'ids'"),
        ("ids=a&explain=true", "explain", "the parameter 'explain' must be left out with 'ids'"),
        ("ids=" + ",".join(["a"] * 101), "ids", None),
        ("ids=a,,b", "ids", None),
    ],
)
def test_a_look_up_names_an_address_or_at_most_100_ids(
    client: FlaskClient, query: str, parameter: str, detail: str | None
) -> None:
    response = client.get(f"/related?{query}")
    problem = json.loads(response.data)
    assert (response.status_code, problem["parameter"]) == (400, parameter)
    assert detail is None or problem["detail"] == detail


def test_a_draft_has_the_keys_of_an_article_and_is_told_which_are_ignored(client: FlaskClient) -> None:
    draft = {"title": "Ferry moors", "publishedDateTime": "2024-03-03", "heat": 3, "sourceUrl": "x", "language": "en"}
    answer = client.post("/related?fields=id", json=draft)
    assert json.loads(answer.data)["ignored"] == ["heat", "sourceUrl"]
    plain = client.post("/related?fields=id", json={"title": "Ferry moors", "date": "2024-03-03"})
    assert json.loads(plain.data) == {"related": json.loads(answer.data)["related"]}
    assert json.loads(plain.data)["related"][:2] == [{"id": "a"}, {"id": "b"}]


def test_text_topics_and_providers_of_a_draft_count() -> None:
    articles = [
        replace(
            article("oven", "Clay oven"), text="They kneaded the straw and the sand with water.", topics=("building",)
        ),
        replace(
            article("pier", "Long pier"), text="The mast and the rope of the boat in the harbour.", topics=("harbours",)
        ),
    ]
    settings = Settings.from_mapping({"title_weight": 0.1, "text_weight": 0.9, "half_life_days": None})
    client = create_app(Recommender(settings=settings).fit(corpus_of(*articles))).test_client()

    def first(**draft: object) -> list[dict[str, object]]:
        answer = client.post("/related?fields=id&limit=1", json={"title": "x", **draft})
        related: list[dict[str, object]] = json.loads(answer.data)["related"]
        return related

    assert first() == []
    assert first(text="A rope and the mast of a boat") == [{"id": "pier"}]
    assert first(text="The sand was kneaded with the straw") == [{"id": "oven"}]
    assert first(topics=["building"]) == [{"id": "oven"}]
    assert first(text="The rope and the mast", provider={"name": "Post", "domain": "post.test"}) == [{"id": "pier"}]
