"""Small plots of a corpus's figures; each part links to its articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from recommender.overview import Figures, StateName

_COVERAGE: tuple[tuple[StateName, str], ...] = (
    ("good", "with a good list"),
    ("weak", "with a weak list"),
    ("none", "without a list"),
)
_MOST_LANGUAGES = 8
_MONTH, _YEAR = 7, 4  # characters of a date


class Block(NamedTuple):
    """A rectangle; the plot is 1000 wide and 100 high."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a plot.

    Attributes:
        label: its meaning; `count`: the number of its articles.
        parameters: of the address of its articles.
        note: additional text; empty for none.
        blocks: the rectangles; the first is the whole area of the link.
    """

    label: str
    count: int
    parameters: Mapping[str, str]
    blocks: tuple[Block, ...]
    note: str = ""


def coverage(figures: Figures) -> list[Mark]:
    """A bar of the numbers of articles with a good list, a weak list and none."""
    marks, x = [], 0.0
    for state, label in _COVERAGE:
        if count := figures.states[state]:
            width = 1000 * count / figures.public
            marks.append(Mark(label, count, {"state": state}, (Block(state, x, 0, width, 100),)))
            x += width
    return marks


def periods(figures: Figures) -> list[Mark]:
    """A column for each month or year, of the numbers of articles with a good list, a weak list and none."""
    greatest = max((period.articles for period in figures.periods), default=0)
    width = 1000 / max(len(figures.periods), 1)
    marks = []
    for position, period in enumerate(figures.periods):
        x, y = position * width, 100.0
        blocks = [Block("reach", x, 0, width, 100)]
        for state, count in (("good", period.good), ("weak", period.weak), ("none", period.none)):
            if count:
                height = 100 * count / greatest
                y -= height
                blocks.append(Block(state, x + 0.1 * width, y, 0.8 * width, height))
        day = period.first.isoformat()
        parameters = {"from": day, "to": period.last.isoformat()}
        notes = ((period.weak, "with a weak list"), (period.none, "without a list"))
        note = ", ".join(f"{count:,} {text}" for count, text in notes if count)
        label = day[: _YEAR if figures.by_year else _MONTH]
        marks.append(Mark(label, period.articles, parameters, tuple(blocks), note))
    return marks


def bins(figures: Figures) -> Iterator[Mark]:
    """A bar for each number of lists that articles are in, from the orphans to the hubs."""
    greatest = max(one.articles for one in figures.bins)
    for one in figures.bins:
        parameters = {"least_suggested": str(one.least)}
        if one.most is None:
            label, parameters = f"{one.least} or more", {"state": "hub"}
        elif one.most == 0:
            label, parameters = "none", {"state": "orphan"}
        else:
            label = str(one.least) if one.least == one.most else f"{one.least}–{one.most}"
            parameters["most_suggested"] = str(one.most)
        yield _bar(label, one.articles, greatest, parameters)


def languages(figures: Figures) -> list[Mark]:
    """A bar for each of the most frequent languages."""
    shown = figures.languages[:_MOST_LANGUAGES]
    return [_bar(name, count, shown[0][1], {"language": name}) for name, count in shown]


def _bar(label: str, count: int, greatest: int, parameters: Mapping[str, str]) -> Mark:
    return Mark(label, count, parameters, (Block("count", 0, 0, 1000 * count / max(greatest, 1), 100),))
