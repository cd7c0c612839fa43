"""Arrays as compiled code takes them."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

_own = threading.local()  # each thread's room for a query's weights by term, all zero between searches


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """The array as numba knows one kind of it: whether writable, mapped or not."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def room(terms: int) -> NDArray[np.float32]:
    """An array of `terms` zeros, one a thread; whoever writes to it clears it again."""
    room: NDArray[np.float32] | None = getattr(_own, "room", None)
    if room is None or len(room) < terms:
        room = _own.room = np.zeros(terms, np.float32)
    return room
