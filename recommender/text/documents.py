"""Documents: what the model reads of some articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article


@dataclass(frozen=True, slots=True)
class Documents:
    """What the model reads of some articles, in their order.

    Attributes:
        texts: of their bodies; `None` where there are none.
        topics: that each names; `None` where they don't count.
        languages: "" where unknown; `None` where all are of one.
    """

    titles: Sequence[str]
    excerpts: Sequence[str]
    texts: Sequence[str] | None = None
    topics: Sequence[Sequence[str]] | None = None
    languages: Sequence[str] | None = None

    @classmethod
    def of(cls, articles: Iterable[Article]) -> Self:
        """The documents of articles."""
        articles = list(articles)
        return cls(
            [article.title for article in articles],
            [article.excerpt for article in articles],
            [article.text for article in articles],
            [article.topics for article in articles],
            [article.language or "" for article in articles],
        )
