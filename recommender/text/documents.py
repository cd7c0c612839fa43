"""Documents: the parts of articles that the model reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article


@dataclass(frozen=True, slots=True)
class Documents:
    """The parts of some articles that the model reads, in the articles' order.

    Attributes:
        texts: the bodies; `None` if there are none.
        topics: those that each article names; `None` if topics don't count.
        languages: "" for unknown; `None` if all articles are in one language.
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
