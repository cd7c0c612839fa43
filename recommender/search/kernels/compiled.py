"""The decorator of all compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numba import njit
from numba.core import event

from recommender.search.compilation import tell_watchers

Int: TypeAlias = int | np.int64
"""A row or a size: int64 once compiled, whatever integers it is made of."""

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile with numba, without the interpreter's lock, and cache the machine code on disk where that is possible.

    Fast-math stays off: a compiled sum or product has the bits that numpy would give it in that order. Arrays are
    copied into others by loops: an assignment to a slice compiles numba's error messages, too, which takes seconds.
    Rows and sizes are passed as int64, so that a function is compiled once.
    """
    try:
        dispatcher: _F = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder to cache it in
        dispatcher = njit(nogil=True)(function)
    return dispatcher


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
