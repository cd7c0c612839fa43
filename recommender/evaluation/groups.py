"""Groups of queries, such as those of one provider: where this program wins and loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.evaluation.trec import Run
from recommender.text import language_of
from recommender.tuning import CuratedLists

NO_DATES = "no dates"
UNORDERED_KINDS = ("provider", "topic", "language")
"""Kinds of groups without a natural order; they are sorted by size."""
ALL_JUDGED = "lists: judged"
OF_ANY_LENGTH = "lists: of any length"
NO_SUGGESTIONS = "without suggestions"
"""The kind of the groups of articles for which a system suggests nothing."""
_GROUPS_SHOWN = 10  # per kind without a natural order
_LISTS_SHOWN = 5  # per group

# The inclusive upper bound of each band, and the names of all; larger values and NaN are in the last one.
_LINK_COUNTS = (1, 2, 4, 7, 10), ("1", "2", "3 to 4", "5 to 7", "8 to 10", "more")
_LINK_DAYS = (1, 3, 7, 30, inf), ("within 1", "1 to 3", "3 to 7", "7 to 30", "over 30", NO_DATES)

_GroupKey: TypeAlias = tuple[int, str]
"""A group's sort key within its kind, and its name."""


@dataclass(frozen=True, slots=True)
class JudgedList:
    """A query with the main measure of this program and of plain TF-IDF."""

    id: str
    title: str
    ours: float
    plain: float


@dataclass(frozen=True, slots=True)
class Group:
    """Queries of one kind, such as those of one provider, with the mean main measure of two systems.

    Attributes:
        queries: their number.
        ours, plain: of this program and of plain TF-IDF.
        worst: some of its lists, sorted by the lead of plain TF-IDF over this program.
        ids: of all its articles.
    """

    kind: str
    name: str
    queries: int
    ours: float
    plain: float
    worst: Sequence[JudgedList] = ()
    ids: Sequence[str] = ()


def groups_of(
    corpus: Corpus,
    lists: CuratedLists,
    *,
    ours: NDArray[np.float64],
    plain: NDArray[np.float64],
    may_be_named: Callable[[str], bool],
) -> list[Group]:
    """The groups of some lists, ordered by kind.

    Args:
        ours, plain: float64 (lists,) the main measure of both systems, in the order of the lists' IDs.
        may_be_named: whether the article with an ID may be named among the worst of a group.
    """
    articles = {article.id: article for article in corpus.articles}
    queries = sorted(lists)
    kinds: dict[str, Callable[[str], Iterable[_GroupKey]]] = {
        "links in the list": lambda query: [_band_of(len(lists[query]), *_LINK_COUNTS)],
        "days to its links": lambda query: [
            _days_group(articles[query], [articles[target] for target in lists[query]])
        ],
        "provider": lambda query: [(0, str(articles[query].entry.get("provider", {}).get("domain", "none")))],
        "topic": lambda query: [(0, topic) for topic in articles[query].topics or ("none",)],
        "language": lambda query: [(0, language_of(f"{articles[query].title} {articles[query].excerpt}"))],
    }
    judged = [JudgedList(id, articles[id].title, float(ours[row]), float(plain[row])) for row, id in enumerate(queries)]
    by_loss = sorted(range(len(queries)), key=lambda row: (ours[row] - plain[row], ours[row]))
    order = {row: position for position, row in enumerate(row for row in by_loss if may_be_named(queries[row]))}

    def worst(rows: Iterable[int]) -> list[JudgedList]:
        return [judged[row] for row in sorted(order.keys() & set(rows), key=order.__getitem__)[:_LISTS_SHOWN]]

    groups = []
    for kind, keys_of in kinds.items():
        rows_of: dict[_GroupKey, list[int]] = {}
        for row, id in enumerate(queries):
            for key in keys_of(id):
                rows_of.setdefault(key, []).append(row)
        ordered = sorted(rows_of.items())
        if kind in UNORDERED_KINDS:
            ordered = sorted(ordered, key=lambda item: -len(item[1]))[:_GROUPS_SHOWN]
        groups += [
            Group(
                *(kind, name, len(rows), float(ours[rows].mean()), float(plain[rows].mean())),
                worst=worst(rows),
                ids=[queries[row] for row in rows],
            )
            for (_, name), rows in ordered
        ]
    return groups


def ids_by_group(
    groups: Iterable[Group], runs: Mapping[str, Run], lists: CuratedLists, of_any_length: CuratedLists
) -> dict[str, Iterable[str]]:
    """The IDs of the articles behind each figure of the report, by a name such as `provider: times.example`."""
    return {
        ALL_JUDGED: lists,
        OF_ANY_LENGTH: of_any_length,
        **{f"{NO_SUGGESTIONS}: {name}": [id for id in lists if not run.rankings.get(id)] for name, run in runs.items()},
        **{f"{group.kind}: {group.name}": group.ids for group in groups},
    }


def _days_group(article: Article, targets: Sequence[Article]) -> _GroupKey:
    days = [
        abs(article.published_at - target.published_at)
        for target in targets
        if article.published_at is not None and target.published_at is not None
    ]
    return _band_of(float(np.median(days)) if days else np.nan, *_LINK_DAYS)


def _band_of(value: float, upper_bounds: Sequence[float], names: Sequence[str]) -> _GroupKey:
    band = int(np.searchsorted(upper_bounds, value))
    return band, names[band]
