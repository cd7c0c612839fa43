"""Timeline: the numbers of articles published around an article's date, and the dates of those in its lists."""

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
_MIN_REACH = 3.5  # days to each side
_MARGIN = 0.5  # days before the first article and after the last
_MIN_HALF_LIVES = 4  # reach to each side; articles farther away have lost fifteen sixteenths of their score


@dataclass(frozen=True, slots=True)
class Timeline:
    """A span of time around an article; positions are 0 (its beginning) to 1 (its end).

    Attributes:
        day, position: of the article.
        counts: number of articles published in each of 61 equal parts.
        positions: of the other articles; `None` without a date.
    """

    begin: date
    day: date
    end: date
    counts: tuple[int, ...]
    position: float
    positions: tuple[float | None, ...]

    @property
    def greatest(self) -> int:
        """The greatest of the counts, at least 1."""
        return max(*self.counts, 1)

    @classmethod
    def around(
        cls, day: float, days: NDArray[np.float64], others: Sequence[float | None], *, half_life: float | None
    ) -> Self:
        """The timeline around a day that includes the days of others, cut to the corpus.

        Args:
            day: days since 1970-01-01 UTC.
            days: float64 (articles,) likewise, of the whole corpus; NaN where unknown.
            others: days of the articles to show; `None` without a date.
        """
        apart = [abs(other - day) for other in others if other is not None]
        reach = (
            1.05 * max(_MIN_REACH, *apart, 0.0)
            if half_life is None
            else max(_MIN_REACH, _MIN_HALF_LIVES * half_life, *apart)
        )
        known = days[~np.isnan(days)]
        begin = max(day - reach, known.min(initial=day) - _MARGIN)
        end = min(day + reach, known.max(initial=day) + _MARGIN)
        counts, _ = np.histogram(known, bins=_BINS, range=(begin, end))

        def position(other: float) -> float:
            return float((other - begin) / (end - begin))

        positions = tuple(None if other is None else position(other) for other in others)
        return cls(_date(begin), _date(day), _date(end), tuple(counts.tolist()), position(day), positions)


def _date(day: float) -> date:
    """The date of a day, or the nearest that Python can represent."""
    ordinal = math.floor(day) + _EPOCH
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
