"""Bands of values by which curated lists are grouped: how many links they have, and how many days these are away."""

from __future__ import annotations

from math import inf
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

LinkCount: TypeAlias = Literal["1", "2", "3 to 4", "5 to 7", "8 to 10", "more"]
"""Links of a list."""

LinkDays: TypeAlias = Literal["within 1", "1 to 3", "3 to 7", "7 to 30", "over 30", "no dates"]
"""Median days between an article and what it is linked to."""


class Bands(NamedTuple):
    """Bands by their greatest values, which are in them; NaN is in the band after the last of these."""

    greatest: tuple[float, ...]
    names: tuple[str, ...]

    def of(self, values: ArrayLike) -> NDArray[np.int64]:
        """The index in `names` of the band that each value is in, in the shape of the values."""
        return np.asarray(np.searchsorted(self.greatest, values), np.int64)

    def mask(self, name: str, values: ArrayLike) -> NDArray[np.bool_]:
        """Which values are in a band."""
        return np.asarray(self.of(values) == self.names.index(name))


LINK_COUNTS = Bands((1, 2, 4, 7, 10), ("1", "2", "3 to 4", "5 to 7", "8 to 10", "more"))
LINK_DAYS = Bands((1, 3, 7, 30, inf), ("within 1", "1 to 3", "3 to 7", "7 to 30", "over 30", "no dates"))
