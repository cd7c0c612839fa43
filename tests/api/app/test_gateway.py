"""Who waits for whom: slow bodies, costly requests, and plain look-ups."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
from flask import Flask, Response, request
from rsgi import Protocol, ask
from samples import article, corpus_of

from api import create_app
from api.app import Gateway
from api.http import REFUSAL
from recommender import Recommender

CORPUS = corpus_of(*(article(f"a{number}", f"Comet over bay number {number}") for number in range(30)))
QUEUE, EXPLANATIONS, DOWNLOADS = 256, 32, 16


class Gated:
    """A gateway to an application that computes requests until it is opened."""

    def __init__(self, threads: int = 1) -> None:
        self.opened, self.computing = threading.Event(), threading.Semaphore(0)
        self.order: list[str] = []
        self.batches: list[list[str]] = []
        self.parts = 0
        flask = Flask("gated")
        flask.before_request(lambda: request.environ.get(REFUSAL))
        for path in ("/slow", "/explore", "/compare"):
            flask.add_url_rule(path, endpoint=path, view_func=self._compute)
        flask.add_url_rule("/corpus.json", endpoint="corpus", view_func=lambda: Response(self._make_parts()))
        flask.add_url_rule("/healthz", endpoint="health", view_func=lambda: "ok")
        flask.add_url_rule(
            "/fetched", endpoint="fetched", view_func=lambda: str(request.environ.get("fetched", "by itself"))
        )
        flask.add_url_rule("/quick", endpoint="quick", view_func=lambda: threading.current_thread().name)
        flask.add_url_rule(
            "/length", endpoint="length", view_func=lambda: str(len(request.get_data())), methods=["POST"]
        )
        self.gateway = Gateway(
            flask.wsgi_app,
            threads=threads,
            at_once=lambda environ: environ["PATH_INFO"] == "/quick" or "fetched" in environ,
            is_fetched=lambda environ: environ["PATH_INFO"] == "/fetched",
            fetch=self._fetch,
            unlimited={"/healthz"},
        )

    def _compute(self) -> str:
        self.order.append(request.query_string.decode())
        self.computing.release()
        self.opened.wait()
        return "done"

    def _fetch(self, environs: Sequence[dict[str, Any]]) -> None:
        self.computing.release()
        self.opened.wait()
        self.batches.append([environ["QUERY_STRING"] for environ in environs])
        for environ in environs:
            environ["fetched"] = environ["QUERY_STRING"]
            if environ["QUERY_STRING"] == "fails":
                raise OSError

    def _make_parts(self) -> Iterator[bytes]:
        for number in range(1000):
            self.parts += 1
            yield b"%d," % number

    async def ask(self, *asked: Any, **more: Any) -> Protocol:
        return await ask(self.gateway, *asked, **more)

    async def is_computing(self) -> bool:
        """Whether one request more is computed within half a second."""
        return await asyncio.to_thread(self.computing.acquire, timeout=0.5)


@pytest.fixture
def gated() -> Iterator[Gated]:
    gated = Gated()
    yield gated
    gated.opened.set()


def test_requests_are_computed_in_the_order_in_which_they_come(gated: Gated) -> None:
    async def ask() -> None:
        asked = [asyncio.create_task(gated.ask("/slow", f"n={number}")) for number in range(20)]
        assert await gated.is_computing()
        assert not await gated.is_computing()
        gated.opened.set()
        assert [(await one).status for one in asked] == [200] * 20

    asyncio.run(ask())
    assert gated.order == [f"n={number}" for number in range(20)]


def test_what_costs_nothing_is_answered_by_the_thread_that_reads_and_health_checks_wait_for_none(gated: Gated) -> None:
    async def ask() -> None:
        slow = [asyncio.create_task(gated.ask("/slow")) for _ in range(5)]
        assert await gated.is_computing()
        assert (await gated.ask("/quick")).body == threading.current_thread().name.encode()
        assert (await gated.ask("/healthz")).body == b"ok"
        gated.opened.set()
        await asyncio.gather(*slow)

    asyncio.run(ask())


def test_answers_are_fetched_together_for_requests_that_arrive_during_one_round_trip(gated: Gated) -> None:
    async def ask() -> None:
        first = asyncio.create_task(gated.ask("/fetched", "first"))
        assert await gated.is_computing()
        others = [asyncio.create_task(gated.ask("/fetched", other)) for other in ("a", "fails", "b")]
        await asyncio.sleep(0)
        gated.opened.set()
        assert [(await one).body for one in (first, *others)] == [b"first", b"a", b"fails", b"by itself"]
        assert (await gated.ask("/fetched", "last")).body == b"last"

    asyncio.run(ask())
    assert gated.batches == [["first"], ["a", "fails", "b"], ["last"]]


@pytest.mark.parametrize("path", ["/slow", "/fetched"])
def test_requests_wait_in_a_queue_that_is_bounded(gated: Gated, path: str) -> None:
    async def ask() -> None:
        slow = [asyncio.create_task(gated.ask(path)) for _ in range(1 + QUEUE)]
        assert await gated.is_computing()
        refused = await gated.ask(path)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        gated.opened.set()
        assert [(await one).status for one in slow] == [200] * len(slow)
        assert (await gated.ask(path)).status == 200

    asyncio.run(ask())


@pytest.mark.parametrize(
    "asked", [("/slow", "explain=true"), ("/slow", "%65xpl%61in=true"), ("/explore", "id=a"), ("/compare", "")]
)
def test_explanations_are_computed_one_at_a_time_and_take_no_place_of_others(
    gated: Gated, asked: tuple[str, str]
) -> None:
    async def ask() -> None:
        explained = [asyncio.create_task(gated.ask(*asked)) for _ in range(1 + EXPLANATIONS)]
        assert await gated.is_computing()
        assert not await gated.is_computing()
        refused = await gated.ask(*asked)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        other = asyncio.create_task(gated.ask("/slow"))
        assert await gated.is_computing()
        gated.opened.set()
        assert [(await one).status for one in [*explained, other]] == [200] * (2 + EXPLANATIONS)

    asyncio.run(ask())


def test_bodies_arrive_without_a_thread_and_a_bounded_number_at_a_time(gated: Gated) -> None:
    async def ask() -> None:
        arrives = asyncio.Event()
        post: dict[str, Any] = {
            "method": "POST",
            "fields": (("host", "a"), ("content-length", "6")),
            "body": (b"abc", b"def"),
            "arrives": arrives,
        }
        slow = [asyncio.create_task(gated.ask("/length", **post)) for _ in range(QUEUE)]
        await asyncio.sleep(0)
        refused = await gated.ask("/length", **post)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert (await gated.ask("/quick")).status == 200
        arrives.set()
        assert {(answer.status, answer.body) for answer in await asyncio.gather(*slow)} == {(200, b"6")}

    asyncio.run(ask())


def test_a_download_is_made_as_it_is_read_and_a_bounded_number_at_a_time(gated: Gated) -> None:
    async def ask() -> None:
        reads = asyncio.Event()
        slow = [asyncio.create_task(gated.ask("/corpus.json", reads=reads)) for _ in range(1 + DOWNLOADS)]
        await asyncio.sleep(0.2)
        assert 0 < gated.parts <= 2 * len(slow)
        refused = await gated.ask("/corpus.json")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        other = asyncio.create_task(gated.ask("/slow"))
        assert await gated.is_computing()
        reads.set()
        whole = b"".join(b"%d," % number for number in range(1000))
        assert {(answer.status, answer.body) for answer in await asyncio.gather(*slow)} == {(200, whole)}
        assert (await gated.ask("/corpus.json", method="HEAD")).status == 200
        gated.opened.set()
        assert (await other).status == 200

    asyncio.run(ask())


def test_a_gateway_that_stops_answers_what_is_computed_in_time_and_refuses_the_rest(gated: Gated) -> None:
    async def ask() -> None:
        post = {"method": "POST", "fields": (("host", "a"), ("content-length", "6")), "body": (b"abc", b"def")}
        body = asyncio.create_task(gated.ask("/length", arrives=asyncio.Event(), **post))
        first = asyncio.create_task(gated.ask("/slow"))
        assert await gated.is_computing()
        waiting = [asyncio.create_task(gated.ask(path)) for path in ("/slow", "/fetched", "/slow", "/fetched")]
        gated.gateway.stop()
        assert (await gated.ask("/healthz")).status == 200, "for some seconds it answers on"
        for refused in await asyncio.gather(*waiting, body):
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert (await gated.ask("/slow")).status == 503
        gated.opened.set()
        assert (await first).status == 200

    asyncio.run(ask())


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    gateway: Gateway = create_app(Recommender().fit(CORPUS), VERSION="one").extensions["gateway"]
    return gateway


def answer(gateway: Gateway, *asked: Any, **more: Any) -> Protocol:
    """What a request is answered with."""
    return asyncio.run(ask(gateway, *asked, **more))


@pytest.mark.parametrize("path", ["/related", "/draft", "/articles"])
@pytest.mark.parametrize(
    ("field", "status", "words"),
    [
        (("content-length", "5000"), 400, b"the body broke off after 18 of 5000 bytes"),
        (("transfer-encoding", "chunked"), 411, b"the request has to say the length of its body"),
    ],
)
def test_a_body_that_breaks_off_or_is_of_unknown_length_is_refused(
    gateway: Gateway, path: str, field: tuple[str, str], status: int, words: bytes
) -> None:
    fields = (("host", "a"), ("content-type", "application/json"), field)
    refused = answer(gateway, path, method="POST", fields=fields, body=(b'{"title": "Comet"}',))
    assert refused.status == status
    assert words in refused.body
    assert "X-Request-ID" in refused.headers  # it is logged and counted like others


def test_a_header_with_an_underscore_does_not_pass_for_another() -> None:
    seen = environ_of(fields=(("host", "a"), ("x_forwarded_for", "6.6.6.6"), ("x-request-id", "one")))
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert seen["HTTP_X_REQUEST_ID"] == "one"


def test_the_environ_has_what_pep_3333_asks_for() -> None:
    seen = environ_of("/articles/höhe/related", "q=höhe", fields=(("host", "a"), ("content-type", "text/plain")))
    assert (seen["REMOTE_ADDR"], seen["SERVER_NAME"], seen["SERVER_PORT"]) == ("::1", "127.0.0.1", "80")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/articles/höhe/related"
    assert (seen["QUERY_STRING"].encode("latin-1").decode(), seen["SERVER_PROTOCOL"]) == ("q=höhe", "HTTP/1.1")
    assert (seen["CONTENT_TYPE"], seen["HTTP_HOST"]) == ("text/plain", "a")


def environ_of(path: str = "/", *asked: Any, **more: Any) -> dict[str, Any]:
    """The environ that an application gets of a request."""
    seen = dict[str, Any]()

    def wsgi_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        return Response("ok")(environ, start_response)

    answer(Gateway(wsgi_app, threads=1), path, *asked, **more)
    return seen
