"""Rate limit by client address, with the library limits: an extra, imported only if a limit is set."""

from __future__ import annotations

import logging
import math
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from api.http import problem
from recommender.errors import SettingsError, without_secrets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


_TIMEOUTS = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}  # seconds that Redis may take to answer
_PAUSE = 5.0  # seconds for which nothing is counted after a storage has failed

log = logging.getLogger(__name__)


class RateLimit:
    """WSGI middleware that refuses requests above a limit with 429; while nobody can count them, it lets all pass."""

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
        self._paused_until = 0.0
        timeouts = {} if storage.startswith("memory:") else _TIMEOUTS
        try:
            self._limit = parse(limit)
            self._limiter = FixedWindowRateLimiter(storage_from_string(storage, **timeouts))
        except (ValueError, ConfigurationError) as error:
            where, why = without_secrets(storage), without_secrets(str(error))
            raise SettingsError(f"RECOMMENDER_RATE_LIMIT {limit!r} can't be kept in {where!r}: {why}") from None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        client = environ.get("REMOTE_ADDR") or ""
        seconds = None if environ["PATH_INFO"] in self._unlimited else self._seconds_to_wait(client)
        if seconds is None:
            return self._wsgi_app(environ, start_response)
        refusal = problem(HTTPStatus.TOO_MANY_REQUESTS, f"no more than {self._limit} of one client; try again later")
        refusal.headers["Retry-After"] = str(seconds)
        return refusal(environ, start_response)

    def _seconds_to_wait(self, client: str) -> int | None:
        """Count a request of a client; `None` lets it pass."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            if self._limiter.hit(self._limit, client):
                return None
            reset = self._limiter.get_window_stats(self._limit, client).reset_time
        except self._limiter.storage.base_exceptions as error:
            self._paused_until = time.monotonic() + _PAUSE
            log.error("nobody can count requests (%s); all pass", without_secrets(str(error)) or type(error).__name__)
            return None
        return max(1, math.ceil(reset - time.time()))
