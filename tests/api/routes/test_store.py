"""A server that answers from a store answers as one with the model does, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import article, corpus_of
from schemathesis.specs.openapi.checks import positive_data_acceptance
from stores import RedisServer, dataset, redis_running
from waiting import SLACK, until

from api import create_app
from api.routes import MODEL_OPERATIONS, STORE_OPERATIONS
from recommender import Recommender
from recommender.errors import SettingsError
from recommender.export import AnswerStore, VersionInfo, load_into_redis, truncate_answer

COMET = replace(article("a/ü", "Comet over the bay", "It shines.", "2024-03-01T08:00:00Z"), names=("a/ü", "old/ü"))
TAIL = article("tail", "Comet grows a tail", "", "2024-03-02")
CHESS = article("chess", "Schoolgirl wins", "", "2024-03-02")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """One that a test may do with as it likes."""
    with redis_running(tmp_path) as server:
        yield server


def stored(server: RedisServer, **config: Any) -> FlaskClient:
    """A client of an application that answers from a store."""
    return create_app(STORE=server.url, ACCESS_LOG=False, **config).test_client()


def loaded(server: RedisServer, folder: Path, *, version: str = "one", limit: int = 10) -> FlaskClient:
    """The same of a few articles; the other client asks the model of them."""
    load_into_redis(str(dataset(folder, few(), version=version, limit=limit)), server.url)
    return stored(server)


def few() -> Recommender:
    """A model of three articles."""
    return Recommender().fit(corpus_of(COMET, TAIL, CHESS))


def told(client: FlaskClient, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What an answer is, but for what differs between any two requests."""
    answer = client.get(path, headers=headers)
    return answer.status_code, {k: v for k, v in answer.headers if k != "X-Request-ID"}, answer.data


@pytest.fixture(scope="module")
def both(
    redis: RedisServer, seeds_recommender: Recommender, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FlaskClient, FlaskClient]:
    """Clients of the store and of the model, of seeds/."""
    load_into_redis(str(dataset(tmp_path_factory.mktemp("seeds"), seeds_recommender)), redis.url)
    return stored(redis), create_app(seeds_recommender, ACCESS_LOG=False, VERSION="one").test_client()


def test_every_article_is_answered_as_by_the_model(
    both: tuple[FlaskClient, FlaskClient], seeds_recommender: Recommender
) -> None:
    store, model = both
    kept_back = [one for one in seeds_recommender if one.hidden]
    assert kept_back
    for each in kept_back:
        for path in (f"/articles/{each.id}/related", f"/related?url={quote(each.urls[0])}"):
            assert store.get(path).status_code == model.get(path).status_code == 404
    for each in [one for one in seeds_recommender if not one.hidden]:
        id = quote(each.id, safe="")
        for query in ("", "?limit=10", "?limit=1", "?limit=3"):
            path = f"/articles/{id}/related{query}"
            assert told(store, path) == told(model, path)
        by_url = f"/related?url={quote('https://WWW.' + each.urls[0], safe='')}%2F%23top&limit=2"
        assert told(store, by_url) == told(model, by_url)
        fragment = f"/articles/{id}/related.html?limit=4&heading=More"
        assert told(store, fragment) == told(model, fragment)


def test_caches_and_compression_are_served_as_by_the_model(
    both: tuple[FlaskClient, FlaskClient], seeds_recommender: Recommender
) -> None:
    path = f"/articles/{quote(seeds_recommender[0].id)}/related"
    etag = both[0].get(path).headers["ETag"]
    for headers in ({"Accept-Encoding": "gzip"}, {"If-None-Match": etag}, {"If-None-Match": '"other"'}):
        store, model = (told(client, path, **headers) for client in both)
        assert store == model
    assert both[0].get(path, headers={"If-None-Match": etag}).status_code == 304
    assert told(both[0], "/widget.js") == told(both[1], "/widget.js")
    assert both[0].head(path).headers["ETag"] == etag


def test_the_metrics_tell_of_what_is_loaded(both: tuple[FlaskClient, FlaskClient]) -> None:
    text = both[0].get("/metrics").text
    assert 'recommender_model_info{version="one"} 1.0' in text
    assert "recommender_articles 156.0" in text


def test_other_names_are_answered_under_the_article_s_own(own_redis: RedisServer, tmp_path: Path) -> None:
    store, model = loaded(own_redis, tmp_path / "out"), create_app(few(), VERSION="one").test_client()
    for path in ("/articles/old/ü/related", "/articles/a/ü/related", "/related?url=site.example/a/ü"):
        assert told(store, path) == told(model, path)
    assert store.get("/articles/old/ü/related").json["id"] == "a/ü"  # type: ignore[index]


def test_an_unknown_article_is_said_without_a_guess(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "out")
    answer = store.get("/articles/tailor/related")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "no article answers to 'tailor'",
    }
    by_url = "/related?url=site.example/x"
    assert told(store, by_url) == told(create_app(few(), VERSION="one").test_client(), by_url)


def test_a_limit_beyond_what_was_exported_names_the_bound(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "out", limit=2)
    answer = store.get("/articles/tail/related?limit=3")
    assert answer.status_code == 400
    assert answer.json["parameter"] == "limit"  # type: ignore[index]
    assert answer.json["allowed"] == "a whole number from 1 to 2"  # type: ignore[index]
    assert store.get("/articles/tail/related?limit=2").status_code == 200


@pytest.mark.parametrize(
    "option", ["explain=true", "min_score=0.1", "curated=first", "published=only", "exclude=a", "max_age_days=1"]
)
def test_an_option_that_only_a_model_knows_is_refused_by_name(
    both: tuple[FlaskClient, FlaskClient], option: str
) -> None:
    for path in (f"/articles/x/related?{option}", f"/related?url=x&{option}"):
        answer = both[0].get(path)
        name = option.partition("=")[0]
        assert answer.status_code == 400
        assert f"the parameter '{name}' needs a model" in answer.json["detail"]  # type: ignore[index]


@pytest.mark.parametrize("path", ["/", "/docs", "/corpus?page=2"])
def test_a_page_says_why_it_is_not_there_and_what_to_do(redis: RedisServer, path: str) -> None:
    client = stored(redis)
    page = client.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (501, "text/html")
    assert "This page needs a model, and here lists come from a store." in page.text
    assert "<code>recommender serve --models MODELS</code>" in page.text
    assert "this needs a model" in client.get(path).text


def test_whatever_needs_a_model_is_not_implemented(both: tuple[FlaskClient, FlaskClient]) -> None:
    here = {(operation.path, operation.method) for operation in STORE_OPERATIONS}
    elsewhere = [one for one in MODEL_OPERATIONS if (one.path, one.method) not in here]
    assert {one.id for one in elsewhere} >= {"article", "articles", "related_to_draft", "post_article", "home"}
    for one in elsewhere:
        answer = both[0].open(one.path.replace("{id}", "a"), method=one.method.upper(), headers={"Accept": "text/html"})
        expected = "application/problem+json" if one.described else "text/html; charset=utf-8"
        assert (answer.status_code, answer.content_type) == (501, expected)
    assert both[0].get("/nowhere").status_code == 404


def test_readyz_tells_what_is_loaded(both: tuple[FlaskClient, FlaskClient]) -> None:
    ready = both[0].get("/readyz").json
    assert ready is not None
    assert ready.pop("loaded").endswith("Z")
    assert ready == {"status": "ready", "version": "one", "articles": 156, "limit": 10}


def test_an_empty_store_is_said_until_something_is_loaded(own_redis: RedisServer, tmp_path: Path) -> None:
    store = stored(own_redis)
    answer = store.get("/articles/tail/related")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "holds no answers; run `recommender load OUT --to" in store.get("/readyz").json["detail"]  # type: ignore[index]
    loaded(own_redis, tmp_path / "out")
    assert store.get("/articles/tail/related").status_code == 200


def test_a_switch_is_seen_at_once_and_after_the_old_version_is_gone(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "one")
    before = store.get("/articles/tail/related")
    changed = Recommender().fit(corpus_of(COMET, TAIL, article("new", "Comet leaves the bay")))
    load_into_redis(str(dataset(tmp_path / "two", changed, version="two")), own_redis.url, keep=0, ttl=1)
    after = store.get("/articles/tail/related")
    assert before.json != after.json
    assert before.headers["ETag"] != after.headers["ETag"]
    assert store.get("/readyz").json["version"] == "two"  # type: ignore[index]
    assert store.get("/articles/chess/related").status_code == 404
    until(lambda: len({key.split(":")[1] for key in own_redis.all_keys() if key.count(":") > 1}) == 1)
    assert store.get("/articles/tail/related").json == after.json


def test_a_redis_that_was_killed_is_said_at_once_and_found_again(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "out")
    right = told(store, "/articles/tail/related")
    assert right[0] == 200
    with own_redis.client() as client:
        client.save()
    own_redis.kill()
    for path in ("/articles/tail/related", "/related?url=site.example/tail", "/articles/tail/related.html", "/readyz"):
        began = time.monotonic()
        answer = store.get(path)
        assert time.monotonic() - began < 0.5 * SLACK
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "1"
    assert store.get("/healthz").status_code == 200
    assert store.get("/metrics").status_code == 200
    assert store.get("/widget.js").headers["Cache-Control"] == "no-store"
    own_redis.start()
    assert until(lambda: told(store, "/articles/tail/related") == right) < 1 * SLACK


def test_a_redis_that_hangs_keeps_no_one_waiting(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "out")
    right = told(store, "/articles/tail/related")
    with own_redis.halted():
        times = []
        for _ in range(5):
            began = time.monotonic()
            assert store.get("/articles/tail/related").status_code == 503
            times.append(time.monotonic() - began)
        assert max(times) < 1.2
        assert sorted(times)[2] < 0.2  # only some find out
    until(lambda: told(store, "/articles/tail/related") == right)


def test_a_connection_that_was_closed_while_idle_is_made_anew(own_redis: RedisServer, tmp_path: Path) -> None:
    store = loaded(own_redis, tmp_path / "out")
    assert store.get("/articles/tail/related").status_code == 200
    with own_redis.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert store.get("/articles/tail/related").status_code == 200


_FORKS = """
import os, sys
from api import create_app
client = create_app(STORE=sys.argv[1], ACCESS_LOG=False).test_client()
assert not {"numba", "sklearn"} & set(sys.modules)
ids = ("tail", "chess")
right = [client.get(f"/articles/{id}/related").data for id in ids]
child = os.fork()
mine = int(child == 0)
wrong = any(client.get(f"/articles/{ids[mine]}/related").data != right[mine] for _ in range(500))
if not child:
    os._exit(wrong)
sys.exit(wrong or os.waitpid(child, 0)[1])
"""


def test_a_process_that_is_forked_has_connections_of_its_own(own_redis: RedisServer, tmp_path: Path) -> None:
    loaded(own_redis, tmp_path / "out")
    subprocess.run([sys.executable, "-c", _FORKS, own_redis.url], check=True, timeout=60)


@pytest.mark.parametrize("url", ["localhost:6379", "http://user:secret@site.example", "redis://a:secret@b:c/0"])
def test_an_address_that_is_none_is_said_without_its_secret(url: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a store; it must be redis://HOST:PORT/DB$") as caught:
        AnswerStore(url)
    assert "secret" not in str(caught.value)


def test_unpublished_articles_can_t_be_kept_out_of_lists_that_are_made() -> None:
    with pytest.raises(SettingsError, match="it must be any where a store answers"):
        create_app(STORE="redis://127.0.0.1:1/0", PUBLISHED="only")


@given(st.lists(st.dictionaries(st.sampled_from(["title", "ü", "]}", '"related":[']), st.text(max_size=5)), max_size=5))
def test_an_answer_is_cut_between_entries(entries: list[dict[str, str]]) -> None:
    def answer(kept: list[dict[str, str]]) -> bytes:
        return json.dumps({"id": 'x","related":[', "related": kept}, separators=(",", ":"), ensure_ascii=False).encode()

    for limit in range(1, 7):
        assert truncate_answer(answer(entries), limit) == answer(entries[:limit])


ALONE = create_app(STORE="redis://127.0.0.1:1/0", ACCESS_LOG=False)


def test_the_document_describes_what_is_here() -> None:
    document = ALONE.test_client().get("/openapi.json").json
    assert document is not None
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == {(one.path, one.method.lower()) for one in STORE_OPERATIONS}
    routes = {
        (rule.rule.replace("<id:id>", "{id}"), method.lower())
        for rule in ALONE.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(("static", "elsewhere."))
    }
    assert described == routes
    for methods in document["paths"].values():
        for operation in methods.values():
            examples = [one["name"] for one in operation["parameters"] if "example" in one]
            sample = operation["x-codeSamples"][0]["source"]
            asked = parse_qs(urlsplit(sample.removeprefix("curl ").strip("'")).query)
            assert sorted(asked) == sorted(set(examples) - {"id"})  # what a store does not know is in no example
            required = {one["name"] for one in operation["parameters"] if one["required"]}
            assert required <= set(examples)


def test_every_answer_is_as_the_document_says(both: tuple[FlaskClient, FlaskClient], redis: RedisServer) -> None:
    # What schemathesis asks without a network it does not unpack.
    app = create_app(STORE=redis.url, ACCESS_LOG=False, COMPRESSION=False)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for one in STORE_OPERATIONS:

        @given(case=schema[one.path][one.method].as_strategy())
        @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                excluded_checks=[positive_data_acceptance]
            )  # as many as were exported: no schema knows

        ask()


def test_what_is_told_of_a_version_is_what_was_loaded(
    both: tuple[FlaskClient, FlaskClient], redis: RedisServer
) -> None:
    about = AnswerStore(redis.url).info()
    assert about == VersionInfo("one", "one", 10, 156, about.loaded)
