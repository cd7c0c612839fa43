"""The access log: one JSON object per line on standard output."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from functools import cache, lru_cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import msgspec
from more_itertools import constrained_batches

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_STDOUT = 1
_ATOMIC_BYTES = 4096  # PIPE_BUF on Linux: workers share a pipe, and writes up to this size are not interleaved
_DELAY = 0.02  # seconds for which lines are collected
_IDLE = 0.2  # seconds between checks of whether the process is ending
_LONGEST_PATH = 500  # characters


class AccessLog:
    """Writes lines in a thread of its own, so that no request waits for the reader of the log.

    The thread is not a daemon, so Python waits until all lines are written when a process ends, also on SIGTERM.
    """

    def __init__(self) -> None:
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._write, name="access log").start()

    def add(self, environ: WSGIEnvironment, *, id: str, status: str, seconds: float) -> None:
        """Log a request, without its query, which may be private."""
        now = time.time()
        path = environ["PATH_INFO"].encode("latin-1", "replace").decode(errors="replace")
        line = msgspec.json.encode(
            {
                "time": f"{_format_second(int(now))}.{int(now % 1 * 1000):03}Z",
                "id": id,
                "client": environ.get("REMOTE_ADDR") or "",
                "method": environ["REQUEST_METHOD"],
                "path": path[:_LONGEST_PATH],
                "status": int(status),
                "ms": round(seconds * 1000, 3),
            }
        )
        self._lines.put(line + b"\n")

    def _write(self) -> None:
        main = threading.main_thread()
        while True:
            ending = not main.is_alive()
            with suppress(Empty):
                first = self._lines.get(timeout=_IDLE)
                time.sleep(_DELAY)
                lines = [first, *(self._lines.get_nowait() for _ in range(self._lines.qsize()))]
                for block in constrained_batches(lines, _ATOMIC_BYTES, strict=False):
                    with suppress(OSError):  # answer requests even if the log has no reader
                        os.write(_STDOUT, b"".join(block))
                continue
            if ending:
                return


@cache
def access_log() -> AccessLog:
    """The access log of this process."""
    return AccessLog()


@lru_cache(maxsize=2)
def _format_second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
