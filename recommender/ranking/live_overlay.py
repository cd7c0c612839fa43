"""Live articles over a trained model: answers are those of an exact search over both, under what was trained.

A live article has the vector that the trained terms and IDF give it, and as a candidate the weight that a trained
article with its neighbours would have. The precomputed lists that it enters are found once, when it is posted, so a
look-up costs about the same however many articles are live.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, in_rank_order, normalise_url
from recommender.catalogue import HAS_PINS_OR_BANS, Catalogue
from recommender.corpus import LiveChanges, PostedArticle, state_digest
from recommender.ranking.live_catalogue import LiveCatalogue, LiveIndex, LiveTopLists
from recommender.ranking.recommender import Recommender
from recommender.ranking.rules import Candidates, Rules
from recommender.search import Decay, Index, hub_weights_of_vectors, recover_hubness_threshold, stack_vectors

_BATCH = 64  # posted articles that are looked at at a time
_NONE: frozenset[int] = frozenset()  # most articles are new, and each would have an empty set of its own


@dataclass(frozen=True, slots=True)
class _Live:
    """What is known of a live article for as long as its model stays.

    Attributes:
        replaced: the model's rows that it stands for.
        sort_position: among the model's articles; see `live_catalogue.py`.
        owners, scores: the model's articles whose lists it enters, and its score for each.
        floor, floor_rows: what its own list, were it of the model's articles alone, asks of another; and these.
    """

    posted: PostedArticle
    article: Article
    replaced: frozenset[int]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    weight: float
    sort_position: int
    owners: NDArray[np.int32]
    scores: NDArray[np.float64]
    floor: float
    floor_rows: NDArray[np.int32]


class _Base:
    """A trained model, and what is asked of it again and again."""

    def __init__(self, recommender: Recommender) -> None:
        model = recommender.to_model()
        self.recommender = recommender
        self.articles = model.catalogue
        self.index = model.index
        self.top_lists = model.top_lists
        self.read_tfidf = model.read_tfidf
        self.decay = Decay.from_settings(recommender.settings)

    @cached_property
    def least(self) -> NDArray[np.float64]:
        """The score that each article's precomputed list asks of what is to enter it, float64 (articles,)."""
        if self.top_lists is None:
            return np.full(len(self.articles), np.inf)
        return np.where(self.top_lists.rows[:, -1] >= 0, self.top_lists.scores[:, -1], 0.0)

    @cached_property
    def hubness_threshold(self) -> float | None:
        """The hubness up to which articles weigh 1."""
        settings = self.recommender.settings
        decay = Decay(settings.half_life_days)
        return recover_hubness_threshold(self.index, decay=decay, exponent=settings.hub_exponent)

    def rows_of(self, names: Iterable[str], urls: Iterable[str]) -> frozenset[int]:
        """The articles of some names or addresses."""
        rows = [*map(self.articles.names.row, names), *map(self.articles.urls.row, urls)]
        return frozenset(row for row in rows if row is not None) or _NONE

    def digest(self, row: int) -> str:
        """Of the state in which the model has an article."""
        article = self.articles[row]
        return state_digest(article.entry, hidden=article.hidden, published=article.published)

    def before(self, article: Article) -> int:
        """How many articles stand before this one in rank order."""
        days, dated = self.index.days, self.index.arrays.dated_count
        first, last = dated, len(days)
        if article.published_at is not None:
            descending = -days[:dated]
            first, last = (int(np.searchsorted(descending, -article.published_at, side)) for side in ("left", "right"))
        while first < last:
            middle = (first + last) // 2
            if self.articles[middle].id < article.id:
                first = middle + 1
            else:
                last = middle
        return first

    def live(self, new: Iterable[PostedArticle]) -> list[_Live]:
        """Posted articles as this model sees them; a few at a time, so that what it takes does not grow with them."""
        posted = iter(new)
        found: list[_Live] = []
        while some := list(islice(posted, _BATCH)):
            found += self._live(some)
        return found

    def _live(self, posted: list[PostedArticle]) -> list[_Live]:
        settings = self.recommender.settings
        replaced = [self.rows_of((one.id,), one.source.urls) for one in posted]
        articles = [
            replace(one.article, names=tuple(dict.fromkeys((one.id, *self._names(rows)))))
            for one, rows in zip(posted, replaced, strict=True)
        ]
        vectors = self.read_tfidf().transform(
            [article.title for article in articles], [article.excerpt for article in articles]
        )
        days = np.array([article.published_at for article in articles], np.float64)
        width = max(map(len, replaced))
        excluded = np.array([[*rows, *[-1] * (width - len(rows))] for rows in replaced], np.int32)
        weights = hub_weights_of_vectors(
            self.index,
            vectors,
            days=days,
            excluded=excluded,
            decay=Decay(settings.half_life_days),
            exponent=settings.hub_exponent,
            threshold=self.hubness_threshold,
        )
        asked = Rules.from_settings(settings).of_candidates()
        nearest = self.index.nearest(
            vectors,
            query_days=days,
            excluded=excluded,
            allowed=Candidates(self.articles.flags, self.index.days).allowed(asked),
            decay=self.decay,
            limit=settings.limit,
        )
        found = []
        indices = np.asarray(vectors.indices, np.int32)
        for number, article in enumerate(articles):
            span = slice(vectors.indptr[number], vectors.indptr[number + 1])
            columns, values = indices[span], vectors.data[span]
            owners, scores = np.empty(0, np.int32), np.empty(0)
            if not article.hidden and self.top_lists is not None:
                rows, scores = self.index.queries_found_by(
                    columns,
                    values,
                    day=days[number],
                    weight=weights[number],
                    min_scores=self.least,
                    decay=self.decay,
                )
                owners = rows.astype(np.int32)
            found.append(
                _Live(
                    posted[number],
                    article,
                    replaced[number],
                    columns,
                    values,
                    float(weights[number]),
                    2 * self.before(article),
                    owners,
                    scores,
                    float(nearest.scores[number, -1]),
                    nearest.rows[number],
                )
            )
        return found

    def _names(self, rows: Iterable[int]) -> list[str]:
        return [name for row in sorted(rows) for name in self.articles[row].names]

    def wants(self, new: PostedArticle) -> bool:
        """Whether the model is behind a posted article: else it has taken it in, or gone on from it."""
        states = {self.digest(row) for row in self.rows_of((new.id,), new.source.urls)}
        return states <= new.supersedes - {new.digest}


class LiveOverlay:
    """A trained model, and what was posted and withdrawn since.

    Attributes:
        recommender: what answers; the trained one itself where nothing lies over it.
        changes: what was posted and withdrawn.
        tag: a digest of what lies over the model: equal wherever the answers are.
    """

    def __init__(self, base: Recommender) -> None:
        self._base = _Base(base)
        self._live: dict[str, _Live] = {}
        self._rows: list[_Live] = []
        self._index = _index_of([], terms=self._base.index.terms)
        self._masked: frozenset[int] = frozenset()
        self.changes = LiveChanges()
        self.recommender = base
        self.tag = ""

    def __len__(self) -> int:
        """How many articles are live."""
        return len(self._live)

    def warm_up(self) -> Self:
        """Read, import and compile now what the first live article needs."""
        self._base.live([PostedArticle.parse('{"title": "warm", "id": "warm"}', "json")])
        return self

    def with_changes(self, changes: LiveChanges) -> Self:
        """The same model under other changes; what is known of those that stay is kept."""
        overlay = type(self).__new__(type(self))
        overlay._base = self._base
        overlay.changes = changes
        known = {
            id: old
            for id, old in self._live.items()
            if id in changes.posted and changes.posted[id].text == old.posted.text
        }
        wanted = {id: new for id, new in changes.posted.items() if id in known or self._base.wants(new)}
        more = self._base.live(new for id, new in wanted.items() if id not in known)
        overlay._live = {**known, **{live.posted.id: live for live in more}}
        masked = frozenset().union(
            *(live.replaced for live in overlay._live.values()),
            *(self._base.rows_of(gone.names, gone.urls) for gone in changes.withdrawn.values()),
        )
        overlay._masked = masked
        order = {one.id: number for number, one in enumerate(in_rank_order(x.article for x in overlay._live.values()))}
        overlay._rows = sorted(overlay._live.values(), key=lambda one: order[one.article.id])
        overlay._index = _index_of(overlay._rows, terms=self._base.index.terms)
        overlay.recommender = _joined(self._base, overlay._rows, overlay._index, masked)
        over = sorted((live.article.id, live.posted.digest) for live in overlay._live.values())
        tag = hashlib.sha256(json.dumps([over, sorted(masked)]).encode()).hexdigest()[:16]
        overlay.tag = tag if over or masked else ""
        return overlay

    def live_ids(self) -> list[str]:
        """The IDs of the live articles, in rank order."""
        return [one.article.id for one in self._rows]

    def mark_superseded(self, new: PostedArticle) -> PostedArticle:
        """A posted article that knows what it takes the place of in this model."""
        rows = self._base.rows_of((new.id,), new.source.urls)
        return replace(new, supersedes=new.supersedes | {self._base.digest(row) for row in rows})

    def listed_by(self, id: str) -> list[str]:
        """The articles in whose lists, as look-ups give them, an article is: the IDs, the nearest to it first.

        Raises:
            UnknownArticleError: no article answers to this ID.
        """
        article = self.recommender.article(id)
        ids = self._owners_of_live(self._live[id]) if id in self._live else self._owners_of_known(article)
        lists = zip(ids, self.recommender.related_many(ids), strict=True)
        found = [(-one.score, owner) for owner, related in lists for one in related if one.article.id == article.id]
        return [owner for _, owner in sorted(found)]

    def _owners_of_known(self, article: Article) -> list[str]:
        """All in whose lists one of the model's articles may be."""
        base = self._base
        rows = self._short.copy()
        if base.top_lists is not None:
            rows |= (base.top_lists.rows == base.articles.names.row(article.id)).any(axis=1)
        ids = [base.articles[row].id for row in np.flatnonzero(rows).tolist() if row not in self._masked]
        return [id for id in (*ids, *self.live_ids()) if id != article.id]

    def _owners_of_live(self, live: _Live) -> list[str]:
        """All in whose lists a live article may be."""
        if live.article.hidden:
            return []
        day = np.nan if live.article.published_at is None else live.article.published_at
        candidate, decay = (live.indices, live.data), self._base.decay
        owners = set(live.owners.tolist())
        if self._short.any():
            least = np.where(self._short, 0.0, np.inf)
            more, _ = self._base.index.queries_found_by(
                *candidate, day=day, weight=live.weight, min_scores=least, decay=decay
            )
            owners.update(more.tolist())
        least = np.array([self._least(one) for one in self._rows])
        among, _ = self._index.queries_found_by(*candidate, day=day, weight=live.weight, min_scores=least, decay=decay)
        others = [self._rows[row].article.id for row in among.tolist() if self._rows[row] is not live]
        return [*(self._base.articles[row].id for row in sorted(owners - self._masked)), *others]

    @cached_property
    def _short(self) -> NDArray[np.bool_]:
        """The articles of the model whose precomputed lists may be too short: any other article may be in theirs."""
        base, limit = self._base, self.recommender.settings.limit
        if base.top_lists is None:
            return np.ones(len(base.articles), np.bool_)
        gone = np.zeros(len(base.articles) + 1, np.bool_)  # the last is for a row of -1
        gone[list(self._masked)] = True
        asked = Rules.from_settings(self.recommender.settings).of_candidates()
        gone[:-1] |= ~Candidates(base.articles.flags, base.index.days).allowed(asked)
        room = base.top_lists.rows.shape[1] - limit - gone[base.top_lists.rows].sum(axis=1)
        for row in np.flatnonzero(base.articles.flags & HAS_PINS_OR_BANS).tolist():
            room[row] -= len(base.articles[row].pinned) + len(base.articles[row].banned)
        return np.asarray(room < 0)

    def _least(self, live: _Live) -> float:
        """What the list of a live article asks of another at least, going by what it holds of the model's."""
        if self._masked.isdisjoint(live.floor_rows.tolist()) and not (
            live.posted.source.banned or live.posted.source.pinned
        ):
            return live.floor
        return 0.0


def _index_of(rows: Sequence[_Live], *, terms: int) -> Index:
    """Live articles, in rank order, as candidates."""
    return Index.build(
        stack_vectors([one.indices for one in rows], [one.data for one in rows], terms=terms),
        np.array([one.article.published_at for one in rows], np.float64),
        np.array([one.weight for one in rows], np.float64),
    )


def _joined(base: _Base, rows: Sequence[_Live], index: Index, masked: frozenset[int]) -> Recommender:
    """The model with live articles, in rank order, and without some of its own."""
    if not rows and not masked:
        return base.recommender
    articles = [one.article for one in rows]
    sort_positions = [one.sort_position for one in rows]
    draft = LiveCatalogue(
        base.articles, Catalogue.from_articles(articles), masked=masked, sort_positions=sort_positions
    )
    has_pins_or_bans = any(one.posted.source.pinned or one.posted.source.banned for one in rows)
    catalogue = (
        LiveCatalogue(
            base.articles,
            Catalogue.from_articles([_with_pins_and_bans(one, draft) for one in rows]),
            masked=masked,
            sort_positions=sort_positions,
        )
        if has_pins_or_bans
        else draft
    )
    lists = None
    if base.top_lists is not None:
        owners = np.concatenate([one.owners for one in rows] or [np.empty(0, np.int32)])
        by_owner = np.argsort(owners, kind="stable")
        numbers = np.repeat(np.arange(len(rows)), [len(one.owners) for one in rows])
        lists = LiveTopLists(
            base.top_lists,
            masked=masked,
            owners=owners[by_owner],
            scores=np.concatenate([one.scores for one in rows] or [np.empty(0)])[by_owner],
            candidates=numbers[by_owner],
            sort_positions=sort_positions,
        )
    return Recommender.from_parts(
        catalogue,
        base.read_tfidf,
        LiveIndex(base.index, index, sort_positions=sort_positions),
        settings=base.recommender.settings,
        top_lists=lists,
    )


def _with_pins_and_bans(live: _Live, catalogue: LiveCatalogue) -> Article:
    """A live article with the IDs of what its editors pinned and banned."""

    def ids(names: Iterable[str]) -> tuple[str, ...]:
        rows = []
        for name in names:
            row = catalogue.names.row(name)
            rows.append(catalogue.urls.row(normalise_url(name)) if row is None else row)
        return tuple(dict.fromkeys(catalogue[row].id for row in rows if row is not None))

    source = live.posted.source
    return replace(live.article, pinned=ids(source.pinned), banned=ids(source.banned))
