"""What passes with every request: its ID, its line in the log, its counts, headers, and who may ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of
from waiting import until

from api import create_app
from api.http import REFUSAL, unavailable
from recommender import Recommender
from recommender.errors import SettingsError

PATHS = ("/articles/a/related", "/articles/a/related?limit=0", "/nothing", "/docs", "/static/docs.css", "/metrics")
ClientOf = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def client_of() -> ClientOf:
    """Makes clients of applications of some configuration, which answer from four articles."""
    corpus = corpus_of(
        article("a", "Comet over the bay"),
        article("b", "Comet over the town"),
        article("later", "Comet", published=False),
        article("alone", "Schoolgirl"),
    )
    recommender = Recommender().fit(corpus)
    return lambda **config: create_app(recommender, **{"VERSION": "one", **config}).test_client()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_an_id_and_is_safe_to_show(client_of: ClientOf, path: str) -> None:
    headers = client_of().get(path, buffered=True).headers
    assert re.fullmatch("[0-9a-f]{12}-1", headers["X-Request-ID"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1.2:3_X", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("a\x00", False), ('"', False)],
)
def test_a_request_id_is_taken_where_it_is_sane(client_of: ClientOf, given: str, kept: bool) -> None:
    answer = client_of().get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def _logged(capfd: pytest.CaptureFixture[str], id: str, *, lines: int) -> list[dict[str, Any]]:
    """What is logged of requests with an ID, as soon as there are so many lines of them."""
    found: list[dict[str, Any]] = []

    def all_written() -> bool:
        found.extend(map(json.loads, capfd.readouterr().out.splitlines()))
        return len([line for line in found if line["id"] == id]) >= lines

    until(all_written)
    return [line for line in found if line["id"] == id]


def test_each_request_is_a_line_of_json_without_what_is_private(
    client_of: ClientOf, capfd: pytest.CaptureFixture[str]
) -> None:
    client = client_of()
    headers = {"X-Request-ID": "mine", "Authorization": "Bearer secret-1", "Cookie": "secret-2"}
    client_of(ACCESS_LOG=False).get("/healthz", headers=headers)
    client.get("/articles/a/related?limit=5", headers=headers)
    client.get("/articles/%C3%BC%0A%E2%80%AE%00/related?token=secret-3", headers=headers)
    client.post("/related", json={"title": "secret-4"}, headers=headers)
    lines = _logged(capfd, "mine", lines=3)
    assert "secret" not in str(lines)
    assert [list(line) for line in lines] == [["time", "id", "client", "method", "path", "status", "ms"]] * 3
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/articles/a/related", 200),
        ("GET", "/articles/ü\n\u202e\0/related", 400),
        ("POST", "/related", 200),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"])
    assert lines[0]["client"] == "127.0.0.1"


def test_requests_and_lists_are_counted_and_the_model_is_named(client_of: ClientOf) -> None:
    client = client_of()

    def counts() -> dict[str, float]:
        lines = client.get("/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    before = counts()
    for path in ("/articles/a/related", "/articles/a/related?explain=true", "/articles/alone/related", "/nothing"):
        client.get(path)
    client.get("/articles/a/related?limit=0")
    after = counts()
    gained = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    assert gained['recommender_requests_total{route="articles.related",status="200"}'] == 3
    assert gained['recommender_requests_total{route="articles.related",status="400"}'] == 1
    assert gained['recommender_requests_total{route="none",status="404"}'] == 1
    assert gained['recommender_request_seconds_count{route="articles.related"}'] == 4
    assert gained["recommender_lists_total"] == 3
    assert gained["recommender_empty_lists_total"] == 1
    assert after['recommender_model_info{version="one"}'] == 1
    assert after["recommender_articles"] == 4
    assert after["recommender_reload_failures_total"] == before["recommender_reload_failures_total"]


def test_pages_of_named_origins_may_ask_and_no_others(client_of: ClientOf) -> None:
    client = client_of(CORS_ORIGINS=("https://www.site.example",))
    for path in PATHS:
        mine = client.get(path, headers={"Origin": "https://www.site.example"}, buffered=True).headers
        assert mine["Access-Control-Allow-Origin"] == "https://www.site.example"
        for other in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
            answer = client.get(path, headers=other, buffered=True)
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Origin" in answer.headers.getlist("Vary")
    asking = {"Origin": "https://www.site.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/related", headers=asking)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    everyone = client_of(CORS_ORIGINS=("*",)).get("/articles/a/related", headers={"Origin": "https://any.example"})
    assert everyone.headers["Access-Control-Allow-Origin"] == "*"
    assert everyone.headers.getlist("Vary") == ["Accept-Encoding"]


def test_a_client_that_asks_too_often_is_told_when_to_come_back(client_of: ClientOf) -> None:
    client = client_of(RATE_LIMIT="2/hour")
    asked = [client.get("/articles/a/related").status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    refused = client.post("/related", json={"title": "a"})
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "X-Request-ID" in refused.headers
    assert client.get("/articles/a/related", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_a_limit_that_is_none_is_refused_at_the_start(client_of: ClientOf) -> None:
    with pytest.raises(SettingsError, match="RECOMMENDER_RATE_LIMIT is 'often'; it must be"):
        client_of(RATE_LIMIT="often")
    with pytest.raises(SettingsError, match="RECOMMENDER_RATE_LIMIT_STORAGE is 'nowhere://'"):
        client_of(RATE_LIMIT="1/hour", RATE_LIMIT_STORAGE="nowhere://")


def test_proxies_are_believed_only_as_far_as_told(client_of: ClientOf, capfd: pytest.CaptureFixture[str]) -> None:
    for trusted, client in ((0, "127.0.0.1"), (1, "10.0.0.2"), (2, "10.0.0.1")):
        headers = {"X-Forwarded-For": "10.0.0.1, 10.0.0.2", "X-Request-ID": f"behind-{trusted}"}
        client_of(TRUSTED_PROXIES=trusted).get("/healthz", headers=headers)
        [line] = _logged(capfd, f"behind-{trusted}", lines=1)
        assert line["client"] == client


def test_only_published_articles_are_suggested_where_that_is_set(
    client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lists(client: FlaskClient) -> list[bytes]:
        paths = ("/articles/a/related", "/articles/a/related?published=any", "/articles?q=comet")
        draft = client.post("/related?published=any", json={"title": "Comet"})
        return [*(client.get(path).data for path in paths), draft.data]

    assert all(b"/later" in body for body in lists(client_of()))
    monkeypatch.setenv("RECOMMENDER_PUBLISHED", "only")
    assert not any(b"/later" in body for body in lists(client_of()))


def test_a_request_that_is_refused_unseen_asks_nobody_else(client_of: ClientOf) -> None:
    refusal = unavailable("too many requests are waiting; try again")
    client = client_of(RATE_LIMIT="1/hour")
    for path in ("/articles/a/related", "/articles/a", "/nothing"):
        answer = client.get(path, environ_overrides={REFUSAL: refusal})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert "X-Request-ID" in answer.headers
    assert client.get("/articles/a/related").status_code == 200, "it is not counted"
