"""Rankings: which rows a list holds and in which order, from precomputed lists or by searching."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, Self, TypeAlias

import numpy as np
import scipy
from msgspec import structs
from numpy.typing import NDArray

from recommender.catalogue import HAS_PINS_OR_BANS, PART_OF_SERIES, Catalogue, LiveCatalogue
from recommender.ranking.explanation import Explanation, PairScores
from recommender.ranking.query_factors import weigh_queries
from recommender.ranking.rules import (
    COPY,
    ITSELF,
    OTHER_LANGUAGE,
    RULES,
    TOO_LITTLE,
    Candidates,
    PairRule,
    Placement,
    Rule,
    Rules,
)
from recommender.search import Index, LiveIndex, Neighbors, Scoring, TopLists
from recommender.text import TfidfModel

_SECONDS_A_DAY = 86_400.0
_READ_AT_ONCE = 1024  # articles read at a time to fill a list
_MOST_LIVE = 100  # live articles that precomputed lists are completed with in a moment
_DEEPEST = 5000  # candidates that a list with a provider cap is chosen from; the rest are hardly related

Ranked: TypeAlias = list[tuple[int, float]]
"""Rows and their scores, best first."""


class _Allowed(NamedTuple):
    """The articles that lists may hold under some rules.

    Attributes:
        rows: bool (articles,).
        shown: int32 (articles,) see `Candidates.shown_copies`; `None` if lists may hold several copies.
    """

    candidates: Candidates
    rows: NDArray[np.bool_]
    shown: NDArray[np.int32] | None

    @classmethod
    def of(cls, candidates: Candidates, rules: Rules) -> Self:
        if rules.copies == "any":
            return cls(candidates, candidates.allowed(rules), None)
        shown = candidates.shown_copies(candidates.allowed(structs.replace(rules, copies="any")))
        return cls(candidates, np.asarray(shown == np.arange(len(shown))), shown)

    def copy_of(self, row: int) -> int:
        """The row of the copy of an article that lists show (-1 if none); its own if lists may hold several copies."""
        return row if self.shown is None or row < 0 else int(self.shown[row])


class Ranking:
    """Ranks articles for an article of the corpus, or for any text.

    Attributes:
        top_lists: precomputed lists, if any; answers are the same without them.
        pairs: the scores of single pairs.
    """

    def __init__(
        self,
        articles: Catalogue | LiveCatalogue,
        index: Index | LiveIndex,
        *,
        scoring: Scoring,
        top_lists: TopLists | None = None,
        query_factors: NDArray[np.float32] | None = None,
        own_language: bool = False,
    ) -> None:
        """Combine an index, articles and lists that have the same rows.

        Args:
            query_factors: float32 (terms,) the factor of each term's weight in a query.
            own_language: whether lists hold only articles in the query's language.
        """
        self._articles = articles
        self._index = index
        self._scoring = scoring
        self._query_factors = query_factors
        self.pairs = PairScores(index, scoring=scoring, query_factors=query_factors)
        self.top_lists = top_lists
        self._own_language = own_language
        self._candidates = Candidates(articles.flags, index.days, articles.copies.originals)
        self._scheduled: tuple[float, Candidates] | None = None  # the last change, and the candidates since then
        self._allowed: dict[Rules, _Allowed] = {}

    def precompute_lists(self, length: int, *, progress: bool = False) -> None:
        """Precompute lists of `length` candidates, among all articles that are or will be public."""
        if not isinstance(self._index, Index):
            raise TypeError("lists can't be precomputed with live articles")
        shown = self._candidates.allowed(Rules(limit=0, published="any"))
        self.top_lists = TopLists.build(
            self._index, scoring=self._scoring, allowed=shown, length=length, progress=progress
        )

    def allowed(self, asked: Rules) -> NDArray[np.bool_]:
        """Which articles lists may hold, bool (articles,)."""
        return self._allowed_now(asked).rows

    def removed(self, asked: Rules) -> Iterator[tuple[Rule, NDArray[np.bool_]]]:
        """Which articles each rule removes, bool (articles,), each counted for the first rule that removes it."""
        candidates, rules = self._candidates_now(), asked.of_candidates()
        before = np.zeros(len(candidates.flags), np.bool_)
        for rule in RULES:
            removed = rule.removes(candidates, rules)
            yield rule, removed & ~before
            before |= removed

    def _allowed_now(self, asked: Rules) -> _Allowed:
        candidates, rules = self._candidates_now(), asked.of_candidates()
        if (allowed := self._allowed.get(rules)) is None or allowed.candidates is not candidates:
            allowed = self._allowed[rules] = _Allowed.of(candidates, rules)
        return allowed

    def _candidates_now(self) -> Candidates:
        """The candidates with their flags at this moment, recomputed only after a scheduled change."""
        if not len(self._articles.schedule.rows):
            return self._candidates
        changed = self.last_change()
        if self._scheduled is None or self._scheduled[0] != changed:
            self._scheduled = changed, self._candidates.at(changed, self._articles.schedule)
        return self._scheduled[1]

    def last_change(self) -> float:
        """When an article last became public or ceased to be, in days since 1970-01-01 UTC; -inf if none ever did."""
        return self._articles.schedule.last_change(time.time() / _SECONDS_A_DAY)

    def hidden_by(self, row: int, asked: Rules) -> Rule | None:
        """The rule that keeps an article out of every list at this moment, if any; copies are not kept out of all."""
        if self._allowed_now(asked).rows[row]:  # faster than asking every rule
            return None
        return self._candidates_now().removed_by(row, asked.of_candidates())

    def removed_by(self, row: int, other: int, asked: Rules) -> Rule | PairRule | None:
        """The rule that keeps one article out of the list of another, if any."""
        if row == other:
            return ITSELF
        if self._own_language and self._articles.language(row) != self._articles.language(other):
            return OTHER_LANGUAGE
        rules = asked.of_candidates()
        if (rule := self.hidden_by(other, rules)) is not None or rules.copies == "any":
            return rule
        copy_of = self._allowed_now(rules).copy_of
        if (shown := copy_of(other)) == copy_of(row):
            return COPY
        return None if shown == other else COPY._replace(note=f"It is a copy of {self._articles.id(shown)}.")

    def absent_by(self, row: int, other: int, asked: Rules) -> Rule | PairRule | None:
        """The rule that keeps one article out of the list of another, if any and if it is not pinned."""
        if (rule := self.removed_by(row, other, asked)) is not None:
            return rule
        similarity = self.pairs.similarity(row, other)
        return TOO_LITTLE if 0 < similarity < self._scoring.min_similarity else None

    def explain(self, row: int, other: int, rules: Rules, *, model: TfidfModel) -> Explanation:
        """Why the article in row `other` is or is not suggested for the one in `row`."""
        rule, article, id = self.absent_by(row, other, rules), self._articles[row], self._articles.id(other)
        removed_by = rule.name if rule else None
        return self.pairs.explain(row, other, article=article, id=id, model=model, removed_by=removed_by)

    def placements(self, row: int, others: Sequence[int], rules: Rules) -> list[Placement]:
        """Where each of `others` ranks among the first `limit` articles that could be suggested for an article."""
        rules = structs.replace(rules, limit=min(rules.limit, len(self._articles)))
        [ranked] = self.found([row], rules)
        ranks = {other: (rank, score) for rank, (other, score) in enumerate(ranked, start=1)}
        placements = []
        for other in others:
            rule = self.absent_by(row, other, rules)
            rank, score = ranks.get(other) or (None, self.pairs.score(row, other))
            name, note = (rule.name, rule.note) if rule else (None, "")
            placements.append(Placement(rank, score, name, note))
        return placements

    def lists(self, rows: Sequence[int], rules: Rules) -> list[Ranked]:
        """The list of each article: pins, curated links, parts of its series, then suggestions, without bans."""
        plain = [row for row in rows if not self._has_editors_choices(row, rules)]
        lists = dict(zip(plain, self.best(plain, rules), strict=True))
        return [
            self._filled(row, lists[row] if row in lists else self._with_editors_choices(row, rules), rules)
            for row in rows
        ]

    def list_of(self, row: int, rules: Rules) -> Ranked:
        """The list of one article, as `lists` gives it."""
        chosen = self._has_editors_choices(row, rules)
        ranked = self._with_editors_choices(row, rules) if chosen else self.best([row], rules)[0]
        return self._filled(row, ranked, rules)

    def has_ready_list(self, row: int, rules: Rules) -> bool:
        """Whether an article's suggestions are precomputed, and its editors have chosen none."""
        live = self._index.live_count if isinstance(self._index, LiveIndex) else 0
        plain = live <= _MOST_LIVE and not self._has_editors_choices(row, rules)
        return plain and self._from_top_lists(row, rules) is not None

    def _filled(self, row: int, ranked: Ranked, rules: Rules) -> Ranked:
        """A list filled up as the rules ask; the added articles score 0."""
        if rules.fill is None or len(ranked) >= rules.limit:
            return ranked
        rules = structs.replace(rules, exclude=(*rules.exclude, *self._articles[row].banned))
        allowed, listed = self._allowed_now(rules), [other for other, _ in ranked]
        unwanted = {row, *self._excluded_rows(row, rules, allowed), *map(allowed.copy_of, listed)}
        newest = (other for other in self._newest(row, rules, allowed) if other not in unwanted)
        added = islice(self._under_cap(newest, rules.provider_cap, listed=listed), rules.limit - len(ranked))
        return [*ranked, *((other, 0.0) for other in added)]

    def _under_cap(self, rows: Iterable[int], cap: int | None, *, listed: Iterable[int] = ()) -> Iterator[int]:
        """The rows whose providers have not reached the cap in a list that holds `listed` already."""
        providers = self._articles.providers
        counts = Counter(int(providers[row]) for row in listed)
        for row in rows:
            provider = int(providers[row])
            counts[provider] += 1
            if cap is None or provider < 0 or counts[provider] <= cap:
                yield row

    def _newest(self, row: int, rules: Rules, allowed: _Allowed) -> Iterator[int]:
        """Rows that may fill a list, newest first."""
        since = rules.since(self._index.days[row])
        for start in range(0, len(self._articles.rows), _READ_AT_ONCE):
            rows = np.asarray(self._articles.rows[start : start + _READ_AT_ONCE])
            rows = rows[allowed.rows[rows]]
            if not np.isnan(since):
                rows = rows[self._index.days[rows] >= since]
            if rules.fill == "section":
                rows = rows[self._articles.in_section(rows, self._articles.section(row))]
            for other in rows.tolist():
                if not self._own_language or self._articles.language(row) == self._articles.language(other):
                    yield other

    def _has_editors_choices(self, row: int, rules: Rules) -> bool:
        chosen = HAS_PINS_OR_BANS | (PART_OF_SERIES if rules.series == "first" else 0)
        return rules.curated == "first" or bool(self._articles.flags[row] & chosen)

    def _with_editors_choices(self, row: int, rules: Rules) -> Ranked:
        article = self._articles[row]
        chosen = article.pinned
        if rules.curated == "first":
            chosen = tuple(dict.fromkeys((*chosen, *self._articles.curated(row))))
        pinned: Ranked = []
        rules = structs.replace(rules, exclude=(*rules.exclude, *article.banned))
        allowed = self._allowed_now(rules)
        unwanted = {row, *self._excluded_rows(row, rules, allowed)}
        any_copy = structs.replace(rules, copies="any")  # editors may choose a copy that suggestions do not show
        parts = self._articles.other_parts(row) if rules.series == "first" else []
        for other in (*map(self._articles.names.row, chosen), *parts):
            if len(pinned) == rules.limit:
                return pinned
            if other is None or not unwanted.isdisjoint(texts := (other, allowed.copy_of(other))):
                continue
            if self.removed_by(row, other, any_copy) is None:
                pinned.append((other, self.pairs.score(row, other)))
                unwanted.update(texts)
        kept = (self._articles.id(other) for other, _ in pinned)
        wider = structs.replace(rules, exclude=(*rules.exclude, *kept))
        return [*pinned, *self.best([row], wider)[0]][: rules.limit]

    def best(self, rows: Sequence[int], rules: Rules) -> list[Ranked]:
        """The best candidates of each article under the rules, without regard to its pins, bans and curated links."""
        if rules.provider_cap is not None:

            def capped(row: int) -> Ranked:
                return self._capped(lambda wider: self.best([row], wider)[0], rules)

            return [capped(row) for row in rows]
        lists = {row: ranked for row in rows if (ranked := self._from_top_lists(row, rules)) is not None}
        if lists and isinstance(self._index, LiveIndex):
            lists = self._with_live(lists, rules, self._index)
        if short := [row for row in rows if row not in lists]:
            lists.update(zip(short, self.found(short, rules), strict=True))
        return [lists[row] for row in rows]

    def _capped(self, found: Callable[[Rules], Ranked], rules: Rules) -> Ranked:
        """Apply the provider cap: search deeper and deeper until enough candidates are left."""
        asked = rules.limit
        if rules.provider_cap is None:
            return found(rules)
        while True:
            ranked = dict(found(structs.replace(rules, limit=asked, provider_cap=None)))
            kept = [(row, ranked[row]) for row in self._under_cap(ranked, rules.provider_cap)]
            if len(kept) >= rules.limit or len(ranked) < asked or asked >= _DEEPEST:
                return kept[: rules.limit]
            asked = min(2 * asked, _DEEPEST)

    def _from_top_lists(self, row: int, rules: Rules) -> Ranked | None:
        lists, days = self.top_lists, self._index.days
        if lists is None or row >= len(lists.rows):  # live articles have none
            return None
        allowed = self._allowed_now(rules)
        return lists.best(
            row,
            rules.limit,
            days=days,
            excluded=self._excluded_rows(row, rules, allowed),
            allowed=allowed.rows,
            since=rules.since(days[row]),
            min_score=rules.min_score,
        )

    def _with_live(self, lists: dict[int, Ranked], rules: Rules, index: LiveIndex) -> dict[int, Ranked]:
        """Merge live articles into lists of the model's articles, by row."""
        rows = list(lists)
        lasts = [ranked[-1][1] if len(ranked) == rules.limit else rules.min_score for ranked in lists.values()]
        found = self._search(
            rows,
            self._index.as_queries.vectors_of(rows),
            self._index.days[rows],
            rules,
            nearest=index.nearest_live,
            min_score=np.array(lasts),
        )
        return {
            row: index.in_rank_order([*lists[row], *live])[: rules.limit] for row, live in zip(rows, found, strict=True)
        }

    def found(self, rows: Sequence[int], rules: Rules) -> list[Ranked]:
        """The same as `best`, always by searching, without a provider cap."""
        queries = self._index.as_queries.vectors_of(rows)
        return self._search(rows, queries, self._index.days[list(rows)], rules)

    def for_text(
        self, vector: scipy.sparse.csr_array, days: NDArray[np.float64], rules: Rules, *, provider: str | None = None
    ) -> Ranked:
        """The best candidates for a text that is not an article of the corpus.

        Args:
            vector: float32 (1, terms).
            days: float64 (1,) its date; NaN if unknown, which turns off time decay.
            provider: its domain, or else its name; `None` if unknown, which turns off the provider factor.
        """
        scoring = replace(self._scoring, half_life_days=None) if np.isnan(days[0]) else self._scoring
        numbers = self._articles.provider_numbers if provider else {}
        providers = np.array([numbers.get(provider, len(numbers)) if provider else -1], np.int32)

        def found(asked: Rules) -> Ranked:
            return self._search([-1], vector, days, asked, providers=providers, scoring=scoring)[0]

        return self._capped(found, rules)

    def _excluded_rows(self, own: int, rules: Rules, allowed: _Allowed) -> list[int]:
        """The rows that a list must not hold, besides its own article: that one's copy, exclusions and their copies."""
        rows = [row for id in rules.exclude if (row := self._articles.names.row(id)) is not None]
        return rows if allowed.shown is None else [*rows, *map(allowed.copy_of, (own, *rows))]

    def _search(
        self,
        rows: Sequence[int],
        queries: scipy.sparse.csr_array,
        days: NDArray[np.float64],
        rules: Rules,
        *,
        nearest: Callable[..., Neighbors] | None = None,
        min_score: NDArray[np.float64] | None = None,
        providers: NDArray[np.int32] | None = None,
        scoring: Scoring | None = None,
    ) -> list[Ranked]:
        """The nearest of some queries: articles by row, or -1 for a text; by default among all articles."""
        allowed = self._allowed_now(rules)
        found = (nearest or self._index.nearest)(
            weigh_queries(queries, self._query_factors),
            query_days=days,
            query_providers=self._index.providers[rows] if providers is None else providers,
            excluded=np.array([[row, *self._excluded_rows(row, rules, allowed)] for row in rows], np.int32),
            allowed=allowed.rows,
            since=rules.since(days),
            scoring=scoring or self._scoring,
            limit=rules.limit,
            min_score=rules.min_score if min_score is None else min_score,
        )
        return [
            [(row, score) for row, score in zip(rows, scores, strict=True) if row >= 0]
            for rows, scores in zip(found.rows.tolist(), found.scores.tolist(), strict=True)
        ]
