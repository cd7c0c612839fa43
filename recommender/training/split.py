"""What editors curated, parted in time: from the earlier lists one may learn, on the later ones one is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self, TypeAlias

from recommender.corpus import Corpus

Lists: TypeAlias = Mapping[str, frozenset[str]]
"""Curated links as sets: the IDs that each article's list holds. Their order is the site's and says nothing."""

_EARLIER_SHARE = 0.6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Split:
    """Curated lists in two parts that share no pair of articles.

    Attributes:
        since: the first moment of the later part, days since 1970-01-01 UTC; `None` where no list has a date.
        earlier: lists to learn from.
        later: lists to judge by.
    """

    since: float | None
    earlier: Lists
    later: Lists

    @classmethod
    def of(cls, corpus: Corpus, *, since: float | None = None) -> Self:
        """Part a corpus's lists at a moment, by default the one before which 60 % of them lie.

        Lists of articles without a date are parted by a hash of their ID, in the same proportion. A link whose reverse
        is in the later part is left out of the earlier one, so that no link is evidence for its own reverse.
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

    @property
    def since_text(self) -> str | None:
        """The first moment of the later part, ISO 8601."""
        if self.since is None:
            return None
        moment = _EPOCH + timedelta(seconds=round(self.since * 86_400))
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def at_most(lists: Lists, links: int) -> Lists:
    """The lists of at most so many links; longer ones are whole topics chained together."""
    return {id: targets for id, targets in lists.items() if len(targets) <= links}


def _is_later(id: str, published_at: float | None, since: float | None) -> bool:
    if published_at is not None and since is not None:
        return published_at >= since
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16) / 2**32 >= _EARLIER_SHARE
