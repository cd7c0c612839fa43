"""`Axis`: the linear scale of a plot; `plots.html` draws with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Self

_MARGIN = 1.05  # an axis reaches this many times as far as its values
_LEAST_SPAN = 0.01  # where every value is zero
_MOST_INTERVALS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps the values from `low` to `high` linearly to the coordinates from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def from_values(cls, values: Iterable[float], start: float, end: float) -> Self:
        """An axis that holds zero and all the values."""
        values = list(values)
        return cls(_MARGIN * min([0, *values]), _MARGIN * max([_LEAST_SPAN, *values]), start, end)

    def coordinate(self, value: float) -> float:
        """Where a value is drawn, to a tenth of a unit."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Coordinate and label of each multiple of the least 1, 2 or 5 times 10ⁿ that gives few enough of them."""
        least = (self.high - self.low) / _MOST_INTERVALS
        power = floor(log10(least))
        step = next(factor * 10.0**power for factor in (1, 2, 5, 10) if factor * 10.0**power >= least)
        for multiple in range(ceil(self.low / step), floor(self.high / step) + 1):
            label = f"{multiple * step:.{max(0, -floor(log10(step)))}f}"
            yield self.coordinate(multiple * step), label.replace("-", "−")
