"""Rate limit by client address."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from api.http import problem
from api.state import RequestCounter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class RateLimit:
    """WSGI middleware that refuses a client's requests above a limit with 429."""

    def __init__(self, wsgi_app: WSGIApplication, counter: RequestCounter, *, unlimited: Collection[str]) -> None:
        """Pass requests to an application while the counter admits them; those for unlimited paths always pass."""
        self._wsgi_app = wsgi_app
        self._counter = counter
        self._unlimited = unlimited

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        client = environ.get("REMOTE_ADDR") or ""
        seconds = None if environ["PATH_INFO"] in self._unlimited else self._counter.seconds_to_wait(client)
        if seconds is None:
            return self._wsgi_app(environ, start_response)
        detail = f"no more than {self._counter.limit} of one client; try again later"
        refusal = problem(HTTPStatus.TOO_MANY_REQUESTS, detail)
        refusal.headers["Retry-After"] = str(seconds)
        return refusal(environ, start_response)
