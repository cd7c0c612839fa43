"""Ctrl-C in a terminal is sent to all of its processes; only the first one is to answer it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_deferred(workers: int) -> Iterator[None]:
    """Defer SIGINT in this thread until the block ends; processes started within it never receive it.

    Args:
        workers: processes that may be started; a single one would be this process, and nothing is deferred.
    """
    if workers == 1 or sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # starting it would end the block early, up to Python 3.12.4
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
