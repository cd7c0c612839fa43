"""Notifications while kernels compile, which takes seconds, once per machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_watchers: list[Callable[[bool], None]] = []


@contextmanager
def watch_compilation(notify: Callable[[bool], None]) -> Iterator[None]:
    """Call `notify(True)` when this process starts to compile a kernel, and `notify(False)` when it has finished."""
    _watchers.append(notify)
    try:
        yield
    finally:
        _watchers.remove(notify)


def notify_watchers(*, compiling: bool) -> None:
    """Notify all watchers; called by the kernels."""
    for notify in tuple(_watchers):
        notify(compiling)
