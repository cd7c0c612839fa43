"""Rate limit by client address, with the library limits: an extra, imported only if a limit is set."""

from __future__ import annotations

import math
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from api.http import problem
from recommender.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class RateLimit:
    """WSGI middleware that refuses requests above a limit with 429."""

    def __init__(self, wsgi_app: WSGIApplication, limit: str, storage: str, *, unlimited: Collection[str]) -> None:
        """Limit each client to a rate such as `100/minute`, counted in a storage that limits knows by its URL.

        Args:
            unlimited: paths that are never refused.

        Raises:
            SettingsError: limits is not installed, or knows no such limit or storage.
        """
        try:
            from limits import parse
            from limits.errors import ConfigurationError
            from limits.storage import storage_from_string
            from limits.strategies import FixedWindowRateLimiter
        except ImportError as error:
            raise SettingsError("RECOMMENDER_RATE_LIMIT needs an extra: pip install '.[ratelimit]'") from error
        self._wsgi_app = wsgi_app
        self._unlimited = unlimited
        try:
            self._limit = parse(limit)
            self._limiter = FixedWindowRateLimiter(storage_from_string(storage))
        except (ValueError, ConfigurationError) as error:
            raise SettingsError(f"RECOMMENDER_RATE_LIMIT {limit!r} can't be kept in {storage!r}: {error}") from error

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        client = environ.get("REMOTE_ADDR") or ""
        if environ["PATH_INFO"] in self._unlimited or self._limiter.hit(self._limit, client):
            return self._wsgi_app(environ, start_response)
        reset = self._limiter.get_window_stats(self._limit, client).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        refusal = problem(HTTPStatus.TOO_MANY_REQUESTS, f"no more than {self._limit} of one client; try again later")
        refusal.headers["Retry-After"] = str(seconds)
        return refusal(environ, start_response)
