"""A rate limit whose requests are counted in Redis, which may be away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from samples import article, corpus_of
from stores import redis_running
from waiting import SLACK

from api import create_app
from api.state import Config
from recommender import Recommender
from recommender.errors import SettingsError

PATH = "/articles/a/related"


def test_while_nobody_can_count_all_requests_pass(tmp_path: Path) -> None:
    recommender = Recommender().fit(corpus_of(article("a", "Comet"), article("b", "Comet over the bay")))
    with redis_running(tmp_path) as redis:

        def statuses() -> list[int]:
            client = create_app(recommender, RATE_LIMIT="1/hour", RATE_LIMIT_STORAGE=redis.url).test_client()
            return [client.get(PATH).status_code for _ in range(3)]

        assert statuses() == [200, 429, 429]
        with redis.halted():
            begun = time.monotonic()
            assert statuses() == [200, 200, 200]
            assert time.monotonic() - begun < 5 * SLACK
        assert statuses() == [429, 429, 429]
        redis.kill()
        assert statuses() == [200, 200, 200]
        redis.start()


def test_an_error_tells_no_password() -> None:
    recommender = Recommender().fit(corpus_of(article("a", "Comet"), article("b", "Comet over the bay")))
    with pytest.raises(
        SettingsError, match="RATE_LIMIT_STORAGE is 'nowhere://host', where nothing can be counted"
    ) as caught:
        create_app(recommender, RATE_LIMIT="1/hour", RATE_LIMIT_STORAGE="nowhere://me:secret@host")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("limit", ["abc", "0/minute", "5", "3/second; abc", ";"])
def test_what_is_no_limit_is_refused(limit: str) -> None:
    with pytest.raises(SettingsError, match=f"RECOMMENDER_RATE_LIMIT is '{limit}'; it must be such as 100/minute"):
        Config(rate_limit=limit)


def test_of_several_limits_each_counts() -> None:
    recommender = Recommender().fit(corpus_of(article("a", "Comet"), article("b", "Comet over the bay")))
    for limits in ("2/hour; 100/day", "100/day; 2/hour"):
        client = create_app(recommender, RATE_LIMIT=limits).test_client()
        assert [client.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
