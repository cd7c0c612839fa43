"""What the explorer shows of one article: both of its lists, any other article that is asked about, and their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from api.http import PublishedOnly
from api.pages.cards import Card
from api.pages.controls import Controls
from api.pages.reasons import Reason
from api.pages.timeline import Timeline
from recommender import Article, Recommender
from recommender.ranking import Placement

_DEEPEST = 5000  # the last rank that is told of
_REMOVED = {
    "itself": "It is this very article.",
    "hidden": "It is a draft, removed or deleted: it is suggested nowhere.",
    "unpublished": "It is not published, and only what is may be suggested.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a candidate for the list.

    Attributes:
        rank: its place in the list, or among all candidates; `None` where it has none.
        agreed: whether editors linked it and it is suggested, too.
        note: why it is not suggested; empty where it is.
    """

    id: str
    card: Card
    reason: Reason
    published_at: float | None
    rank: int | None
    agreed: bool = False
    note: str = ""


class Exploration:
    """One article in the explorer.

    Attributes:
        items: what is suggested, best first.
        about: what is asked about.
    """

    def __init__(
        self, recommender: Recommender, id: str, controls: Controls, *, other: str = "", published: PublishedOnly | None
    ) -> None:
        """Look at an article.

        Args:
            other: the ID of one that is asked about; empty for none.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        self._recommender = recommender
        self._controls = controls
        self._published = published
        self.article = recommender.article(id)
        self.card = Card.of(self.article.entry)
        self._linked = recommender.curated(self.article.id)
        suggested = recommender.related(self.article.id, limit=controls.limit, published=published)
        self._ranks = {one.article.id: rank for rank, one in enumerate(suggested, start=1)}
        self.items = [self._item(one.article, rank) for rank, one in enumerate(suggested, start=1)]
        self.about = self._asked_about([recommender.article(other)])[0] if other else None

    @cached_property
    def curated(self) -> list[Item]:
        """What the editors linked, in their order."""
        return self._asked_about(self._linked)

    @property
    def shown(self) -> list[Item]:
        """All that is shown: the suggested, the linked, and what was asked about."""
        return [*self.items, *self.curated, *filter(None, [self.about])]

    @cached_property
    def scale(self) -> float:
        """The greatest similarity of all that is shown, above 0."""
        return max([one.reason.similarity for one in self.shown], default=0.0) or 1.0

    @property
    def timeline(self) -> Timeline | None:
        """The time around the article, in the order of `shown`; `None` without a date."""
        day = self.article.published_at
        if day is None:
            return None
        others = [one.published_at for one in self.shown]
        half_life = self._controls.half_life_days or None
        return Timeline.around(day, self._recommender.published_days, others, half_life=half_life)

    def _asked_about(self, others: Sequence[Article]) -> list[Item]:
        ids = [other.id for other in others]
        placements = self._recommender.placements(self.article.id, ids, deepest=_DEEPEST, published=self._published)
        return [
            self._item(other, self._ranks[other.id])
            if other.id in self._ranks
            else self._item(other, placement.rank, note=self._why_not(other, placement))
            for other, placement in zip(others, placements, strict=True)
        ]

    def _item(self, other: Article, rank: int | None, *, note: str = "") -> Item:
        reason = Reason.of(self._recommender, self.article, other)
        agreed = other.id in self._ranks and any(other.id == one.id for one in self._linked)
        return Item(other.id, Card.of(other.entry), reason, other.published_at, rank, agreed, note)

    def _why_not(self, other: Article, placement: Placement) -> str:
        least, limit = self._controls.min_score, self._controls.limit
        if placement.removed_by:
            return _REMOVED[placement.removed_by]
        if other.id in self.article.banned:
            return "The editors banned it from this list."
        if placement.rank is None:
            beyond = f"It comes after the {_DEEPEST:,}th."
            return beyond if placement.score > 0 else "They have no words in common."
        if placement.score < least:
            return f"It comes {_ordinal(placement.rank)}, and scores less than {least:g}."
        if placement.rank > limit:
            return f"It comes {_ordinal(placement.rank)}; the list ends with the {_ordinal(limit)}."
        return f"It comes {_ordinal(placement.rank)}, but what the editors pinned goes before it."


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
