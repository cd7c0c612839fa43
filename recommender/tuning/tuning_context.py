"""The data that tuning evaluates settings on: a corpus under one text analysis, and the candidates of its lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from recommender.articles import Article, published_days
from recommender.search import Index, Scoring, hub_weights
from recommender.settings import Settings
from recommender.text import FIELDS, Documents, TermCounts, TfidfModel, Vocabulary
from recommender.tuning.candidate_lists import CandidateLists
from recommender.tuning.split import CuratedLists

_COUNTED_ANEW: Mapping[str, tuple[str, ...]] = {
    "idf_power": (),
    "title_terms": ("title",),
    "title_ngrams": ("title",),
    "title_across_words": ("title",),
}
"""The fields whose terms must be recounted if a setting changes; all fields for settings not named here."""


class TuningContext:
    """A corpus under one text analysis, with the candidates of its lists.

    Attributes:
        settings: the settings of the text analysis; callers vary the others.
        vocabularies: by field.
        title: float32 (articles, terms) the articles' title vectors, of unit length unless there are texts.
        excerpt: likewise, for excerpts and texts, weighted by their shares in the settings.
        candidates: the candidates of every list.
    """

    def __init__(
        self, articles: Sequence[Article], lists: CuratedLists, settings: Settings, *, older_only: bool = False
    ) -> None:
        """Analyse the texts and collect the candidates; `older_only` as in `CandidateLists.of`."""
        self._articles = articles
        self._counts: dict[str, TermCounts] = {}
        self._frequencies: dict[str, tuple[Sequence[str], NDArray[np.int64]]] = {}
        self.vocabularies: dict[str, Vocabulary] = {}
        self._analyse(settings, FIELDS, FIELDS)
        self.candidates = CandidateLists.of(articles, self.title, self.excerpt, lists, older_only=older_only)

    @property
    def titles(self) -> list[str]:
        """The articles' titles."""
        return [article.title for article in self._articles]

    def with_analysis(self, change: Mapping[str, Any]) -> TuningContext:
        """The same lists and candidates, with texts analysed under changed settings."""
        other = copy(self)
        counted = {field for name in change for field in _COUNTED_ANEW.get(name, FIELDS)}
        weighed = set(FIELDS) if "idf_power" in change else counted
        other._counts, other._frequencies = dict(self._counts), dict(self._frequencies)
        other._analyse(replace(self.settings, **change), counted, weighed)
        other.candidates = self.candidates.with_vectors(
            title=other.title if "title" in weighed else None,
            excerpt=other.excerpt if weighed - {"title"} else None,
        )
        return other

    def _analyse(self, settings: Settings, counted: Collection[str], weighed: Collection[str]) -> None:
        """Count the terms of some fields anew, and weigh those of some."""
        self.settings = settings
        self._popularity: dict[tuple[float, float | None], NDArray[np.float64]] = {}
        model = TfidfModel(settings=replace(settings, title_weight=0.5))
        if counted:
            counts = model.count(Documents.of(self._articles), fields=counted)
            self._counts |= counts
            self._frequencies |= {
                field: (of_field.terms, of_field.document_frequencies()) for field, of_field in counts.items()
            }
        articles = model.count_articles([article.language or "" for article in self._articles])
        if "title" in weighed:
            self.title = self._weigh(model, ["title"], articles)
        if set(weighed) - {"title"}:
            self.excerpt = self._weigh(model, [field for field in self._counts if field != "title"], articles)

    def _weigh(self, model: TfidfModel, fields: Sequence[str], articles: Mapping[str, int]) -> csr_array:
        """The vectors of some fields, of unit length unless there are texts (see `TfidfModel`)."""
        model.learn({field: self._frequencies[field] for field in fields}, articles=articles)
        self.vocabularies = self.vocabularies | model.vocabularies_
        return model.weigh(self._counts) * np.float32(2**0.5)

    def popularity(self, settings: Settings) -> NDArray[np.float64]:
        """The articles' `hub_weights` for an exponent of 1, float64 (articles,); other exponents take their powers."""
        share, half_life = settings.title_weight, settings.half_life_days
        if (share, half_life) not in self._popularity:
            fields = (self.title * np.float32(share**0.5), self.excerpt * np.float32((1 - share) ** 0.5))
            self._popularity[share, half_life] = hub_weights(
                Index.build(csr_array(hstack(fields, format="csr")), published_days(self._articles)),
                scoring=Scoring(half_life),
                exponent=1.0,
            )
        return self._popularity[share, half_life]
