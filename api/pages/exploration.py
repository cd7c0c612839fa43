"""An article in the explorer: its suggestions, its curated links, another article asked about, and a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from api.pages.cards import Card
from api.pages.controls import Controls
from api.pages.reasons import Reason
from api.pages.timeline import Timeline
from recommender import Article, Recommender
from recommender.ranking import Placement

_MAX_RANK = 5000  # the last rank that is shown


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate for an article's list.

    Attributes:
        rank: in the list, or among all candidates; `None` if it has none.
        agreed: whether it is both linked by editors and suggested.
        note: why it is not suggested; empty if it is.
    """

    id: str
    card: Card
    reason: Reason
    published_at: float | None
    rank: int | None
    agreed: bool = False
    note: str = ""


class Exploration:
    """The data that the explorer shows of one article.

    Attributes:
        items: suggestions, best first.
        about: the article asked about, if any.
    """

    def __init__(
        self,
        recommender: Recommender,
        id: str,
        controls: Controls,
        *,
        other: str = "",
        linked: Sequence[Article] | None = None,
    ) -> None:
        """Collect the data.

        Args:
            other: ID of the article asked about; empty for none.
            linked: the contents of its list; by default the curated links in the model.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        self._recommender = recommender
        self._controls = controls
        self.article = recommender.article(id)
        self.card = Card.of(self.article.entry)
        self._linked = recommender.curated(self.article.id) if linked is None else linked
        suggested = recommender.related(self.article.id, limit=controls.limit)
        self._ranks = {one.article.id: rank for rank, one in enumerate(suggested, start=1)}
        self.items = [self._item(one.article, rank) for rank, one in enumerate(suggested, start=1)]
        self.about = self._items([recommender.article(other)])[0] if other else None

    @cached_property
    def curated(self) -> list[Item]:
        """Curated links, in the editors' order."""
        return self._items(self._linked)

    @property
    def shown(self) -> list[Item]:
        """All articles shown: suggestions, curated links, and the one asked about."""
        return [*self.items, *self.curated, *filter(None, [self.about])]

    @cached_property
    def scale(self) -> float:
        """The greatest similarity of all articles shown, or 1 if none is similar."""
        return max([one.reason.why.similarity for one in self.shown], default=0.0) or 1.0

    @property
    def timeline(self) -> Timeline | None:
        """The timeline around the article, with positions in the order of `shown`; `None` without a date."""
        day = self.article.published_at
        if day is None:
            return None
        others = [one.published_at for one in self.shown]
        half_life = self._controls.half_life_days or None
        return Timeline.around(day, self._recommender.published_days, others, half_life=half_life)

    def _items(self, others: Sequence[Article]) -> list[Item]:
        ids = [other.id for other in others]
        placements = self._recommender.placements(self.article.id, ids, deepest=_MAX_RANK)
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
            return placement.note
        if other.id in self.article.banned:
            return "Editors excluded it from this list."
        if placement.rank is None:
            beyond = f"It ranks after the {_MAX_RANK:,}th."
            return beyond if placement.score > 0 else "They share no words."
        if placement.score < least:
            return f"It ranks {_ordinal(placement.rank)}, and scores less than {least:g}."
        if placement.rank > limit:
            return f"It ranks {_ordinal(placement.rank)}; the list ends with the {_ordinal(limit)}."
        return f"It ranks {_ordinal(placement.rank)}, but articles that editors pinned come first."


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
