"""`Overview`: all articles of a model in columns, with figures of the lists that look-ups give."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.catalogue import HAS_WRITTEN_LIST, Catalogue, LiveCatalogue
from recommender.overview.labels import Labels
from recommender.overview.states import LEFT_OUT, LeftOut, StateName
from recommender.ranking import Ranking, Recommender, Rules

_BATCH = 1024  # articles whose lists are made at a time
_HUB = 5  # a hub is in this many times the length of a list (Schnitzer, Flexer et al., JMLR 2012); an orphan in none
_SECONDS_A_DAY = 86_400
_RULES: dict[str, LeftOut] = {"hidden": "draft", "unpublished": "unpublished", "unlisted": "unlisted"}


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Articles by their position in rank order; every array has one value per article.

    An article is public if no rule hides it. Lists of non-public articles are ignored: such an article is neither
    "good", "weak" nor "none", and the entries of its list do not count as suggested.

    Attributes:
        rows: int64, in the catalogue.
        days: float64, days since 1970-01-01 UTC; NaN where unknown.
        left_out: int8, an index into `LEFT_OUT`; -1 for articles that may be suggested.
        entries: int32, the length of its list; `best_scores`, float64, the highest score in it, 0 if it is empty.
        suggested: int64, the number of public articles' lists that contain it.
        links: int32, the number of its curated links; `written`, bool, whether this program wrote the list in its file.
        limit: maximum length of a list.
        usual_score: the median of the best scores of public articles' lists.
    """

    catalogue: Catalogue | LiveCatalogue
    rows: NDArray[np.int64]
    days: NDArray[np.float64]
    left_out: NDArray[np.int8]
    entries: NDArray[np.int32]
    best_scores: NDArray[np.float64]
    suggested: NDArray[np.int64]
    links: NDArray[np.int32]
    written: NDArray[np.bool_]
    languages: Labels
    providers: Labels
    topics: Labels
    limit: int
    usual_score: float

    @classmethod
    def of(cls, recommender: Recommender) -> Self:
        """Compute the columns of all articles that can be looked up; takes a second for 100,000."""
        catalogue, ranking = recommender.catalogue, recommender.ranking
        rules = Rules.from_settings(recommender.settings)
        rows = np.asarray(catalogue.rows, np.int64)
        left_out = _left_out(catalogue, ranking, rules)[rows]
        public = _is_public(left_out)
        entries, best_scores = np.zeros(len(rows), np.int32), np.zeros(len(rows))
        suggested = np.zeros(len(catalogue), np.int64)
        for start in range(0, len(rows), _BATCH):
            span = slice(start, start + _BATCH)
            lists = ranking.lists(rows[span].tolist(), rules)
            entries[span] = [len(ranked) for ranked in lists]
            best_scores[span] = [max((score for _, score in ranked), default=0.0) for ranked in lists]
            seen = chain.from_iterable(
                ranked for ranked, is_public in zip(lists, public[span], strict=True) if is_public
            )
            suggested += np.bincount([row for row, _ in seen], minlength=len(suggested))
        facets = [catalogue.facets(row) for row in rows.tolist()]
        found = best_scores[public & (entries > 0)]
        return cls(
            catalogue=catalogue,
            rows=rows,
            days=recommender.published_days,
            left_out=left_out,
            entries=entries,
            best_scores=best_scores,
            suggested=suggested[rows],
            links=np.array([len(one.curated) for one in facets], np.int32),
            written=(catalogue.flags[rows] & HAS_WRITTEN_LIST).astype(np.bool_),
            languages=Labels.of([one.language] if one.language else () for one in facets),
            providers=Labels.of(_providers(catalogue, rows)),
            topics=Labels.of(one.topics for one in facets),
            limit=rules.limit,
            usual_score=float(np.median(found)) if len(found) else 0.0,
        )

    def __len__(self) -> int:
        return len(self.rows)

    def article(self, position: int) -> Article:
        """The article at a position."""
        return self.catalogue[int(self.rows[position])]

    def positions_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """The position of each of some articles, int64; -1 for unknown ones."""
        position_of_row = np.full(len(self.catalogue), -1)
        position_of_row[self.rows] = np.arange(len(self))
        rows = map(self.catalogue.names.row, ids)
        return np.array([-1 if row is None else position_of_row[row] for row in rows], np.int64)

    @property
    def public(self) -> NDArray[np.bool_]:
        """Which articles no rule hides, bool (articles,), including copies that lists leave out."""
        return _is_public(self.left_out)

    @property
    def hub_from(self) -> int:
        """The minimum number of lists that a hub is in."""
        return _HUB * self.limit + 1

    def mask(self, state: StateName) -> NDArray[np.bool_]:
        """Which articles are in a state, bool (articles,)."""
        if state in LEFT_OUT:
            return np.asarray(self.left_out == LEFT_OUT.index(state))
        public, empty = self.public, self.entries == 0
        weak = ~empty & ((2 * self.entries < self.limit) | (2 * self.best_scores < self.usual_score))
        masks: dict[str, NDArray[np.bool_]] = {
            "good": public & ~empty & ~weak,
            "weak": public & weak,
            "none": public & empty,
            "orphan": (self.left_out < 0) & (self.suggested == 0),
            "hub": self.suggested >= self.hub_from,
            "curated": self.links > 0,
            "written": self.written,
            "hidden": self.left_out >= 0,
        }
        return masks[state]


def _is_public(left_out: NDArray[np.int8]) -> NDArray[np.bool_]:
    return np.asarray((left_out < 0) | (left_out == LEFT_OUT.index("copy")))


def _left_out(catalogue: Catalogue | LiveCatalogue, ranking: Ranking, rules: Rules) -> NDArray[np.int8]:
    """The reason why lists leave out each row, int8 (rows,), see `Overview`."""
    found = np.full(len(catalogue), -1, np.int8)
    found[~ranking.allowed(rules)] = LEFT_OUT.index("copy")
    to_come = np.zeros(len(catalogue), np.bool_)
    schedule = catalogue.schedule
    to_come[schedule.rows[schedule.visible_from > time.time() / _SECONDS_A_DAY]] = True
    for rule, removed in ranking.removed(rules):
        if rule.name == "not public now":
            found[removed] = LEFT_OUT.index("expired")
            found[removed & to_come] = LEFT_OUT.index("to-come")
        else:
            found[removed] = LEFT_OUT.index(_RULES.get(rule.name, "other"))
    return found


def _providers(catalogue: Catalogue | LiveCatalogue, rows: NDArray[np.int64]) -> Iterator[tuple[str, ...]]:
    names = {number: (name,) for name, number in catalogue.provider_numbers.items()}
    return (names.get(number, ()) for number in catalogue.providers[rows].tolist())
