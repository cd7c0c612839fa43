"""`Figures`: summary figures of an overview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.overview.overview import Overview
from recommender.overview.states import STATES, StateName

_MOST_MONTHS = 48  # if there are more, years are counted
_MOST_PERIODS = 120  # if there are more, those without articles are left out
_EPOCH = date(1970, 1, 1).toordinal()
_COVERAGE: tuple[StateName, ...] = ("good", "weak", "none")


@dataclass(frozen=True, slots=True)
class Period:
    """The number of public articles in a month or year that have a good list, a weak one, or none."""

    first: date
    last: date
    good: int
    weak: int
    none: int

    @property
    def articles(self) -> int:
        """All public articles of the period."""
        return self.good + self.weak + self.none


@dataclass(frozen=True, slots=True)
class Bin:
    """The number of articles that are in `least` to `most` lists; `None` for no upper bound."""

    least: int
    most: int | None
    articles: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the articles that may be shown.

    Attributes:
        articles: their number; `public`: the number of those that no rule hides.
        states: the number of articles in each state of `STATES`.
        languages: the number of public articles in each language, the most frequent first.
        periods: months, or years (`by_year`) if there are many months, the oldest first.
        bins: a histogram of the number of lists that each article is in, for articles that may be suggested.
    """

    articles: int
    public: int
    states: dict[StateName, int]
    languages: list[tuple[str, int]]
    periods: list[Period]
    by_year: bool
    bins: list[Bin]

    @classmethod
    def of(cls, overview: Overview, *, shown: NDArray[np.bool_]) -> Self:
        """The figures of the articles `shown`, bool (articles,)."""
        counts = {state: int((overview.mask(state) & shown).sum()) for state in STATES}
        dated = shown & overview.public & _is_dated(overview.days)
        months = np.floor(overview.days[dated]).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        by_year = len(months) > 0 and int(np.ptp(months)) >= _MOST_MONTHS
        return cls(
            articles=int(shown.sum()),
            public=int((overview.public & shown).sum()),
            states=counts,
            languages=overview.languages.counts(shown & overview.public),
            periods=list(_periods(overview, dated, months // 12 * 12 if by_year else months, 12 if by_year else 1)),
            by_year=by_year,
            bins=list(_bins(overview, shown)),
        )


def _is_dated(days: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which days are within the range of Python's dates (with a margin); not NaN."""
    first, last = date.min.toordinal() - _EPOCH, date.max.toordinal() - 366 - _EPOCH
    return np.asarray((days >= first) & (days <= last), np.bool_)


def _periods(overview: Overview, dated: NDArray[np.bool_], months: NDArray[np.int64], length: int) -> Iterator[Period]:
    """The periods of some articles.

    Args:
        months: int64 (dated,) the first month of each article's period, counted from January 1970.
        length: months per period.
    """
    if not len(months):
        return
    start = int(months.min())
    numbers = (months - start) // length
    count = int(numbers.max()) + 1
    good, weak, none = (
        np.bincount(numbers[overview.mask(state)[dated]], minlength=count).tolist() for state in _COVERAGE
    )
    for number in range(count):
        first = start + number * length
        period = Period(
            _month(first), _month(first + length) - timedelta(days=1), good[number], weak[number], none[number]
        )
        if period.articles or count <= _MOST_PERIODS:
            yield period


def _month(number: int) -> date:
    """The first day of a month, numbered from January 1970."""
    return date(1970 + number // 12, number % 12 + 1, 1)


def _bins(overview: Overview, shown: NDArray[np.bool_]) -> Iterator[Bin]:
    """Bins from the orphans to the hubs."""
    counts = overview.suggested[shown & (overview.left_out < 0)]
    limit = overview.limit
    edges = sorted({0, 1, -(-limit // 2), limit, 2 * limit, overview.hub_from})
    for least, behind in zip(edges, [*edges[1:], None], strict=True):
        inside = counts >= least if behind is None else (counts >= least) & (counts < behind)
        yield Bin(least, None if behind is None else behind - 1, int(inside.sum()))
