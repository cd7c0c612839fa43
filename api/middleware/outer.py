"""The door that every request passes in and out: its ID, its line in the log, its counts, and headers for all."""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from api.http import POLICY
from api.middleware.metrics import Metrics
from api.middleware.turns import InTurn
from api.state import Config

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SANE_ID = re.compile("[A-Za-z0-9._:-]{1,64}")
_STRICTEST = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SECURITY = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
_STDOUT = 1
_LOGGED_PATH = 500  # characters


class OuterMiddleware:
    """WSGI around all else of the application."""

    def __init__(self, wsgi_app: WSGIApplication, config: Config, metrics: Metrics) -> None:
        self._wsgi_app = wsgi_app
        self._metrics = metrics
        self._origins = frozenset(config.cors_origins)
        self._logs = config.access_log
        self._in_turn = InTurn(_write)
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID")
        id = given if given and _SANE_ID.fullmatch(given) else f"{self._prefix}-{next(self._numbers):x}"
        shown = "500"

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal shown
            shown = status[:3]
            headers.append(("X-Request-ID", id))
            headers += _SECURITY
            headers.append(("Content-Security-Policy", environ.get(POLICY, _STRICTEST)))
            if self._origins:
                headers += self._cors(environ)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            return self._wsgi_app(environ, answer)
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.count(environ, shown, seconds)
            if self._logs:
                self._in_turn(_line(environ, id, shown, seconds))

    def _cors(self, environ: WSGIEnvironment) -> list[tuple[str, str]]:
        if "*" in self._origins:
            headers = [("Access-Control-Allow-Origin", "*")]
        elif environ.get("HTTP_ORIGIN") in self._origins:
            headers = [("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]), ("Vary", "Origin")]
        else:
            return [("Vary", "Origin")]
        headers.append(("Access-Control-Expose-Headers", "ETag, X-Request-ID"))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            headers += [
                ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
                ("Access-Control-Allow-Headers", "Content-Type, If-None-Match, X-Request-ID"),
                ("Access-Control-Max-Age", "600"),
            ]
        return headers


def _line(environ: WSGIEnvironment, id: str, status: str, seconds: float) -> bytes:
    """One line, without the query: others may have put there what is no one's business."""
    now = time.time()
    line = msgspec.json.encode(
        {
            "time": f"{_second(int(now))}.{int(now % 1 * 1000):03}Z",
            "id": id,
            "client": environ.get("REMOTE_ADDR") or "",
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"].encode("latin-1", "replace").decode(errors="replace")[:_LOGGED_PATH],
            "status": int(status),
            "ms": round(seconds * 1000, 3),
        }
    )
    return line + b"\n"


def _write(line: bytes) -> None:
    with suppress(OSError):  # no one reads the log: no reason not to answer
        os.write(_STDOUT, line)


@lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
