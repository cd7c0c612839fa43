"""`Axis`: the linear scale of a plot; `plots.html` draws with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Self

_MARGIN = 1.05  # length of an axis relative to its greatest value
_LEAST_SPAN = 0.01  # if every value is zero
_MOST_INTERVALS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values from `low` to `high` linearly to coordinates from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def from_values(cls, values: Iterable[float], start: float, end: float) -> Self:
        """An axis that includes zero and all the values."""
        values = list(values)
        return cls(_MARGIN * min([0, *values]), _MARGIN * max([_LEAST_SPAN, *values]), start, end)

    def coordinate(self, value: float) -> float:
        """The coordinate of a value, to a tenth of a unit."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """The coordinate and label of each tick; ticks are multiples of the least suitable 1, 2 or 5 times 10ⁿ."""
        least = (self.high - self.low) / _MOST_INTERVALS
        power = floor(log10(least))
        step = next(factor * 10.0**power for factor in (1, 2, 5, 10) if factor * 10.0**power >= least)
        for multiple in range(ceil(self.low / step), floor(self.high / step) + 1):
            label = f"{multiple * step:.{max(0, -floor(log10(step)))}f}"
            yield self.coordinate(multiple * step), label.replace("-", "−")
