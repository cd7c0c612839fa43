"""The short way and Flask's make the same answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from samples import article, corpus_of
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api import create_app
from api.http import Deliverer
from api.middleware import FastPath
from api.state import Config, current_snapshot
from recommender import Recommender
from recommender.errors import ArtefactError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IDS = ["a", "line\nbreak", "b/related", "related", "a//b", "/", "ü ?&#%", "\x00", "..", "文"]


class ElsewhereError(Exception):
    """The fast path was not taken."""


def elsewhere(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Stands for Flask."""
    raise ElsewhereError


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application whose articles have odd IDs."""
    corpus = corpus_of(*(article(id, f"Comet over the bay {id}") for id in IDS))
    return create_app(Recommender().fit(corpus), VERSION="one")


@pytest.fixture(scope="module")
def etag(app: Flask) -> str:
    """The ETag of one answer."""
    return app.test_client().get("/articles/a/related?limit=5").headers["ETag"]


@pytest.fixture(scope="module")
def fast(app: Flask) -> FastPath:
    """The fast path alone."""

    def answering(id: str, limit: int | None) -> tuple[str | None, bytes]:
        snapshot = current_snapshot(app)
        return snapshot.tag, snapshot.recommender.answer(id, limit=limit)

    def is_ready(id: str, limit: int | None) -> bool:
        return current_snapshot(app).recommender.is_ready(id, limit=limit)

    return FastPath(elsewhere, answering, Deliverer(Config()), is_ready)


def _answer(app: WSGIApplication, path: str, query: str, headers: dict[str, str], method: str = "GET") -> object:
    environ = EnvironBuilder(path, query_string=query, headers=list(headers.items()), method=method).get_environ()
    body, status, found = run_wsgi_app(app, environ)
    return status, sorted(found), b"".join(body)


@given(
    id=st.sampled_from(IDS) | st.text(min_size=1, max_size=8),
    query=st.sampled_from(["", *(f"limit={number}" for number in (1, 2, 5, 100))]),
    headers=st.fixed_dictionaries(
        {},
        optional={
            "Accept-Encoding": st.sampled_from(["gzip", "br", "gzip;q=0", "*", ""]),
            "If-None-Match": st.sampled_from(["ETAG", "W/ETAG", "*", '"x"', "x", ""]),
        },
    ),
)
@example(id="a", query="limit=5", headers={"If-None-Match": "ETAG"})
def test_both_ways_make_the_same_answer(
    app: Flask, fast: FastPath, etag: str, id: str, query: str, headers: dict[str, str]
) -> None:
    def flask(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return Flask.wsgi_app(app, environ, start_response)

    path = f"/articles/{quote(id, safe='', errors='replace')}/related"
    headers = {name: value.replace("ETAG", etag) for name, value in headers.items()}
    assert _answer(fast, path, query, headers) == _answer(flask, path, query, headers)


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("HEAD", "/articles/a/related", ""),
        ("POST", "/articles/a/related", ""),
        ("GET", "/articles/a/related", "limit=0"),
        ("GET", "/articles/a/related", "limit=05"),
        ("GET", "/articles/a/related", "limit=5&limit=5"),
        ("GET", "/articles/a/related", "explain=true"),
        ("GET", "/articles/unknown/related", "limit=0"),
        ("GET", "/articles//related", ""),
        ("GET", "/articles/related", ""),
        ("GET", "/articles/a", ""),
        ("GET", "/", ""),
    ],
)
def test_what_is_not_plain_is_left_to_flask(fast: FastPath, method: str, path: str, query: str) -> None:
    with pytest.raises(ElsewhereError):
        _answer(fast, path, query, {}, method)


def test_only_a_plain_look_up_whose_list_is_precomputed_is_ready() -> None:
    corpus = corpus_of(*(article(f"a{number}", f"Comet over bay number {number}") for number in range(60)))
    recommender = Recommender().fit(corpus).precompute_lists()

    def is_ready(id: str, limit: int | None) -> bool:
        if id == "damaged":
            raise ArtefactError("its names can't be read")
        return recommender.is_ready(id, limit=limit)

    def answering(id: str, limit: int | None) -> tuple[str | None, bytes]:
        raise ElsewhereError

    fast = FastPath(elsewhere, answering, Deliverer(Config()), is_ready)
    asked = {
        ("GET", "/articles/a1/related", ""): True,
        ("GET", "/articles/a1/related", "limit=20"): True,
        ("GET", "/articles/a1/related", "limit=21"): False,
        ("GET", "/articles/a1/related", "explain=true"): False,
        ("HEAD", "/articles/a1/related", ""): False,
        ("GET", "/articles/unknown/related", ""): False,
        ("GET", "/articles/damaged/related", ""): False,
        ("GET", "/articles/a1", ""): False,
    }
    found = {
        one: fast.is_ready(EnvironBuilder(one[1], query_string=one[2], method=one[0]).get_environ()) for one in asked
    }
    assert found == asked
