"""What may be suggested, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from recommender.articles import Article
from recommender.settings import Published, Settings

Curated = Literal["ignore", "first"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that was chosen for another's list, and its score, above 0 and at most 1."""

    article: Article
    score: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article stands among all that could be suggested for another.

    Attributes:
        rank: from 1; `None` where it shares no term with the other, a rule removed it, or it is deeper than was asked.
        removed_by: the rule that did: "itself", "hidden" or "unpublished".
    """

    rank: int | None
    score: float
    removed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one look-up asks for; see the settings of the same names.

    Attributes:
        curated: "first" begins the list with what the article's editors linked, in their order, whatever its scores.
        exclude: IDs that are not to be in the list.
        max_age_days: the oldest that an entry may be, in days before the article; what has no date is left out then.
        provider_cap: suggestions of one provider at most, among the best 5,000.
    """

    limit: int
    min_score: float = 0.0
    curated: Curated = "ignore"
    published: Published = "any"
    exclude: tuple[str, ...] = ()
    max_age_days: float | None = None
    provider_cap: int | None = None

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        limit: int | None = None,
        min_score: float | None = None,
        curated: Curated = "ignore",
        published: Published | None = None,
        exclude: Iterable[str] = (),
        max_age_days: float | None = None,
        provider_cap: int | None = None,
    ) -> Rules:
        """The settings' own rules, with what the caller names in their place."""
        return cls(
            limit=settings.limit if limit is None else limit,
            min_score=settings.min_score if min_score is None else min_score,
            curated=curated,
            published=settings.published if published is None else published,
            exclude=tuple(exclude),
            max_age_days=max_age_days,
            provider_cap=provider_cap,
        )

    def removing(self, article: Article) -> str | None:
        """The rule that keeps an article out of every list, if one does."""
        if article.hidden:
            return "hidden"
        return "unpublished" if self.published == "only" and not article.published else None
