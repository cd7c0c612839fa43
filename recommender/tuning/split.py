"""Time-based split of the lists of links: train on the earlier, evaluate on the later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self, TypeAlias

from recommender.corpus import Corpus

CuratedLists: TypeAlias = Mapping[str, frozenset[str]]
"""The IDs in each article's curated list, by the article's ID. Order is ignored, since its meaning differs by site."""

Evidence: TypeAlias = Literal["curated", "in-text"]
"""The kind of links to train and evaluate on: curated lists, or the links in each article's text, as lists."""

MIN_LISTS = 20
"""Minimum number of lists to learn from: on two real corpora, ten lost .014 nDCG@10 or gained nothing; twenty did no
harm."""

MAX_LINKS = 10
"""Maximum length of a list to learn from; longer ones tend to chain a whole topic together."""

MAX_LISTS = 6_000
"""Maximum number of lists to learn from, the newest: on the largest real corpus 2,000 teach as well as all 2,348."""

_EARLIER_SHARE = 0.6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Split:
    """Lists in two parts that have no linked pair of articles in common.

    Attributes:
        since: when the later part begins, days since 1970-01-01 UTC; `None` if no list has a date.
        earlier: lists to train on.
        later: lists to evaluate on.
        evidence: the kind of the lists.
    """

    since: float | None
    earlier: CuratedLists
    later: CuratedLists
    evidence: Evidence = "curated"

    @classmethod
    def of(cls, corpus: Corpus, *, since: float | None = None, evidence: Evidence | None = None) -> Self:
        """Split a corpus's lists at `since`, by default so that 60 % of the dated lists are earlier.

        Curated lists of undated articles are split by a hash of their ID, in the same proportion; links in undated
        texts are all later, since nothing is learnt from them. If both A → B and B → A exist and one of them is later,
        the other is dropped from the earlier part, so that a link never leaks into the evaluation through its reverse.

        Args:
            evidence: the kind of lists; by default that of `choose_evidence`.
        """
        evidence = evidence or choose_evidence(corpus)
        lists = lists_of(corpus, evidence)
        published = {article.id: article.published_at for article in corpus.articles if article.id in lists}
        dates = sorted(date for id in lists if (date := published[id]) is not None)
        if since is None and dates:
            since = dates[int(len(dates) * _EARLIER_SHARE)]
        later = {
            id: targets
            for id, targets in lists.items()
            if (evidence == "in-text" and published[id] is None) or _is_later(id, published[id], since)
        }
        earlier = {
            id: kept
            for id, targets in lists.items()
            if id not in later and (kept := frozenset(target for target in targets if id not in later.get(target, ())))
        }
        return cls(since, earlier, later, evidence)

    @classmethod
    def without_later(cls, corpus: Corpus) -> Self:
        """All lists to learn from as the earlier part, to train a model for serving, with none left for evaluation."""
        evidence = choose_evidence(corpus)
        lists = lists_of(corpus, evidence)
        if evidence == "in-text":
            dated = {article.id for article in corpus.articles if article.published_at is not None}
            lists = {id: targets for id, targets in lists.items() if id in dated}
        return cls(None, lists, {}, evidence)

    @property
    def since_text(self) -> str | None:
        """When the later part begins, ISO 8601."""
        if self.since is None:
            return None
        moment = _EPOCH + timedelta(seconds=round(self.since * 86_400))
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def lists_of(corpus: Corpus, evidence: Evidence) -> CuratedLists:
    """All lists of one kind in a corpus.

    Links in texts count from a dated article to articles published no later, since a list made when it appeared could
    hold no others; where most articles are undated, also from an undated one to other undated ones. If articles declare
    several languages, they count only within one.
    """
    if evidence == "curated":
        return {id: frozenset(targets) for id, targets in corpus.links.items()}
    if not corpus.text_links:
        return {}
    # Not the articles themselves: their texts may not fit into memory.
    known = {article.id: (article.published_at, article.language) for article in corpus.articles}
    is_multilingual = len({language for _, language in known.values()} - {None}) > 1
    most_are_undated = 2 * sum(day is None for day, _ in known.values()) > len(known)

    def may_link(id: str, target: str) -> bool:
        (day, language), (other_day, other_language) = known[id], known[target]
        if is_multilingual and language != other_language:
            return False
        if day is None or other_day is None:
            return most_are_undated and day is None and other_day is None
        return other_day <= day

    lists = {
        id: frozenset(target for target in targets if may_link(id, target)) for id, targets in corpus.text_links.items()
    }
    return {id: targets for id, targets in lists.items() if targets}


def choose_evidence(corpus: Corpus) -> Evidence:
    """Curated lists if there are enough to learn from; otherwise whichever kind has more lists."""
    curated, in_texts = (len(without_long_lists(lists_of(corpus, each))) for each in ("curated", "in-text"))
    return "curated" if curated >= MIN_LISTS or curated >= in_texts else "in-text"


def without_long_lists(lists: CuratedLists, max_links: int = MAX_LINKS) -> CuratedLists:
    """The lists of at most `max_links` links."""
    return {id: targets for id, targets in lists.items() if len(targets) <= max_links}


def _is_later(id: str, published_at: float | None, since: float | None) -> bool:
    if published_at is not None and since is not None:
        return published_at >= since
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16) / 2**32 >= _EARLIER_SHARE
