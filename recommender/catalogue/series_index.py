"""The ordered parts of each series of a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from recommender.articles import Article

Part: TypeAlias = tuple[tuple[bool, float, bool, float, str], int]
"""A part's sort key and its row: numbered parts come first, the others by date (undated last), then by ID."""


def index_series(articles: Iterable[tuple[int, Article]]) -> Mapping[str, Sequence[Part]]:
    """The ordered parts of each series, given articles with their rows."""
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
    """The rows of the parts after a row's own, in order, then of those before it, the nearest first."""
    rows = [other for _, other in parts]
    position = rows.index(row)
    return [*rows[position + 1 :], *reversed(rows[:position])]
