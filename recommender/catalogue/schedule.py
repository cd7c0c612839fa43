"""`Schedule`: the times at which articles of a model appear or expire."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The articles that appear or expire at some moment, in days since 1970-01-01 UTC.

    Attributes:
        rows: int64 (timed,) their rows.
        visible_from: float64 (timed,) -inf for none.
        visible_until: float64 (timed,) inf for none.
        changes: all these moments, ascending.
    """

    rows: NDArray[np.int64]
    visible_from: NDArray[np.float64]
    visible_until: NDArray[np.float64]
    changes: list[float] = field(init=False)

    def __post_init__(self) -> None:
        moments = np.concatenate((self.visible_from, self.visible_until))
        object.__setattr__(self, "changes", sorted(set(moments[np.isfinite(moments)].tolist())))

    @classmethod
    def from_moments(cls, moments: Iterable[tuple[int, float | None, float | None]]) -> Self:
        """The schedule of some rows, each with the moments at which it appears and expires."""
        timed = list(moments)
        return cls(
            np.array([row for row, _, _ in timed], np.int64),
            np.array([-np.inf if start is None else start for _, start, _ in timed], np.float64),
            np.array([np.inf if end is None else end for _, _, end in timed], np.float64),
        )

    def joined(self, other: Schedule, *, start: int) -> Schedule:
        """Join the schedules of two models; the rows of the other begin at `start`."""
        return Schedule(
            np.concatenate((self.rows, other.rows + start)),
            np.concatenate((self.visible_from, other.visible_from)),
            np.concatenate((self.visible_until, other.visible_until)),
        )

    def hidden_rows(self, day: float) -> NDArray[np.int64]:
        """The rows that are not public at a moment."""
        return self.rows[(day < self.visible_from) | (day >= self.visible_until)]

    def last_change(self, day: float) -> float:
        """The last moment up to `day` at which a row appeared or expired; -inf if there was none."""
        passed = bisect_right(self.changes, day)
        return self.changes[passed - 1] if passed else -math.inf
