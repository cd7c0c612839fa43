from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from samples import ENTRY_KEYS, SEED_ID, SEEDS, article, corpus_of

from api import create_app
from recommender import Corpus, Recommender, Settings
from recommender.errors import ArtefactError


@pytest.fixture
def client(seeds_recommender: Recommender) -> FlaskClient:
    """A client of an application that answers from the seeds."""
    return create_app(seeds_recommender, TESTING=True).test_client()


def test_a_look_up_answers_in_the_shape_of_the_related_field(
    client: FlaskClient, seeds_recommender: Recommender
) -> None:
    response = client.get(f"/articles/{SEED_ID}/related")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    expected = [suggestion.article.entry for suggestion in seeds_recommender.related(SEED_ID)]
    assert json.loads(response.data) == {"id": SEED_ID, "related": expected}


def test_keys_come_in_the_order_of_the_contract_and_text_as_it_is(client: FlaskClient) -> None:
    text = client.get(f"/articles/{SEED_ID}/related?limit=2").text
    assert text.startswith(f'{{"id":"{SEED_ID}","related":[{{"title":"')
    assert "China’s subways" in text
    for entry in json.loads(text)["related"]:
        assert list(entry) == [key for key in ENTRY_KEYS if key in entry]


def test_a_limit_cuts_the_list(client: FlaskClient) -> None:
    everything = client.get(f"/articles/{SEED_ID}/related").json
    two = client.get(f"/articles/{SEED_ID}/related?limit=2").json
    assert everything is not None
    assert two == {"id": SEED_ID, "related": everything["related"][:2]}


def test_a_look_up_by_url_answers_the_same(client: FlaskClient) -> None:
    url = "https://www.ft.com/content/c3555a3c-0d3e-11ea-b2d6-9bf4d1957a67/#top"
    by_url = client.get(f"/related?url={quote(url, safe='')}&limit=3")
    assert by_url.data == client.get(f"/articles/{SEED_ID}/related?limit=3").data


def test_an_address_is_known_by_its_path_where_the_site_is_previewed() -> None:
    oven = article("oven", "Building a clay oven")
    oven = replace(oven, entry={"title": oven.title, "url": "/garden/clay-oven/"}, urls=("/garden/clay-oven",))
    client = create_app(Recommender().fit(corpus_of(oven, article("bread", "Bread of the clay oven")))).test_client()
    expected = client.get("/articles/oven/related").data
    for url in ("/garden/clay-oven/", "http://localhost:4000/garden/clay-oven/index.html?utm_source=x"):
        assert client.get("/related", query_string={"url": url}).data == expected
    assert client.get("/related", query_string={"url": "http://localhost:4000/"}).status_code == 404
    assert client.get("/related", query_string={"url": "http://localhost:4000/bread"}).status_code == 404


def test_at_most_twenty_entries_are_explained() -> None:
    corpus = corpus_of(*(article(f"a{number}", f"Comet over bay number {number}") for number in range(30)))
    client = create_app(Recommender().fit(corpus), TESTING=True).test_client()
    answer = client.get("/articles/a0/related?limit=25&explain=true&fields=id").json
    assert answer is not None
    assert len(answer["related"]) == 25
    assert [one["id"] for one in answer["explain"]] == [one["id"] for one in answer["related"][:20]]


def test_an_article_is_shown_as_its_entry(client: FlaskClient, seeds_recommender: Recommender) -> None:
    response = client.get(f"/articles/{SEED_ID}")
    assert json.loads(response.data) == {"id": SEED_ID, "article": seeds_recommender.article(SEED_ID).entry}
    assert list(json.loads(response.data)["article"])[:2] == ["title", "excerpt"]


@pytest.mark.parametrize("id", ["/ai/concepts/overview.md", "a//b", "ü ?&#%", "文档", "a/related", "..", "%2e%2e"])
def test_any_id_can_be_looked_up(id: str) -> None:
    corpus = corpus_of(article(id, "Comet over the bay"), article("other", "Comet over the town"))
    client = create_app(Recommender().fit(corpus)).test_client()
    response = client.get(f"/articles/{quote(id, safe='')}/related")
    assert json.loads(response.data)["id"] == id
    assert [entry["title"] for entry in json.loads(response.data)["related"]] == ["Comet over the town"]


def test_an_unknown_id_is_404_and_names_the_closest(client: FlaskClient) -> None:
    response = client.get(f"/articles/{SEED_ID[:-2]}/related")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.data)
    assert problem["type"] == "about:blank"
    assert problem["title"] == "Not Found"
    assert problem["status"] == 404
    assert problem["closest"][0] == SEED_ID
    assert problem["detail"].startswith(f"no article answers to '{SEED_ID[:-2]}'; the closest are {SEED_ID}")


def test_an_unknown_url_is_404(client: FlaskClient) -> None:
    response = client.get("/related?url=https://nowhere.example/")
    assert response.status_code == 404
    assert json.loads(response.data)["detail"] == "no article answers to 'https://nowhere.example/'"


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("?limit=0", 400, "the parameter 'limit' is '0'; it must be a whole number from 1 to 100"),
        ("?limit=101", 400, "the parameter 'limit' is '101'; it must be a whole number from 1 to 100"),
        ("?limit=" + "9" * 5000, 400, None),
        ("?limit=0000000019999", 400, None),
        ("?limit=000000001" + "0" * 5000, 400, None),
        ("?limit=ten", 400, "the parameter 'limit' is 'ten'; it must be a whole number from 1 to 100"),
        ("?limit=²", 400, "the parameter 'limit' is '²'; it must be a whole number from 1 to 100"),
        ("?limit=", 400, "the parameter 'limit' is ''; it must be a whole number from 1 to 100"),
        ("?limit=1&limit=2", 400, "the parameter 'limit' is given more than once; it must be given once"),
        (
            "?count=2",
            400,
            "there is no parameter 'count' here; there is limit, min_score, published, exclude, max_age_days, "
            "provider_cap, curated, fill, explain, fields",
        ),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, path: str, status: int, detail: str | None) -> None:
    response = client.get(f"/articles/{SEED_ID}/related{path}")
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert detail is None or json.loads(response.data)["detail"] == detail


def test_a_look_up_by_url_needs_one(client: FlaskClient) -> None:
    response = client.get("/related")
    assert response.status_code == 400
    assert (
        json.loads(response.data)["detail"]
        == "the parameter 'url' is missing; it must be a text of 1 to 4000 characters"
    )


def test_what_is_not_there_is_a_problem_too(client: FlaskClient) -> None:
    assert client.get("/nothing").mimetype == "application/problem+json"
    response = client.post(f"/articles/{SEED_ID}/related")
    assert response.status_code == 405
    assert response.mimetype == "application/problem+json"
    assert "GET" in response.headers["Allow"]


def test_a_fault_of_ours_is_a_problem_without_its_trace() -> None:
    app = create_app(Recommender().fit(corpus_of(article("a", "Comet"))))
    app.extensions["model"] = None
    response = app.test_client().get("/articles/a")
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert b"NoneType" not in response.data


def test_healthz_says_ok(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_nothing_but_the_entrys_keys_leaves(client: FlaskClient, seeds: Corpus) -> None:
    for found in [one for one in seeds.articles if not one.hidden]:
        entries = json.loads(client.get(f"/articles/{found.id}/related").data)["related"]
        entries.append(json.loads(client.get(f"/articles/{found.id}").data)["article"])
        for entry in entries:
            assert set(entry) <= set(ENTRY_KEYS)
            assert set(entry.get("provider", {})) <= {"name", "domain"}
            assert all(set(image) <= {"url", "width", "height"} for image in entry.get("images", []))


def test_without_a_recommender_the_model_in_use_answers(
    published: tuple[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    models, _ = published
    assert create_app(MODELS=models).test_client().get(f"/articles/{SEED_ID}").status_code == 200
    monkeypatch.setenv("RECOMMENDER_MODELS", str(models))
    assert create_app().test_client().get(f"/articles/{SEED_ID}").status_code == 200
    with pytest.raises(ArtefactError, match="no model has been published here"):
        create_app(MODELS=SEEDS)


def test_settings_of_the_model_are_those_of_the_answers() -> None:
    corpus = corpus_of(*(article(id, "Comet over the bay") for id in "abcdef"))
    client = create_app(Recommender(settings=Settings(limit=2)).fit(corpus)).test_client()
    assert len(json.loads(client.get("/articles/a/related").data)["related"]) == 2
