"""The trained model under live articles, which vectorises and weights them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from more_itertools import chunked
from msgspec import structs
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.catalogue import number_provider
from recommender.journal import LiveChanges, PostedArticle
from recommender.live.live_article import LiveArticle
from recommender.ranking import Candidates, Recommender, Rules
from recommender.search import Scoring, hub_weights_of_vectors, list_length, recover_hubness_threshold
from recommender.text import Documents

_BATCH = 64  # posted articles vectorised at a time
_NONE: frozenset[int] = frozenset()  # shared, since most articles are new and replace none


class BaseModel:
    """A trained model under live articles."""

    def __init__(self, recommender: Recommender) -> None:
        model = recommender.to_model()
        self.recommender = recommender
        self.settings = model.settings
        self.catalogue = model.catalogue
        self.index = model.index
        self.top_lists = model.top_lists
        self.read_tfidf = model.read_tfidf
        self.origin = model.origin
        self.rules = Rules.from_settings(model.settings)
        self.scoring = Scoring.from_settings(model.settings, model.index.days)

    def rows_of(self, names: Iterable[str], urls: Iterable[str]) -> frozenset[int]:
        """The rows of the articles with some names or addresses."""
        rows = {row for name in names if (row := self.catalogue.names.row(name)) is not None}
        for url in urls:
            row = self.catalogue.urls.row(url)
            if row is not None and self.catalogue[row].canonical_url != url:  # otherwise that row is a copy of it
                rows.add(row)
        return frozenset(rows) or _NONE

    def rows_of_posted(self, posted: PostedArticle) -> frozenset[int]:
        """The rows of the articles that a posted one replaces."""
        rows = self.rows_of(posted.all_names, posted.all_urls)
        return frozenset(row for row in rows if posted.may_be(self.catalogue.language(row))) or _NONE

    def states(self, posted: PostedArticle) -> frozenset[str]:
        """The digests of a posted article's states in the model."""
        return frozenset(state for row in self.rows_of_posted(posted) for state in self.catalogue[row].states)

    def is_behind(self, posted: PostedArticle, changes: LiveChanges) -> bool:
        """Whether the model contains neither a posted article's state nor a later one."""
        read = changes.read_by(self.origin.version, self.origin.position)
        if read is not None:
            return posted.number > read
        return not posted.settled and posted.is_ahead_of(self.states(posted))

    def live_articles(self, posted: Iterable[PostedArticle]) -> list[LiveArticle]:
        """Posted articles as seen by this model, computed in batches to bound memory."""
        return [live for batch in chunked(posted, _BATCH) for live in self._live_articles(batch)]

    def _live_articles(self, posted: list[PostedArticle]) -> list[LiveArticle]:
        replaced = [self.rows_of_posted(one) for one in posted]
        articles = [
            replace(one.article, names=tuple(dict.fromkeys((*one.all_names, *self._names(rows)))))
            for one, rows in zip(posted, replaced, strict=True)
        ]
        model = self.read_tfidf()
        if (languages := model.languages_of(Documents.of(articles))) is not None:
            articles = [replace(one, language=its or None) for one, its in zip(articles, languages, strict=True)]
        counts = model.count_known(Documents.of(articles))
        queries = model.weigh(counts)
        candidates = queries.copy()
        model.emphasise_titles(candidates, counts)
        days = np.array([article.published_at for article in articles], np.float64)
        width = max(map(len, replaced))
        excluded = np.array([[*rows, *[-1] * (width - len(rows))] for rows in replaced], np.int32)
        weights = hub_weights_of_vectors(
            self.index,
            queries,
            days=days,
            excluded=excluded,
            scoring=Scoring(self.settings.half_life_days),
            exponent=self.settings.hub_exponent,
            threshold=self._hubness_threshold,
        )
        nearest = self.index.nearest(
            queries,
            query_days=days,
            query_providers=self._providers_of(articles),
            excluded=excluded,
            allowed=self._allowed,
            scoring=self.scoring,
            limit=list_length(self.rules.limit),
        )
        parts = [slice(*ends) for ends in pairwise(queries.indptr.tolist())]
        return [
            LiveArticle(
                posted=posted[i],
                article=article,
                replaced=replaced[i],
                query=(queries.indices[parts[i]], queries.data[parts[i]]),
                candidate=(queries.indices[parts[i]], candidates.data[parts[i]]),
                weight=float(weights[i]),
                sort_key=self._sort_key(article),
                nearest_rows=nearest.rows[i],
                nearest_scores=nearest.scores[i],
            )
            for i, article in enumerate(articles)
        ]

    def _providers_of(self, articles: Sequence[Article]) -> NDArray[np.int32]:
        """The number of each article's provider, int32 (articles,); -1 for none."""
        numbers = dict(self.catalogue.provider_numbers)
        return np.array([number_provider(article, numbers) for article in articles], np.int32)

    @cached_property
    def _allowed(self) -> NDArray[np.bool_]:
        """The articles that precomputed lists may hold, bool (articles,)."""
        candidates = Candidates(self.catalogue.flags, self.index.days, self.catalogue.copies.originals)
        return candidates.allowed(structs.replace(self.rules.of_candidates(), copies="any"))

    @cached_property
    def _hubness_threshold(self) -> float | None:
        """The hubness up to which articles weigh 1."""
        scoring = Scoring(self.settings.half_life_days)
        return recover_hubness_threshold(self.index, scoring=scoring, exponent=self.settings.hub_exponent)

    def _names(self, rows: Iterable[int]) -> list[str]:
        return [name for row in sorted(rows) for name in self.catalogue[row].names]

    def _sort_key(self, article: Article) -> float:
        """The row of the first article behind this one in rank order, minus one half."""
        dated = self.index.days[: self.index.arrays.dated_count]
        first, last = len(dated), len(self.index)
        if article.published_at is not None:
            oldest_first = dated[::-1]
            first = len(dated) - int(np.searchsorted(oldest_first, article.published_at, "right"))
            last = len(dated) - int(np.searchsorted(oldest_first, article.published_at, "left"))
        return bisect_left(range(len(self.index)), article.id, first, last, key=self.catalogue.id) - 0.5
