"""Groups of queries, such as those of one provider: where this program wins and loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.overview import LINK_COUNTS, LINK_DAYS
from recommender.text import language_of
from recommender.tuning import CuratedLists

NO_DATES = LINK_DAYS.names[-1]
UNORDERED_KINDS = ("provider", "topic", "language")
"""Kinds of groups without a natural order; they are sorted by size."""
_GROUPS_SHOWN = 10  # per kind without a natural order

_LISTS_SHOWN = 5  # per group

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
    """

    kind: str
    name: str
    queries: int
    ours: float
    plain: float
    worst: Sequence[JudgedList] = ()


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
        "links in the list": lambda query: [_links_group(len(lists[query]))],
        "days to its links": lambda query: [
            _days_group(articles[query], [articles[target] for target in lists[query]])
        ],
        "provider": lambda query: [(0, str(articles[query].entry.get("provider", {}).get("domain", "none")))],
        "topic": lambda query: [(0, topic) for topic in corpus.topics.get(query, ("none",))],
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
            Group(kind, name, len(rows), float(ours[rows].mean()), float(plain[rows].mean()), worst(rows))
            for (_, name), rows in ordered
        ]
    return groups


def _links_group(links: int) -> _GroupKey:
    band = int(LINK_COUNTS.of(links))
    return band, LINK_COUNTS.names[band]


def _days_group(article: Article, targets: Sequence[Article]) -> _GroupKey:
    days = [
        abs(article.published_at - target.published_at)
        for target in targets
        if article.published_at is not None and target.published_at is not None
    ]
    band = int(LINK_DAYS.of(np.median(days) if days else np.nan))
    return band, LINK_DAYS.names[band]
