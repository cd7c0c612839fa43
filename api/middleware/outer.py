"""Outer WSGI middleware: request ID, access log, metrics, security headers and CORS."""

from __future__ import annotations

import re
import secrets
import time
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any

from api.http import BEGUN, POLICY, REFUSAL, expects_only_continue, problem
from api.middleware.access_log import access_log
from api.middleware.metrics import Metrics
from api.state import Config

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Response

_REQUEST_ID = re.compile("[A-Za-z0-9._:-]{1,64}")
_STRICTEST = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SECURITY = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))


class OuterMiddleware:
    """Wraps the whole application, so that every request is identified, logged and counted."""

    def __init__(self, wsgi_app: WSGIApplication, config: Config, metrics: Metrics) -> None:
        self._wsgi_app = wsgi_app
        self._metrics = metrics
        self._origins = frozenset(config.cors_origins)
        self._log = access_log() if config.access_log else None
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun: float = environ.get(BEGUN) or time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID")
        id = given if given and _REQUEST_ID.fullmatch(given) else f"{self._prefix}-{next(self._numbers):x}"
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
            host = environ.get("HTTP_HOST", "")
            if (not host or "," in host) and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
                # RFC 9112: a proxy and this server might choose different ones.
                return problem(HTTPStatus.BAD_REQUEST, "the request has to name one host (Host)")(environ, answer)
            if not expects_only_continue(environ):
                detail = "the request may expect nothing but 100-continue (Expect)"
                return problem(HTTPStatus.EXPECTATION_FAILED, detail)(environ, answer)
            refusal: Response | None = environ.get(REFUSAL)
            if refusal is not None:
                return refusal(environ, answer)  # at once: the rate limit and look-ups may wait for Redis
            return self._wsgi_app(environ, answer)
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.count(environ, shown, seconds)
            if self._log is not None:
                self._log.add(environ, id=id, status=shown, seconds=seconds)

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
