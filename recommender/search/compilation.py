"""Who is told while kernels are compiled, which takes seconds, once on a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_watchers: list[Callable[[bool], None]] = []


@contextmanager
def watch_compilation(tell: Callable[[bool], None]) -> Iterator[None]:
    """Call `tell(True)` when a kernel begins to be compiled in this process, and `tell(False)` when that has ended."""
    _watchers.append(tell)
    try:
        yield
    finally:
        _watchers.remove(tell)


def tell_watchers(*, compiling: bool) -> None:
    """Tell all that watch; called by the kernels."""
    for tell in tuple(_watchers):
        tell(compiling)
