"""What a request may ask for, what it gets, and what it is told where it asks for what there is not."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from recommender import Recommender, Settings
from recommender.articles import ENTRY_FIELDS

PROBLEM = "application/problem+json"


def _by(provider: str, id: str, title: str, date: str, *, published: bool = True) -> Any:
    made = article(id, title, date=date, published=published)
    return replace(made, entry={**made.entry, "provider": {"name": provider}})


CORPUS = corpus_of(
    _by("Post", "query", "Comet over the bay tonight", "2024-03-10"),
    _by("Post", "near", "Comet over the bay at last", "2024-03-09"),
    _by("Post", "old", "Comet over the town", "2024-01-01"),
    _by("Echo", "later", "Comet by night", "2024-03-12", published=False),
    article("undated", "What a comet is"),
    article("chess", "Schoolgirl wins chess masters", date="2024-03-10"),
    article("draft", "Comet over the bay", date="2024-03-10", hidden=True),
    links={"query": ["chess"]},
)
ALL = ["near", "later", "old", "undated"]


def _recommender(**settings: Any) -> Recommender:
    words = {"title_terms": "words", "excerpt_terms": "words", "half_life_days": 30, "hub_exponent": 0.0}
    return Recommender(settings=Settings.from_mapping({**words, **settings})).fit(CORPUS)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A client of an application that answers from seven articles."""
    return create_app(_recommender(), VERSION="one").test_client()


def _ids(entries: list[dict[str, str]]) -> list[str]:
    return [entry["sourceUrl"].rpartition("/")[2] for entry in entries]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ALL),
        ("limit=2", ALL[:2]),
        ("published=any", ALL),
        ("published=only", ["near", "old", "undated"]),
        ("exclude=near", ALL[1:]),
        ("exclude=near,old,nothing", ["later", "undated"]),
        ("max_age_days=20", ["near", "later"]),
        ("max_age_days=0", ["later"]),
        ("provider_cap=1", ["near", "later", "undated"]),
        ("min_score=1", []),
        ("min_score=0", ALL),
        ("min_score=0.0", ALL),
        ("curated=ignore", ALL),
        ("curated=first", ["chess", *ALL]),
        ("curated=first&limit=1", ["chess"]),
        ("fill=newest", [*ALL, "chess"]),
        ("fill=section&exclude=later&limit=4", ["near", "old", "undated", "chess"]),
        ("explain=false", ALL),
        ("limit=1&published=only&exclude=near&curated=ignore&max_age_days=400&provider_cap=3&min_score=0", ["old"]),
    ],
)
def test_each_option_does_what_it_says_by_id_and_by_url(client: FlaskClient, query: str, ids: list[str]) -> None:
    by_id = client.get(f"/articles/query/related?{query}")
    assert by_id.status_code == 200
    assert _ids(json.loads(by_id.data)["related"]) == ids
    assert client.get(f"/related?url=http://www.site.example/query/&{query}").data == by_id.data


@pytest.mark.parametrize(
    ("fields", "entry"),
    [
        ("id,title,url", {"id": "near", "title": "Comet over the bay at last", "url": "https://site.example/near"}),
        ("sourceUrl,id", {"sourceUrl": "https://site.example/near", "id": "near"}),
        ("date,webUrl,path,excerpt", {}),
        ("publishedDateTime,provider", {"publishedDateTime": "2024-03-09", "provider": {"name": "Post"}}),
    ],
)
def test_an_entry_has_just_the_fields_that_are_asked_for_in_their_order(
    client: FlaskClient, fields: str, entry: dict[str, object]
) -> None:
    by_id = client.get(f"/articles/query/related?limit=1&fields={fields}")
    assert json.loads(by_id.data) == {"id": "query", "related": [entry]}
    assert list(json.loads(by_id.data)["related"][0]) == list(entry)
    assert client.get(f"/related?url=http://site.example/query&limit=1&fields={fields}").data == by_id.data
    draft = {"title": "Comet over the bay tonight", "date": "2024-03-10"}
    posted = client.post(f"/related?exclude=query&limit=1&fields={fields}", json=draft)
    assert json.loads(posted.data) == {"related": [entry]}
    assert by_id.headers["ETag"] != client.get("/articles/query/related?limit=1").headers["ETag"]


def test_a_score_is_what_the_suggestion_scores_and_a_derived_excerpt_is_shown_where_it_is_asked_for() -> None:
    oven = replace(article("oven", "Clay oven"), summary="Of sand and straw.", path="garden/oven.md")
    recommender = Recommender().fit(corpus_of(oven, article("bread", "Clay oven bread")))
    client = create_app(recommender, VERSION="one").test_client()
    [suggestion] = recommender.related("bread")
    [entry] = client.get("/articles/bread/related?fields=score,path,excerpt").json["related"]  # type: ignore[index]
    assert entry == {"score": suggestion.score, "path": "garden/oven.md", "excerpt": "Of sand and straw."}
    assert "excerpt" not in client.get("/articles/bread/related").json["related"][0]  # type: ignore[index]


def test_fields_of_the_configuration_are_those_of_every_list_that_names_none() -> None:
    client = create_app(_recommender(), VERSION="one", FIELDS="title,id").test_client()
    fast, flask = client.get("/articles/query/related"), client.get("/articles/query/related?explain=false")
    assert fast.data == flask.data == client.get("/related?url=site.example/query").data
    assert list(fast.json["related"][0]) == ["title", "id"]  # type: ignore[index]
    assert list(client.get("/articles/query/related?fields=id").json["related"][0]) == ["id"]  # type: ignore[index]
    whole = create_app(_recommender(), VERSION="one").test_client().get("/articles/query/related")
    assert whole.headers["ETag"] != fast.headers["ETag"]


def test_another_provider_counts_less_as_the_settings_say() -> None:
    client = create_app(_recommender(other_provider=0.5)).test_client()
    why = json.loads(client.get("/articles/query/related?explain=true").data)["explain"]
    factors = {item["id"]: item["other_provider"] for item in why}
    assert factors == {"near": 1.0, "old": 1.0, "later": 0.5, "undated": 1.0}
    [later, near] = (
        client.post("/related?limit=1", json={"title": "Comet by the bay", "date": "2024-03-10", "provider": provider})
        for provider in ("Echo", "Post")
    )
    assert [_ids(json.loads(answer.data)["related"]) for answer in (later, near)] == [["later"], ["query"]]


def test_an_explanation_stands_beside_each_entry_and_leaves_the_entries_as_they_are(client: FlaskClient) -> None:
    plain = json.loads(client.get("/articles/query/related").data)
    explained = json.loads(client.get("/articles/query/related?explain=true").data)
    why = explained.pop("explain")
    assert explained == plain
    assert [item["id"] for item in why] == ALL
    assert [item["days_apart"] for item in why] == [1.0, 2.0, 69.0, None]
    first, known = why[0], _recommender().explain("query", "near")
    parts = ["similarity", "decay", "evergreen", "hub_weight", "other_provider"]
    assert list(first) == ["id", "score", *parts, "days_apart", "removed_by", "words"]
    factors = first["decay"] * first["hub_weight"] * first["other_provider"]
    assert first["score"] == known.score == pytest.approx(first["similarity"] * factors)
    assert {(word["word"], word["field"]) for word in first["words"]} == {
        (word, field) for word in ("comet", "over", "the", "bay") for field in ("title", "excerpt")
    }
    assert sum(word["contribution"] for word in first["words"]) == pytest.approx(first["similarity"], rel=1e-5)


def test_a_draft_gets_what_its_article_would(client: FlaskClient) -> None:
    draft = {"title": "Comet over the bay tonight", "excerpt": "", "date": "2024-03-10"}
    response = client.post("/related?exclude=query", json=draft)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert json.loads(response.data) == {"related": client.get("/articles/query/related").json["related"]}  # type: ignore[index]
    capped = client.post("/related?provider_cap=1&published=only&limit=2", json={"title": "Comet over the bay tonight"})
    assert _ids(json.loads(capped.data)["related"]) == ["query", "undated"]
    assert json.loads(client.post("/related", json={"title": "zzz"}).data) == {"related": []}
    assert client.post("/related", json={"title": "zzz"}, content_type="application/json; charset=utf-8")


def test_titles_are_searched_for_words_and_parts_of_words(client: FlaskClient) -> None:
    found = json.loads(client.get("/articles?q=COMET ov").data)
    assert [item["id"] for item in found["articles"]] == ["query", "near", "old"]
    assert found["articles"][0] == json.loads(client.get("/articles/query").data)
    assert [item["id"] for item in json.loads(client.get("/articles?q=comet&limit=1").data)["articles"]] == ["later"]
    assert json.loads(client.get("/articles?q=.*").data) == {"articles": []}


_LOOK_UP = "limit, min_score, published, exclude, max_age_days, provider_cap, curated, fill, explain, fields"
_HUNDRED = "a whole number from 1 to 100"


@pytest.mark.parametrize(
    ("path", "parameter", "allowed"),
    [
        ("/articles/query/related?limit=0", "limit", _HUNDRED),
        ("/articles/query/related?limit=101", "limit", _HUNDRED),
        ("/articles/query/related?limit=-1", "limit", _HUNDRED),
        ("/articles/query/related?limit=05", "limit", _HUNDRED),
        ("/articles/query/related?limit=5.0", "limit", _HUNDRED),
        ("/articles/query/related?limit=null", "limit", _HUNDRED),
        ("/articles/query/related?limit=" + "9" * 5000, "limit", _HUNDRED),
        ("/articles/query/related?limit=1&limit=1", "limit", "given once"),
        ("/articles/query/related?min_score=2", "min_score", "a number from 0 to 1"),
        ("/articles/query/related?min_score=nan", "min_score", "a number from 0 to 1"),
        ("/articles/query/related?min_score=1e999", "min_score", "a number from 0 to 1"),
        ("/articles/query/related?published=no", "published", "one of any, only"),
        ("/articles/query/related?fill=all", "fill", "one of newest, section"),
        ("/articles/query/related?curated=", "curated", "one of first, ignore"),
        ("/articles/query/related?explain=1", "explain", "true or false"),
        ("/articles/query/related?max_age_days=-1", "max_age_days", "a number from 0 to 100000"),
        ("/articles/query/related?provider_cap=0", "provider_cap", _HUNDRED),
        (
            "/articles/query/related?exclude=a,,b",
            "exclude",
            "comma-separated IDs, at most 100, each of 1 to 1000 characters",
        ),
        (
            "/articles/query/related?exclude=" + "a," * 100 + "a",
            "exclude",
            "comma-separated IDs, at most 100, each of 1 to 1000 characters",
        ),
        ("/articles/query/related?exclude=a&exclude=b", "exclude", "given once"),
        ("/articles/query/related.html?fields=id", "fields", _LOOK_UP.replace("explain, fields", "heading")),
        ("/articles/query/related?count=5", "count", _LOOK_UP),
        ("/articles/nothing/related?count=5", "count", _LOOK_UP),
        ("/related", "url", "a text of 1 to 4000 characters"),
        ("/related?url=", "url", "a text of 1 to 4000 characters"),
        ("/related?url=a&id=b", "id", f"{_LOOK_UP}, url, ids"),
        ("/articles?q=" + "a" * 201, "q", "a text of 1 to 200 characters"),
        ("/articles?q=a&limit=1000", "limit", _HUNDRED),
        ("/articles/query?limit=1", "limit", "fields"),
        ("/docs?limit=1", "limit", "none"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_may_be(
    client: FlaskClient, path: str, parameter: str, allowed: str
) -> None:
    response = client.get(path)
    problem = json.loads(response.data)
    assert (response.status_code, response.mimetype) == (400, PROBLEM)
    assert (problem["status"], problem["parameter"], problem["allowed"]) == (400, parameter, allowed)
    assert repr(parameter) in problem["detail"]
    assert allowed in problem["detail"]
    assert len(problem["detail"]) < 400


@pytest.mark.parametrize("fields", ["", "heat", "id,", "id,text", "ID"])
def test_a_field_that_there_is_not_is_refused_with_those_that_there_are(client: FlaskClient, fields: str) -> None:
    response = client.get(f"/articles/query/related?fields={fields}")
    problem = json.loads(response.data)
    assert (response.status_code, problem["parameter"]) == (400, "fields")
    assert problem["allowed"] == f"comma-separated names, of {', '.join(ENTRY_FIELDS)}"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "the body is not valid JSON: "),
        (b"{", "the body is not valid JSON: "),
        (b"\xff", "the body is not valid JSON: "),
        (b'{"title": NaN}', "the body is not valid JSON: "),
        (b'{"title": "\\ud83d"}', "the body is not valid JSON: "),
        (b"[" * 30_000 + b"]" * 30_000, "the body is not valid JSON: "),
        (b'{"title": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", "the body is not valid JSON: "),
        (b"[]", "the body must be a JSON object with title, excerpt, text, topics, language, date, publishedDateTime"),
        (b"{}", "the member 'title' is missing; it must be a text that is not empty"),
        (b'{"title": ""}', "the member 'title' is ''; it must be a text that is not empty"),
        (b'{"title": 5}', "the member 'title' is 5; it must be a text that is not empty"),
        (b'{"title": null}', "the member 'title' is None; it must be a text that is not empty"),
        (b'{"title": "a", "excerpt": []}', "the member 'excerpt' is []; it must be a text"),
        (b'{"title": "a", "topics": "b"}', "the member 'topics' is 'b'; it must be a list of texts"),
        (
            b'{"title": "a", "provider": {"name": 5}}',
            "the member 'provider' is {'name': 5}; it must be a text, or an object with a name and a domain",
        ),
        (
            b'{"title": "a", "publishedDateTime": "soon"}',
            "the member 'publishedDateTime' is 'soon'; it must be a date such as 2019-12-01 or 2019-12-01T09:10:00Z",
        ),
        (
            b'{"title": "a", "date": "2024-02-30"}',
            "the member 'date' is '2024-02-30'; it must be a date such as 2019-12-01 or 2019-12-01T09:10:00Z",
        ),
    ],
)
def test_a_wrong_body_is_told_what_it_must_be(client: FlaskClient, body: bytes, detail: str) -> None:
    response = client.post("/related", data=body, content_type="application/json")
    assert (response.status_code, response.mimetype) == (400, PROBLEM)
    assert json.loads(response.data)["detail"].startswith(detail)


def test_a_body_of_another_type_or_over_64_kb_is_refused(client: FlaskClient) -> None:
    wrong = client.post("/related", data=b"title=a", content_type="application/x-www-form-urlencoded")
    assert (wrong.status_code, wrong.mimetype) == (415, PROBLEM)
    assert json.loads(wrong.data)["detail"] == (
        "the content type is 'application/x-www-form-urlencoded'; it must be application/json"
    )
    room = 64 * 1024 - len('{"title": ""}')
    assert client.post("/related", data=b'{"title": "' + b"a" * room + b'"}', content_type="application/json")
    large = client.post("/related", data=b'{"title": "' + b"a" * (room + 1) + b'"}', content_type="application/json")
    assert (large.status_code, large.mimetype) == (413, PROBLEM)
    assert large.json is not None
    assert large.json["detail"] == "the body is over 64 KB; shorten the text"


def test_an_unknown_article_is_404_everywhere(client: FlaskClient) -> None:
    for path in ("/articles/ner", "/articles/ner/related", "/articles/ner/related?limit=5&explain=true"):
        response = client.get(path)
        assert (response.status_code, response.mimetype) == (404, PROBLEM)
        assert json.loads(response.data)["closest"][0] == "near"
    assert client.get("/related?url=nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/articles/query/related", "/articles/query", "/related?url=site.example/query"])
def test_head_is_get_without_its_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.data == b""
    assert head.status_code == 200
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Vary"):
        assert head.headers[name] == got.headers[name]


def test_options_and_wrong_methods_say_what_is_allowed_and_are_no_pages(client: FlaskClient) -> None:
    options = client.options("/related")
    assert (options.status_code, options.data) == (204, b"")
    assert "Content-Type" not in options.headers
    assert {*options.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS", "POST"}
    refused = client.delete("/related")
    assert (refused.status_code, refused.mimetype) == (405, PROBLEM)
    assert "POST" in refused.headers["Allow"]


def test_a_fault_of_ours_tells_no_one_how_it_came_about(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(_recommender())
    app.extensions["model"] = None
    for path in ("/articles/query", "/articles/query/related", "/related?url=site.example/query", "/readyz"):
        with caplog.at_level(logging.ERROR):
            response = app.test_client().get(path)
        assert (response.status_code, response.mimetype) == (500, PROBLEM)
        assert "NoneType" not in response.text
        assert "NoneType" in caplog.text
