"""`Pair`: the two lists of an article, for display."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from api.pages.cards import Card
from recommender import Article
from recommender.comparison import ListComparison


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a list; `is_alone` if the other list does not hold it."""

    id: str
    card: Card
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """An article with both of its lists, and their overlap."""

    id: str
    card: Card
    overlap: float
    left: list[Line]
    right: list[Line]

    @classmethod
    def of(cls, lists: ListComparison, position: int, *, is_swapped: bool = False) -> Self:
        """The lists of the article at a position, the earlier on the left unless they are swapped."""
        article, (left, right) = lists.article(position), lists.lists(position)
        if is_swapped:
            left, right = right, left
        overlap = float(lists.overlaps[position])
        return cls(article.id, Card.of(article.entry), overlap, _lines(left, right), _lines(right, left))


def _lines(articles: Iterable[Article], others: Iterable[Article]) -> list[Line]:
    shared = {other.id for other in others}
    return [Line(one.id, Card.of(one.entry), one.id not in shared) for one in articles]
