"""What was published around an article, and when the articles of its lists were: the numbers of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

_EPOCH = date(1970, 1, 1).toordinal()
_BINS = 61
_LEAST = 3.5  # days to each side at least
_MARGIN = 0.5  # days before the first article and after the last
_HALF_LIVES = 4  # that are shown to each side at least: what is farther off has lost fifteen sixteenths


@dataclass(frozen=True, slots=True)
class Timeline:
    """A span of time around an article; places are 0 (its beginning) to 1 (its end).

    Attributes:
        day, place: the article's own.
        counts: how many articles were published in each of equal parts.
        places: of the articles that were asked for, `None` where there is no date.
    """

    begin: date
    day: date
    end: date
    counts: tuple[int, ...]
    place: float
    places: tuple[float | None, ...]

    @property
    def greatest(self) -> int:
        """The greatest of the counts, 1 at least."""
        return max(*self.counts, 1)

    @classmethod
    def around(
        cls, day: float, days: NDArray[np.float64], others: Sequence[float | None], *, half_life: float | None
    ) -> Self:
        """The time around a day that holds all of some others, as far as anything was published.

        Args:
            day: days since 1970-01-01 UTC.
            days: float64 (articles,) likewise, of the whole corpus; NaN where unknown.
            others: likewise, of the articles to be placed.
        """
        apart = [abs(other - day) for other in others if other is not None]
        reach = 1.05 * max(_LEAST, *apart, 0.0) if half_life is None else max(_LEAST, _HALF_LIVES * half_life, *apart)
        known = days[~np.isnan(days)]
        begin = max(day - reach, known.min(initial=day) - _MARGIN)
        end = min(day + reach, known.max(initial=day) + _MARGIN)
        counts, _ = np.histogram(known, bins=_BINS, range=(begin, end))

        def place(other: float) -> float:
            return float((other - begin) / (end - begin))

        places = tuple(None if other is None else place(other) for other in others)
        return cls(_date(begin), _date(day), _date(end), tuple(counts.tolist()), place(day), places)


def _date(day: float) -> date:
    """The date of a day, or the nearest that there is."""
    ordinal = math.floor(day) + _EPOCH
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
