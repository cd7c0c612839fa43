"""Python's collector of cyclic garbage, held off while much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Collect no cycles until the block ends, in any thread.

    Each of the collector's rounds looks at all that is there: over hundreds of thousands of new objects, none of them
    garbage, that is a third of the work.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def freeze_gc() -> None:
    """Look no more, in any later round, at what is there now: a program calls this once it holds what it will keep."""
    gc.freeze()
