"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

SLACK = 3
"""What a machine that others load may make of a second."""


def until(holds: Callable[[], bool], *, seconds: float = 30, interval: float = 0.02) -> float:
    """Wait until something holds; returns how long that took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, "waited in vain"
        time.sleep(interval)
    return time.monotonic() - start
