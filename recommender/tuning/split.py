"""Time-based split of the curated lists: learn from the earlier, evaluate on the later."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self, TypeAlias

from recommender.corpus import Corpus

CuratedLists: TypeAlias = Mapping[str, frozenset[str]]
"""The IDs in each article's curated list, by the article's ID. Order is ignored: its meaning differs by site."""

_EARLIER_SHARE = 0.6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Split:
    """Curated lists in two parts that have no pair of linked articles in common.

    Attributes:
        since: when the later part begins, days since 1970-01-01 UTC; `None` where no list has a date.
        earlier: lists to learn from.
        later: lists to evaluate on.
    """

    since: float | None
    earlier: CuratedLists
    later: CuratedLists

    @classmethod
    def of(cls, corpus: Corpus, *, since: float | None = None) -> Self:
        """Split a corpus's lists at `since`, by default so that 60 % of the dated lists are earlier.

        Lists of undated articles are split by a hash of their ID, in the same proportion. If both A → B and B → A
        exist and one of them is later, the other is dropped from the earlier part, so that a link never leaks into
        the evaluation through its reverse.
        """
        published = {article.id: article.published_at for article in corpus.articles if article.id in corpus.links}
        dates = sorted(date for id in corpus.links if (date := published[id]) is not None)
        if since is None and dates:
            since = dates[int(len(dates) * _EARLIER_SHARE)]
        later = {id: frozenset(targets) for id, targets in corpus.links.items() if _is_later(id, published[id], since)}
        earlier = {
            id: kept
            for id, targets in corpus.links.items()
            if id not in later and (kept := frozenset(target for target in targets if id not in later.get(target, ())))
        }
        return cls(since, earlier, later)

    @classmethod
    def without_later(cls, corpus: Corpus) -> Self:
        """All lists as the earlier part: to learn what is served, which nothing is evaluated on."""
        return cls(None, {id: frozenset(targets) for id, targets in corpus.links.items()}, {})

    @property
    def since_text(self) -> str | None:
        """When the later part begins, ISO 8601."""
        if self.since is None:
            return None
        moment = _EPOCH + timedelta(seconds=round(self.since * 86_400))
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def lists_in_texts(corpus: Corpus, *, before: float | None = None) -> CuratedLists:
    """The links in texts as lists: of dated articles, to those that were published before them.

    Args:
        before: only of articles before this moment, days since 1970-01-01 UTC; `None` for all.
    """
    if not corpus.text_links:
        return {}
    days = {article.id: article.published_at for article in corpus.articles if article.published_at is not None}
    found: dict[str, frozenset[str]] = {}
    for id, targets in corpus.text_links.items():
        day = days.get(id)
        if day is not None and (before is None or day < before):
            older = frozenset(target for target in targets if days.get(target, math.inf) <= day)
            found |= {id: older} if older else {}
    return found


def without_long_lists(lists: CuratedLists, max_links: int) -> CuratedLists:
    """The lists of at most `max_links` links; longer ones tend to chain a whole topic together."""
    return {id: targets for id, targets in lists.items() if len(targets) <= max_links}


def _is_later(id: str, published_at: float | None, since: float | None) -> bool:
    if published_at is not None and since is not None:
        return published_at >= since
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16) / 2**32 >= _EARLIER_SHARE
