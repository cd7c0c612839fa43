"""Look-ups from a store that arrive together are answered as one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rsgi import Protocol, ask
from samples import article, corpus_of
from stores import RedisServer, dataset, redis_running
from waiting import until

from api import create_app
from recommender import Recommender
from recommender.export import load_into_redis

IDS = [f"a{number}" for number in range(20)]
PATHS = [f"/articles/{id}/related" for id in IDS]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_running(tmp_path) as server:
        load(server, tmp_path / "one", "one", "Comet over the bay")
        yield server


@pytest.fixture
def app(redis: RedisServer) -> Flask:
    return create_app(STORE=redis.url, ACCESS_LOG=False)


def load(server: RedisServer, folder: Path, version: str, title: str) -> None:
    articles = [article(id, f"{title} {id}", "It shines. " * 9) for id in IDS]
    articles.append(replace(article("odd/ü", title, "It shines."), names=("odd/ü", "old/ü")))
    recommender = Recommender().fit(corpus_of(*articles))
    load_into_redis(str(dataset(folder, recommender, version=version, limit=8)), server.url)


def together(app: Flask, asked: list[tuple[Any, ...]], *, method: str = "GET") -> list[Protocol]:
    """What requests that arrive at one moment are answered, each a path, a query and headers."""

    async def ask_all() -> list[Protocol]:
        requests = [ask(app.extensions["gateway"], path, query, method, fields) for path, query, fields in asked]
        return await asyncio.gather(*requests)

    return asyncio.run(ask_all())


def plain(app: Flask) -> list[tuple[int, bytes]]:
    """What look-ups of all articles are answered at one moment."""
    return [(one.status, one.body) for one in together(app, [(path, "", (("host", "a"),)) for path in PATHS])]


def test_every_answer_is_that_of_a_look_up_by_itself(app: Flask) -> None:
    client = app.test_client()
    etag = client.get(PATHS[0]).headers["ETag"]
    fields = [{}, {"accept-encoding": "gzip"}, {"if-none-match": etag}, {"authorization": "Bearer x"}]
    paths = [*PATHS, "/articles/odd/ü/related", "/articles/old/ü/related", "/articles/unknown/related", "/readyz"]
    paths.append(f"/articles/{'long' * 200}/related")
    queries = ["", "limit=3", "limit=8", "limit=9", "limit=0", "explain=true"]
    asked = [
        (path, query, (("host", "localhost"), *more.items())) for path in paths for query in queries for more in fields
    ]
    answers = [answer for start in range(0, len(asked), 100) for answer in together(app, asked[start : start + 100])]
    for (path, query, more), answer in zip(asked, answers, strict=True):
        by_itself = client.get(path, query_string=query, headers=dict(more))
        expected = (by_itself.status_code, dict(by_itself.headers), by_itself.data)
        del answer.headers["X-Request-ID"], expected[1]["X-Request-ID"]
        assert (answer.status, answer.headers, answer.body) == expected


def test_one_round_trip_answers_all_that_wait(redis: RedisServer, app: Flask) -> None:
    def round_trips() -> int:
        with redis.client() as client:
            stats: Any = client.info("commandstats")
        return int(stats["cmdstat_get"]["calls"])

    plain(app)
    before = round_trips()
    assert {status for status, _ in plain(app)} == {200}
    assert round_trips() - before == 1


def test_a_refused_host_and_a_rate_limit_are_heeded(redis: RedisServer) -> None:
    app = create_app(STORE=redis.url, ACCESS_LOG=False, RATE_LIMIT="5 per hour")
    assert together(app, [(PATHS[0], "", ())])[0].status == 400
    assert [status for status, _ in plain(app)] == [200] * 5 + [429] * (len(PATHS) - 5)


def test_a_switch_is_seen_at_once_by_all(redis: RedisServer, app: Flask, tmp_path: Path) -> None:
    before = plain(app)
    load(redis, tmp_path / "two", "two", "Sunset over the hill")
    after = plain(app)
    assert {status for status, _ in before + after} == {200}
    assert all(b"Comet" in body for _, body in before)
    assert all(b"Sunset" in body for _, body in after)


def test_a_redis_that_was_killed_is_said_to_all_and_found_again(redis: RedisServer, app: Flask) -> None:
    right = plain(app)
    with redis.client() as client:
        client.save()
    redis.kill()
    for _ in range(3):
        refused = together(app, [(path, "", (("host", "a"),)) for path in PATHS])
        assert {(one.status, one.headers["Retry-After"]) for one in refused} == {(503, "1")}
        assert all(b"the store of answers does not answer at the moment" in one.body for one in refused)
    redis.start()
    until(lambda: plain(app) == right)


def test_a_redis_that_hangs_is_said_to_all_and_found_again(redis: RedisServer, app: Flask) -> None:
    right = plain(app)
    with redis.halted():
        assert {status for status, _ in plain(app)} == {503}
    until(lambda: plain(app) == right)
