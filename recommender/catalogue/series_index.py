"""The parts of each series of a catalogue, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from recommender.articles import Article

Part: TypeAlias = tuple[tuple[bool, float, bool, float, str], int]
"""A part's sort key and its row: numbered ones come first, then by date, those without one last, then by ID."""


def index_series(articles: Iterable[tuple[int, Article]]) -> Mapping[str, Sequence[Part]]:
    """The parts of each series, in their order, of some articles with their rows."""
    series: dict[str, list[Part]] = {}
    for row, article in articles:
        number, day = article.series.part, article.published_at
        key = number is None, number or 0.0, day is None, day or 0.0, article.id
        for name in article.series.names:
            series.setdefault(name, []).append((key, row))
    for parts in series.values():
        parts.sort()
    return series


def other_parts(parts: Sequence[Part], row: int) -> list[int]:
    """The rows of the parts that follow one, in order, then of those before it, the nearest first."""
    rows = [other for _, other in parts]
    position = rows.index(row)
    return [*rows[position + 1 :], *reversed(rows[:position])]
