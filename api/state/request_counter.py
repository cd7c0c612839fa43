"""Counts the requests of each client, with the library limits, an extra that is imported only if used."""

from __future__ import annotations

import logging
import math
import time

from recommender.errors import SettingsError, without_secrets

_TIMEOUTS = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}  # seconds, for Redis
_PAUSE = 5.0  # seconds without counting after a storage has failed

log = logging.getLogger(__name__)


class RequestCounter:
    """Counts the requests of each client; while the storage can't be reached, it lets all pass."""

    def __init__(self, limit: str, storage: str) -> None:
        """Count against rates such as `100/minute`, separated by semicolons, in a storage that `limits` supports.

        The storage need not be reachable yet.

        Raises:
            SettingsError: `limits` is not installed, or the limit or the storage is invalid.
        """
        try:
            from limits import parse_many
            from limits.errors import ConfigurationError
            from limits.storage import storage_from_string
            from limits.strategies import FixedWindowRateLimiter
        except ImportError as error:
            raise SettingsError("RECOMMENDER_RATE_LIMIT needs an extra: pip install '.[ratelimit]'") from error
        self.limit = limit
        self._paused_until = 0.0
        try:
            self._rates = parse_many(limit)
        except ValueError:
            self._rates = []
        if not self._rates or any(rate.amount < 1 or rate.multiples < 1 for rate in self._rates):
            raise SettingsError(
                f"RECOMMENDER_RATE_LIMIT is {limit!r}; it must be such as 100/minute or 5/second;100/hour"
            )
        try:
            timeouts = {} if storage.startswith("memory:") else _TIMEOUTS
            self._limiter = FixedWindowRateLimiter(storage_from_string(storage, **timeouts))
        except (ValueError, ConfigurationError) as error:
            where, why = without_secrets(storage), without_secrets(str(error))
            raise SettingsError(
                f"RECOMMENDER_RATE_LIMIT_STORAGE is {where!r}, where nothing can be counted ({why}); it must be "
                "memory:// or such as redis://HOST:6379"
            ) from None

    def seconds_to_wait(self, client: str) -> int | None:
        """Count a request of a client; `None` lets it pass."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            exceeded = [rate for rate in self._rates if not self._limiter.hit(rate, client)]
            if not exceeded:
                return None
            reset = max(self._limiter.get_window_stats(rate, client).reset_time for rate in exceeded)
        except self._limiter.storage.base_exceptions as error:
            self._paused_until = time.monotonic() + _PAUSE
            log.error("requests can't be counted (%s); all pass", without_secrets(str(error)) or type(error).__name__)
            return None
        return max(1, math.ceil(reset - time.time()))
