"""The decorator of all compiled functions."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numba.core import event

from recommender.search.compilation import notify_watchers, start_compiling_search

Int: TypeAlias = int | np.int64
"""A row or a size: int64 in compiled code."""

_F = TypeVar("_F", bound=Callable[..., Any])

_SEARCH = Path(__file__).parents[1]
_STAMP = "sources"


def kernel(function: _F) -> _F:
    """Compile a function that Python calls with numba, without the GIL; cache the machine code on disk if possible.

    Fast-math stays off: sums and products have the same bits as numpy's in the same order. Compiled code copies arrays
    in loops, since assigning to a slice makes numba compile its error messages too, which takes seconds. Rows and sizes
    are passed as int64, so each function is compiled only once.
    """
    return _compiled(function, called_by_python=True)


def compiled(function: _F) -> _F:
    """Compile a function that only kernels call; called by Python, it would crash.

    Without the wrapper that converts Python's arguments, all arrays of an index among them, it compiles faster.
    """
    return _compiled(function, called_by_python=False)


def _compiled(function: _F, *, called_by_python: bool) -> _F:
    options = {"nogil": True, "no_cpython_wrapper": not called_by_python, "no_cfunc_wrapper": True}
    try:
        dispatcher = njit(cache=True, **options)(function)
    except RuntimeError:  # numba found no writable cache folder
        dispatcher = njit(**options)(function)
    else:
        remove_outdated_code(Path(dispatcher.stats.cache_path))
    return cast("_F", dispatcher)


@cache
def remove_outdated_code(folder: Path) -> None:
    """Delete cached machine code that was compiled from other sources.

    numba itself only checks the kernel's own file, not the kernels and types that it uses.
    """
    stamp, current = folder / _STAMP, _digest_of_sources()
    if stamp.is_file() and stamp.read_text() == current:
        return
    for file in sorted(folder.glob("*.nb[ic]"), reverse=True):  # index files (.nbi) before the code (.nbc) they name
        file.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current)


@cache
def _digest_of_sources() -> str:
    """A digest of all source files that kernels are compiled from."""
    sources = sorted(file for folder in ("arrays", "kernels") for file in (_SEARCH / folder).glob("*.py"))
    return blake2b(b"".join(file.read_bytes() for file in sources), digest_size=16).hexdigest()


class _CompilationListener(event.Listener):  # type: ignore[misc]  # numba is untyped
    """Notifies watchers when compilation starts and ends, once for nested kernels.

    Meanwhile there is no garbage collection, which takes a fifth of the time, and another process compiles `search`.
    """

    _depth = 0  # of nested kernels; numba compiles one at a time
    _collects = True

    def on_start(self, started: event.Event) -> None:
        self._depth += 1
        if self._depth == 1:
            notify_watchers(compiling=True)
            self._collects = gc.isenabled()
            gc.disable()
            if started.data["dispatcher"].py_func.__name__ != "search":
                start_compiling_search()

    def on_end(self, _: event.Event) -> None:
        self._depth -= 1
        if self._depth == 0:
            if self._collects:
                gc.enable()
            notify_watchers(compiling=False)


event.register("numba:compile", _CompilationListener())
