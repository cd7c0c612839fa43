"""Where learning tries things out: a corpus under one analysis of its texts, and the pool of its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from recommender.articles import Article, days_of
from recommender.search import Decay, Index, hub_weights
from recommender.settings import Settings
from recommender.text import TfidfModel, Vocabulary
from recommender.training.candidates import Pool
from recommender.training.split import Lists


class Workbench:
    """A corpus under one analysis of its texts, with the pool of its lists.

    Attributes:
        settings: those of the analysis; what else they say is for the caller to vary.
        vocabularies: what each field has learnt.
        title, excerpt: each field's vectors, float32 (articles, terms), of unit length.
        pool: the lists and their candidates.
    """

    def __init__(self, articles: Sequence[Article], lists: Lists, settings: Settings) -> None:
        self._articles = articles
        self.settings = settings
        self.vocabularies, self.title, self.excerpt = _vectors(articles, settings)
        self.pool = Pool.of(articles, self.title, self.excerpt, lists)
        self._popularity: dict[tuple[float, float | None], NDArray[np.float64]] = {}

    def with_analysis(self, change: Mapping[str, Any]) -> Workbench:
        """The same lists and candidates under another analysis."""
        other = copy(self)
        other.settings = replace(self.settings, **change)
        other._popularity = {}
        if all(name.startswith("title_") for name in change):
            alone = [replace(article, entry={"title": article.title}) for article in self._articles]
            found, other.title, _ = _vectors(alone, replace(other.settings, excerpt_holds_title=False))
            other.vocabularies = {**self.vocabularies, "title": found["title"]}
            other.pool = self.pool.under(title=other.title)
        else:
            other.vocabularies, other.title, other.excerpt = _vectors(self._articles, other.settings)
            other.pool = self.pool.under(title=other.title, excerpt=other.excerpt)
        return other

    def popularity(self, settings: Settings) -> NDArray[np.float64]:
        """`hub_weights` of all articles for an exponent of 1; its powers are those for other exponents."""
        share, half_life = settings.title_weight, settings.half_life_days
        if (share, half_life) not in self._popularity:
            fields = (self.title * np.float32(share**0.5), self.excerpt * np.float32((1 - share) ** 0.5))
            self._popularity[share, half_life] = hub_weights(
                Index.of(csr_array(hstack(fields, format="csr")), days_of(self._articles)),
                decay=Decay(half_life),
                exponent=1.0,
            )
        return self._popularity[share, half_life]


def _vectors(articles: Sequence[Article], settings: Settings) -> tuple[dict[str, Vocabulary], csr_array, csr_array]:
    model = TfidfModel(settings=replace(settings, title_weight=0.5))
    vectors = model.fit_transform([article.title for article in articles], [article.excerpt for article in articles])
    title, excerpt = (csr_array(vectors[:, columns] * np.float32(2**0.5)) for columns in model.columns().values())
    return model.vocabularies_, title, excerpt
