"""Who waits for whom: bodies that arrive slowly, costly requests, and plain look-ups."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import article, corpus_of
from waiting import until

from api import create_app
from api.middleware import Admission
from api.state import EXPLANATIONS, QUEUE
from recommender import Recommender

CORPUS = corpus_of(*(article(f"a{number}", f"Comet over bay number {number}") for number in range(30)))


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Recommender().fit(CORPUS), VERSION="one").test_client()


class Gate:
    """An application, whose requests are computed until they may go on."""

    def __init__(self, threads: int) -> None:
        self.flask = Flask("gated")
        self.opened, self.arrived = threading.Event(), threading.Semaphore(0)
        self.flask.add_url_rule("/slow", view_func=self._slow)
        self.flask.add_url_rule("/explore", view_func=self._slow)
        self.flask.add_url_rule("/healthz", view_func=lambda: "ok")
        self.flask.wsgi_app = Admission(self.flask.wsgi_app, threads=threads, unlimited={"/healthz"})  # type: ignore[method-assign]
        self.statuses: list[int] = []

    def _slow(self) -> str:
        self.arrived.release()
        self.opened.wait()
        return "done"

    def ask(self, path: str) -> None:
        self.statuses.append(self.flask.test_client().get(path).status_code)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate(1)
    yield gate
    gate.opened.set()


def test_one_explanation_at_a_time_is_computed_and_leaves_a_thread_to_others() -> None:
    gate = Gate(2)
    paths = ["/slow?explain=true"] * 3 + ["/slow"]
    threads = [threading.Thread(target=gate.ask, args=(path,)) for path in paths]
    for thread in threads[:3]:
        thread.start()
    assert gate.arrived.acquire(timeout=60)
    assert not gate.arrived.acquire(timeout=0.5)
    threads[3].start()
    assert gate.arrived.acquire(timeout=60)
    gate.opened.set()
    for thread in threads:
        thread.join(60)
    assert gate.statuses == [200] * 4


def test_requests_wait_in_a_queue_that_is_bounded_and_health_checks_wait_for_none(gate: Gate) -> None:
    threads = [threading.Thread(target=gate.ask, args=("/slow",)) for _ in range(QUEUE + 1)]
    for thread in threads:
        thread.start()
    assert gate.arrived.acquire(timeout=60)
    until(lambda: gate.statuses == [503])  # the one that the queue has no place for
    assert not gate.arrived.acquire(blocking=False)  # the others wait for the one that is computed
    assert gate.flask.test_client().get("/healthz").text == "ok"
    refused = gate.flask.test_client().get("/slow")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    gate.opened.set()
    for thread in threads:
        thread.join(60)
    assert sorted(gate.statuses) == [200] * QUEUE + [503]


@pytest.mark.parametrize("path", ["/slow?explain=true", "/slow?%65xpl%61in=true", "/explore?id=a"])
def test_explanations_wait_in_a_queue_of_their_own_and_take_no_place_of_others(path: str) -> None:
    gate = Gate(2)
    threads = [threading.Thread(target=gate.ask, args=(path,)) for _ in range(EXPLANATIONS + 1)]
    for thread in threads:
        thread.start()
    until(lambda: gate.statuses == [503])
    refused = gate.flask.test_client().get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    others = [threading.Thread(target=gate.ask, args=("/slow",)) for _ in range(QUEUE)]
    for thread in others:
        thread.start()
    for _ in range(2):  # an explanation, and one of the others
        assert gate.arrived.acquire(timeout=60)
    gate.opened.set()
    for thread in threads + others:
        thread.join(60)
    assert sorted(gate.statuses) == [200] * (EXPLANATIONS + QUEUE) + [503]


@pytest.mark.parametrize("path", ["/related", "/draft", "/articles"])
def test_a_body_that_breaks_off_is_refused(client: FlaskClient, path: str) -> None:
    half = b'{"title": "Comet"}'
    stream = {"wsgi.input": BytesIO(half), "CONTENT_LENGTH": "5000"}
    answer = client.post(path, content_type="application/json", environ_overrides=stream)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["detail"] == f"the body broke off after {len(half)} of 5000 bytes"


def test_a_body_of_unknown_length_is_refused(client: FlaskClient) -> None:
    answer = client.post("/related", json={"title": "Comet"}, headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411


def test_at_most_twenty_entries_are_explained(client: FlaskClient) -> None:
    answer = client.get("/articles/a0/related?limit=25&explain=true&fields=id").json
    assert answer is not None
    assert len(answer["related"]) == 25
    assert [one["id"] for one in answer["explain"]] == [one["id"] for one in answer["related"][:20]]
