"""The corpus under one text analysis, with the candidates of its curated lists: what tuning tries settings on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from recommender.articles import Article, published_days
from recommender.search import Decay, Index, hub_weights
from recommender.settings import Settings
from recommender.text import TfidfModel, Vocabulary
from recommender.tuning.candidates import Candidates
from recommender.tuning.split import CuratedLists


class TuningContext:
    """A corpus under one text analysis, with the candidates of its lists.

    Attributes:
        settings: those that the texts were analysed with; the caller varies the others.
        vocabularies: by field.
        title: float32 (articles, terms) the articles' vectors of titles, of unit length.
        excerpt: likewise, of excerpts and texts in the shares that the settings give them.
        candidates: those of every list.
    """

    def __init__(
        self, articles: Sequence[Article], lists: CuratedLists, settings: Settings, *, older_only: bool = False
    ) -> None:
        """Analyse the texts and collect the candidates; `older_only` as in `Candidates.of`."""
        self._articles = articles
        self.settings = settings
        self.vocabularies, self.title, self.excerpt = _vectorize(articles, settings)
        self.candidates = Candidates.of(articles, self.title, self.excerpt, lists, older_only=older_only)
        self._popularity: dict[tuple[float, float | None], NDArray[np.float64]] = {}

    def with_analysis(self, change: Mapping[str, Any]) -> TuningContext:
        """The same lists and candidates with texts analysed by changed settings."""
        other = copy(self)
        other.settings = replace(self.settings, **change)
        other._popularity = {}
        if all(name.startswith("title_") for name in change):
            titles_only = [replace(article, entry={"title": article.title}) for article in self._articles]
            found, other.title, _ = _vectorize(titles_only, replace(other.settings, excerpt_holds_title=False))
            other.vocabularies = {**self.vocabularies, "title": found["title"]}
            other.candidates = self.candidates.with_vectors(title=other.title)
        else:
            other.vocabularies, other.title, other.excerpt = _vectorize(self._articles, other.settings)
            other.candidates = self.candidates.with_vectors(title=other.title, excerpt=other.excerpt)
        return other

    def popularity(self, settings: Settings) -> NDArray[np.float64]:
        """The articles' `hub_weights` for an exponent of 1, float64 (articles,); powers of it serve other exponents."""
        share, half_life = settings.title_weight, settings.half_life_days
        if (share, half_life) not in self._popularity:
            fields = (self.title * np.float32(share**0.5), self.excerpt * np.float32((1 - share) ** 0.5))
            self._popularity[share, half_life] = hub_weights(
                Index.build(csr_array(hstack(fields, format="csr")), published_days(self._articles)),
                decay=Decay(half_life),
                exponent=1.0,
            )
        return self._popularity[share, half_life]


def _vectorize(articles: Sequence[Article], settings: Settings) -> tuple[dict[str, Vocabulary], csr_array, csr_array]:
    model = TfidfModel(settings=replace(settings, title_weight=0.5))
    vectors = model.fit_transform(
        [article.title for article in articles],
        [article.excerpt for article in articles],
        [article.text for article in articles],
        languages=[article.language or "" for article in articles],
    )
    vectors *= np.float32(2**0.5)
    terms = model.columns()["title"].stop
    return model.vocabularies_, csr_array(vectors[:, :terms]), csr_array(vectors[:, terms:])
