"""A scratch array for each thread, reused from query to query."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

_of_thread = threading.local()


def zeroed_scratch(terms: int) -> NDArray[np.float32]:
    """The calling thread's float32 array of at least `terms` zeros; callers must zero what they wrote."""
    scratch: NDArray[np.float32] | None = getattr(_of_thread, "scratch", None)
    if scratch is None or len(scratch) < terms:
        scratch = _of_thread.scratch = np.zeros(terms, np.float32)
    return scratch
