"""`OverviewCache`: the overview of a recommender, computed on demand and cached."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from recommender.overview.overview import Overview
from recommender.ranking import Recommender, Rules


class OverviewCache:
    """The overview of a recommender, recomputed when an article appears or expires."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._lock = threading.Lock()  # one thread computes, the others wait
        self._kept: tuple[NDArray[np.bool_], Overview] | None = None

    def get(self) -> Overview:
        """The current overview."""
        rules = Rules.from_settings(self._recommender.settings)
        with self._lock:
            allowed = self._recommender.ranking.allowed(rules)  # the same object until a value changes
            if self._kept is None or self._kept[0] is not allowed:
                self._kept = allowed, Overview.of(self._recommender)
            return self._kept[1]
