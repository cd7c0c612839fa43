"""Compilation of the kernels, which takes seconds, once per machine: in two processes, with notifications."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recommender.search import brute_force

_watchers: list[Callable[[bool], None]] = []
_processes: list[subprocess.Popen[bytes]] = []


@contextmanager
def watch_compilation(notify: Callable[[bool], None]) -> Iterator[None]:
    """Call `notify(True)` when this process starts to compile or await a kernel, `notify(False)` when it has it."""
    _watchers.append(notify)
    try:
        yield
    finally:
        _watchers.remove(notify)


def notify_watchers(*, compiling: bool) -> None:
    """Notify all watchers; called by the kernels."""
    for notify in tuple(_watchers):
        notify(compiling)


def compile_ahead(articles: int) -> None:
    """Start compiling the search kernel if this many articles need it and it was never compiled on this machine.

    numba is not imported. If numba's cache is elsewhere, compiling starts only with that of the first other kernel.
    """
    beside = Path(__file__).parent / "kernels" / "__pycache__"
    given = os.environ.get("NUMBA_CACHE_DIR")
    if brute_force.is_small(articles) or not (given or os.access(beside, os.W_OK)):
        return
    compiled = Path(given).glob("*/query.search-*.nbi") if given else beside.glob("query.search-*.nbi")
    if not any(compiled):
        start_compiling_search()


def start_compiling_search() -> None:
    """Compile the search kernel in another process, once, if there is another core.

    numba compiles one kernel at a time in each process, and this one takes half of the time of all.
    """
    from joblib import cpu_count

    if not _processes and sys.executable and cpu_count() > 1:  # an embedded interpreter has no executable
        # -P keeps modules in the current folder from being imported.
        command = [sys.executable, "-P", "-m", "recommender.search.compile_search"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        atexit.register(process.wait)
        atexit.register(process.terminate)  # runs first
        _processes.append(process)


def await_search() -> None:
    """Wait for the process that compiles the search kernel, if there is one; if it fails, this process compiles it."""
    if _processes and _processes[0].poll() is None:
        notify_watchers(compiling=True)
        _processes[0].wait()
        notify_watchers(compiling=False)
