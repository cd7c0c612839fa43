"""`Linkable`: the articles that a list could hold: all, or those that an author could link to in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, published_days
from recommender.tuning import Evidence


class Linkable:
    """The candidates of each article, the same for every system.

    They are all other articles that are not hidden. For links in texts, they are only those that existed when the
    article was published (for an undated one, the undated ones) and, if articles declare several languages, are in its
    own language.

    Attributes:
        articles: in rank order.
    """

    def __init__(self, articles: Sequence[Article], evidence: Evidence = "curated") -> None:
        self.articles = articles
        self.is_restricted = evidence == "in-text"
        self._row_of = {article.id: row for row, article in enumerate(articles)}
        self._visible = np.array([not article.hidden for article in articles], np.bool_)
        self._days = published_days(articles)
        languages = [article.language for article in articles]
        numbers = {language: number for number, language in enumerate(dict.fromkeys(languages))}
        is_multilingual = len(numbers.keys() - {None}) > 1
        self._languages = np.array([numbers[language] if is_multilingual else 0 for language in languages], np.int64)

    @property
    def visible_count(self) -> int:
        """The number of articles that are not hidden."""
        return int(self._visible.sum())

    def row(self, id: str) -> int:
        """The row of an article in rank order."""
        return self._row_of[id]

    def mask(self, row: int) -> NDArray[np.bool_]:
        """Which articles the one in a row could link to, bool (articles,)."""
        allowed = self._visible.copy()
        if self.is_restricted:
            day = self._days[row]
            allowed &= np.isnan(self._days) if np.isnan(day) else self._days <= day
            allowed &= self._languages == self._languages[row]
        allowed[row] = False
        return allowed

    def mean_count(self, ids: Iterable[str]) -> int:
        """The mean number of articles that each of some could link to, rounded."""
        return round(float(np.mean([self.mask(self._row_of[id]).sum() for id in ids])))

    def filter(self, id: str, others: Iterable[str]) -> list[str]:
        """The IDs among `others` that an article could link to."""
        allowed = self.mask(self._row_of[id])
        return [other for other in others if (row := self._row_of.get(other)) is not None and allowed[row]]
