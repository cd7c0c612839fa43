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
from api.state import Config, Tagged, current_snapshot
from recommender import Recommender

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IDS = ["a", "line\nbreak", "b/related", "related", "a//b", "/", "ü ?&#%", "\x00", "..", "文"]
APP = create_app(Recommender().fit(corpus_of(*(article(id, f"Comet over the bay {id}") for id in IDS))), VERSION="one")
ETAG = APP.test_client().get("/articles/a/related?limit=5").headers["ETag"]


class ElsewhereError(Exception):
    """The short way was not taken."""


def elsewhere(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Where a request goes that is not plain."""
    raise ElsewhereError


def answering(id: str, limit: int | None) -> tuple[Tagged, bytes]:
    """What the application answers with."""
    serving = current_snapshot(APP)
    return serving, serving.recommender.answer(id, limit=limit)


SHORT = FastPath(elsewhere, answering, Deliverer(Config()))


def longer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Flask's own way."""
    return Flask.wsgi_app(APP, environ, start_response)


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
            "If-None-Match": st.sampled_from([ETAG, f"W/{ETAG}", "*", '"x"', "x", ""]),
        },
    ),
)
@example(id="a", query="limit=5", headers={"If-None-Match": ETAG})
def test_both_ways_make_the_same_answer(id: str, query: str, headers: dict[str, str]) -> None:
    path = f"/articles/{quote(id, safe='', errors='replace')}/related"
    assert _answer(SHORT, path, query, headers) == _answer(longer, path, query, headers)


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
def test_what_is_not_plain_is_left_to_flask(method: str, path: str, query: str) -> None:
    with pytest.raises(ElsewhereError):
        _answer(SHORT, path, query, {}, method)
