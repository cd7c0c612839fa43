"""Live articles over a trained model: answers are those of an exact search over both, under the trained weights.

A live article's vector uses the trained vocabulary and IDF, and its hub weight is that of a trained article with the
same neighbours. A look-up merges the best of the model's articles, from a precomputed list or by searching, with the
results of searching the live articles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, normalise_url, rank_key
from recommender.catalogue import HAS_PINS_OR_BANS, PART_OF_SERIES, Catalogue, LiveCatalogue
from recommender.journal import LiveChanges, PostedArticle
from recommender.live.base_model import BaseModel
from recommender.live.live_article import LiveArticle
from recommender.ranking import Candidates, Recommender
from recommender.search import Index, LiveIndex, TopLists, list_length, stack_vectors


class LiveOverlay:
    """A trained model, with the articles posted and withdrawn since.

    Attributes:
        recommender: answers look-ups; the trained one itself if there are no changes.
        changes: the posted and withdrawn articles.
        tag: a digest of the changes; equal if and only if the answers of the same model are.
    """

    def __init__(self, base: Recommender) -> None:
        self._apply(BaseModel(base), LiveChanges(), [])

    def _apply(self, base: BaseModel, changes: LiveChanges, live: list[LiveArticle]) -> None:
        self._base = base
        self.changes = changes
        self._live = sorted(live, key=lambda one: rank_key(one.article))
        self._masked: frozenset[int] = frozenset().union(
            *(one.replaced for one in live),
            *(base.rows_of(gone.names, gone.urls) for gone in changes.withdrawn.values()),
        )
        sort_keys = np.concatenate((np.arange(len(base.catalogue)), [one.sort_key for one in self._live]))
        self._catalogue: Catalogue | LiveCatalogue = base.catalogue
        if self._live or self._masked:
            self._catalogue = self._joined_catalogue(sort_keys)
        self._live_index = Index.build(
            stack_vectors([one.candidate for one in self._live], terms=base.index.terms),
            np.array([one.article.published_at for one in self._live], np.float64),
            np.array([one.weight for one in self._live], np.float64),
            providers=self._catalogue.providers[len(base.catalogue) :],
            query_data=stack_vectors([one.query for one in self._live], terms=base.index.terms).data,
        )
        self._index: Index | LiveIndex = base.index
        self.recommender = base.recommender
        self.tag = ""
        if self._live or self._masked:
            self._index = LiveIndex(base.index, self._live_index, sort_keys=sort_keys)
            self.recommender = Recommender.from_parts(
                self._catalogue, base.read_tfidf, self._index, settings=base.settings, top_lists=base.top_lists
            )
            over = sorted((one.article.id, one.posted.digest) for one in self._live)
            self.tag = hashlib.sha256(json.dumps([over, sorted(self._masked)]).encode()).hexdigest()[:16]

    def _joined_catalogue(self, sort_keys: NDArray[np.float64]) -> LiveCatalogue:
        def joined(articles: list[Article]) -> LiveCatalogue:
            live = Catalogue.from_articles([replace(one, names=names[one.id]) for one in articles])
            return LiveCatalogue(self._base.catalogue, live, masked=self._masked, sort_keys=sort_keys)

        names = _distinct_names(self._live)
        catalogue = joined([one.article for one in self._live])
        if any(one.posted.source.pinned or one.posted.source.banned for one in self._live):
            return joined([_with_pins_and_bans(one, catalogue) for one in self._live])
        return catalogue

    def __len__(self) -> int:
        """The number of live articles."""
        return len(self._live)

    def warm_up(self) -> Self:
        """Read, import and compile in advance what the first live article needs."""
        self._base.live_articles([PostedArticle.parse('{"title": "warm", "id": "warm"}', "json")])
        self._base.scoring.time_factor(np.zeros(1), np.zeros(1))  # compiles the time factors
        return self

    def with_changes(self, changes: LiveChanges) -> Self:
        """The same model under other changes; reuses what is computed for articles in both."""
        known = {one.posted.id: one for one in self._live if changes.posted.get(one.posted.id) == one.posted}
        more = (new for id, new in changes.posted.items() if id not in known and self._base.is_behind(new, changes))
        overlay = copy(self)
        overlay._apply(self._base, changes, [*known.values(), *self._base.live_articles(more)])
        return overlay

    def live_ids(self) -> list[str]:
        """The IDs of the live articles, in rank order."""
        return [one.article.id for one in self._live]

    def mark_superseded(self, new: PostedArticle) -> PostedArticle:
        """A posted article that records which articles of this model it replaces."""
        return replace(new, supersedes=new.supersedes | self._base.states(new))

    def listed_by(self, id: str) -> list[str]:
        """The IDs of the articles whose lists contain this article, the nearest first.

        Raises:
            UnknownArticleError: no article answers to this ID.
        """
        article = self.recommender.article(id)
        row = self._catalogue.names.row(article.id)
        ids = [] if article.hidden or row is None else [self._catalogue.id(other) for other in self._may_list(row)]
        lists = zip(ids, self.recommender.related_many(ids), strict=True)
        found = [(-one.score, owner) for owner, related in lists for one in related if one.article.id == article.id]
        return [owner for _, owner in sorted(found)]

    def _may_list(self, own: int) -> list[int]:
        """The rows of the articles whose lists may contain another article, without its own row.

        A list holds pinned articles and the first `limit` of all others that are not masked, hidden or banned. The
        model's precomputed candidates thus give each list's admission threshold.
        """
        base, names, count = self._base, self._catalogue.names, len(self._base.catalogue)
        limits, rows = np.full(len(self._catalogue), base.rules.limit), set[int]()
        for row in np.flatnonzero(self._catalogue.flags & HAS_PINS_OR_BANS).tolist():
            limits[row] += len(self._catalogue[row].banned)
            if own in map(names.row, self._catalogue[row].pinned):
                rows.add(row)
        originals = self._catalogue.copies.originals
        limits += np.bincount(originals, minlength=len(limits))[originals] > 1  # its own copy
        allowed = Candidates(self._catalogue.flags, self._index.days, originals).allowed(base.rules.of_candidates())
        allowed[self._catalogue.schedule.rows] = False  # scheduled articles may not be public now
        shape = len(self._live), list_length(base.rules.limit)
        live_lists = TopLists(
            np.array([one.nearest_rows for one in self._live], np.int32).reshape(shape),
            np.array([one.nearest_scores for one in self._live]).reshape(shape),
        )
        for index, lists, first in ((base.index, base.top_lists, 0), (self._live_index, live_lists, count)):
            of_part = limits[first : first + len(index)]
            found = index.queries_found_by(
                self._index.vectors_of([own]),
                day=float(self._index.days[own]),
                weight=float(self._index.weights[own]),
                provider=int(self._index.providers[own]),
                min_scores=np.zeros(len(index)) if lists is None else lists.admission_scores(of_part, allowed[:count]),
                scoring=base.scoring,
            )
            rows.update((first + found).tolist())
        if base.rules.series == "first" and self._catalogue.flags[own] & PART_OF_SERIES:
            rows.update(self._catalogue.other_parts(own))
        return sorted(rows - self._masked - {own})


def _distinct_names(live: Iterable[LiveArticle]) -> dict[str, tuple[str, ...]]:
    """The names of each live article, by ID: a shared name goes to the latest, except another article's ID."""
    owners: dict[str, str] = {}
    for one in sorted(live, key=lambda one: one.posted.number):
        owners |= dict.fromkeys(one.article.names, one.posted.id)
    owners |= {one.posted.id: one.posted.id for one in live}
    return {one.posted.id: tuple(name for name in one.article.names if owners[name] == one.posted.id) for one in live}


def _with_pins_and_bans(live: LiveArticle, catalogue: LiveCatalogue) -> Article:
    """A live article with its pins and bans resolved to IDs."""

    def ids(names: Iterable[str]) -> tuple[str, ...]:
        rows = []
        for name in names:
            row = catalogue.names.row(name)
            rows.append(catalogue.urls.row(normalise_url(name)) if row is None else row)
        return tuple(dict.fromkeys(catalogue.id(row) for row in rows if row is not None))

    source = live.posted.source
    return replace(live.article, pinned=ids(source.pinned), banned=ids(source.banned))
