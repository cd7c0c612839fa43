"""The decorator of all compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numba.core import event

from recommender.search.compilation import tell_watchers

Int: TypeAlias = int | np.int64
"""A row or a size: int64 once compiled, whatever integers it is made of."""

_F = TypeVar("_F", bound=Callable[..., Any])

_SEARCH = Path(__file__).parents[1]
_STAMP = "sources"


def compiled(function: _F) -> _F:
    """Compile with numba, without the interpreter's lock, and cache the machine code on disk where that is possible.

    Fast-math stays off: a compiled sum or product has the bits that numpy would give it in that order. Arrays are
    copied into others by loops: an assignment to a slice compiles numba's error messages, too, which takes seconds.
    Rows and sizes are passed as int64, so that a function is compiled once.
    """
    try:
        dispatcher = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder to cache it in
        dispatcher = njit(nogil=True)(function)
    else:
        remove_outdated_code(Path(dispatcher.stats.cache_path))
    return cast("_F", dispatcher)


@cache
def remove_outdated_code(folder: Path) -> None:
    """Empty a cache of machine code that was compiled from other sources.

    numba itself compares the file that a kernel is in, and neither those of the kernels and types that it is made of.
    """
    stamp, current = folder / _STAMP, _digest_of_sources()
    if stamp.is_file() and stamp.read_text() == current:
        return
    for file in sorted(folder.glob("*.nb[ic]"), reverse=True):  # an index goes before what it names
        file.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current)


@cache
def _digest_of_sources() -> str:
    """A digest of all that kernels are compiled from."""
    sources = sorted(file for folder in ("arrays", "kernels") for file in (_SEARCH / folder).glob("*.py"))
    return blake2b(b"".join(file.read_bytes() for file in sources), digest_size=16).hexdigest()


class _CompilationListener(event.Listener):  # type: ignore[misc]  # numba is untyped
    """Passes on when the outermost of the kernels that call each other begins and ends to be compiled."""

    _depth = 0  # numba compiles one at a time

    def on_start(self, _: event.Event) -> None:
        self._depth += 1
        if self._depth == 1:
            tell_watchers(compiling=True)

    def on_end(self, _: event.Event) -> None:
        self._depth -= 1
        if self._depth == 0:
            tell_watchers(compiling=False)


event.register("numba:compile", _CompilationListener())
