"""Bands that curated lists are grouped by: their number of links, and the days between these and the article."""

from __future__ import annotations

from math import inf
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

LinkCount: TypeAlias = Literal["1", "2", "3 to 4", "5 to 7", "8 to 10", "more"]
"""The number of links in a list."""

LinkDays: TypeAlias = Literal["within 1", "1 to 3", "3 to 7", "7 to 30", "over 30", "no dates"]
"""The median days between an article and its links."""


class Bands(NamedTuple):
    """Bands of values, given by the inclusive upper bound of each; larger values and NaN are in the last band."""

    upper_bounds: tuple[float, ...]
    names: tuple[str, ...]

    def of(self, values: ArrayLike) -> NDArray[np.int64]:
        """The index in `names` of the band that each value is in, in the shape of the values."""
        return np.asarray(np.searchsorted(self.upper_bounds, values), np.int64)

    def mask(self, name: str, values: ArrayLike) -> NDArray[np.bool_]:
        """Which values are in a band."""
        return np.asarray(self.of(values) == self.names.index(name))


LINK_COUNTS = Bands((1, 2, 4, 7, 10), get_args(LinkCount))
LINK_DAYS = Bands((1, 3, 7, 30, inf), get_args(LinkDays))
