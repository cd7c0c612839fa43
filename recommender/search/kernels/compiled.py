"""The decorator of all compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile with numba, without the interpreter's lock, and cache the machine code on disk where that is possible.

    Fast-math stays off: a compiled sum or product has the bits that numpy would give it in that order. Arrays are
    copied into others by loops: an assignment to a slice compiles numba's error messages, too, which takes seconds.
    """
    try:
        dispatcher: _F = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder to cache it in
        dispatcher = njit(nogil=True)(function)
    return dispatcher
