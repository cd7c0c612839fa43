"""One core for all threads that answer, whichever others use least.

Python runs one of them at a time, and each that waits for a socket hands the interpreter on. The next has to be woken,
which takes long on another core and hardly anything on the same; but the system, which can't know, spreads them over
all. (The convoy effect: D. Beazley, "Understanding the Python GIL", 2010.) `make load` tells the difference.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SECONDS = 0.5, 1.5  # between two looks, at random: workers that share a core must not move on together
_MUCH = 0.25  # of a core


class _Here(threading.local):
    core: int | None = None  # this thread's; `None` is any


class Affinity:
    """WSGI in front of an application, which keeps the threads that call it on one core at a time.

    Each follows when it is next called, so there is no list of them. What such a thread starts shares its core.
    """

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        """Keep threads together from the first look on; where there is one core, or none is known, do nothing."""
        self._wsgi_app = wsgi_app
        self._core: int | None = None
        self._here = _Here()
        if len(_idle_seconds()) > 1:
            threading.Thread(target=self._look, name="affinity", daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._here.core != self._core:
            self._follow()
        return self._wsgi_app(environ, start_response)

    def _follow(self) -> None:
        self._here.core = core = self._core
        if core is not None:
            with suppress(OSError):  # it was taken from this process a moment ago; the next look finds another
                os.sched_setaffinity(0, {core})

    def _look(self) -> None:
        chance = SystemRandom()
        seen, took, at = _idle_seconds(), time.process_time(), time.monotonic()
        while True:
            time.sleep(chance.uniform(*_SECONDS))
            before, took_before, began = seen, took, at
            seen, took, at = _idle_seconds(), time.process_time(), time.monotonic()
            seconds = at - began
            idle = {core: (seen[core] - before[core]) / seconds for core in seen.keys() & before.keys()}
            self._core = chosen(self._core, idle, (took - took_before) / seconds)


def chosen(core: int | None, idle: Mapping[int, float], own: float) -> int | None:
    """The core to be on: the one so far, unless others take much of it and another has much more time to spare.

    Args:
        core: the one so far, if there is one.
        idle: each core that may be used, and the share of the time, from 0 to 1, in which it did nothing.
        own: the processor time that this process took, as a share of one core's.
    """
    if core is not None and core in idle:
        of_others = 1 - idle[core] - own
        if of_others <= _MUCH or max(idle.values()) <= idle[core] + _MUCH:
            return core
    return max(sorted(idle), key=idle.__getitem__, default=None)


def _idle_seconds() -> dict[int, float]:
    """How long each core that this thread may use has been idle so far; none where the system does not tell."""
    try:
        usable, lines = os.sched_getaffinity(0), Path("/proc/stat").read_text().splitlines()
    except (AttributeError, OSError):
        return {}
    tick = os.sysconf("SC_CLK_TCK")
    seconds = {}
    for line in lines:
        name, *ticks = line.split()
        if name[:3] == "cpu" and name[3:].isdigit():  # user, nice, system, idle, waiting for disks, …
            seconds[int(name[3:])] = (int(ticks[3]) + int(ticks[4])) / tick
    return {core: seconds[core] for core in usable & seconds.keys()}
