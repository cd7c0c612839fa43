"""The plain look-up by ID, answered before Flask: Flask's own way costs more than all of the look-up.

It holds no rules of its own. What it does not know at a glance, it leaves to Flask, errors too; and both ways make the
same answer, byte for byte (tests/test_api_shortcut.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http import LIST, ROUTE, Deliverer, unknown
from api.state import Answering
from recommender.errors import UnknownArticleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_BEFORE, _AFTER = "/articles/", "/related"
_LIMITS = {"": None, **{f"limit={number}": number for number in range(1, 101)}}


class FastPath:
    """WSGI in front of an application's own."""

    def __init__(self, wsgi_app: WSGIApplication, answering: Answering, deliverer: Deliverer) -> None:
        self._wsgi_app = wsgi_app
        self._answering = answering
        self._deliverer = deliverer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        query: str = environ.get("QUERY_STRING", "")
        plain = environ["REQUEST_METHOD"] == "GET" and query in _LIMITS and len(path) > len(_BEFORE + _AFTER)
        if plain and path.startswith(_BEFORE) and path.endswith(_AFTER):
            id = path[len(_BEFORE) : -len(_AFTER)].encode("latin-1").decode(errors="replace")
            try:
                serving, body = self._answering(id, _LIMITS[query])
                delivery = self._deliverer(environ, serving, body)
            except UnknownArticleError as error:
                environ[ROUTE] = "articles.related"
                return unknown(error)(environ, start_response)
            except Exception:  # noqa: BLE001, S110 - Flask's way meets it again, and makes a problem of it
                pass
            else:
                environ[ROUTE] = "articles.related"
                environ[LIST] = body
                start_response(delivery.status, delivery.headers)
                return [delivery.body]
        return self._wsgi_app(environ, start_response)
