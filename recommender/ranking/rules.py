"""The options of a look-up, and the rules that decide which articles a list may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, Entry, pick_fields
from recommender.catalogue import HIDDEN, UNLISTED, UNPUBLISHED, Schedule
from recommender.settings import CopiesChoice, Published, SeriesChoice, Settings

Curated = Literal["ignore", "first"]
Fill = Literal["newest", "section"]
_Days = TypeVar("_Days", np.float64, NDArray[np.float64])

NOT_PUBLIC_NOW = 128
"""The flag of a candidate that is not public at the moment of the look-up; the only flag that no model stores."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article in another's list, and its score, 0 to 1; 0 if it only fills the list."""

    article: Article
    score: float

    def __repr__(self) -> str:
        return f"Suggestion({self.score:.3f}, {self.article!r})"

    def entry(self, fields: Sequence[str] = ()) -> Entry:
        """The article's entry; with `fields`, only these, see `pick_fields`."""
        return pick_fields(self.article, fields, score=self.score) if fields else self.article.entry


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article ranks among all that could be suggested for another.

    Attributes:
        rank: from 1; `None` if it shares no term with the other, a rule removed it, or it ranks below the limit.
        removed_by: the name of the rule that removed it, such as "itself", "hidden" or "unpublished".
        note: the rule's sentence; empty if no rule removed it.
    """

    rank: int | None
    score: float
    removed_by: str | None
    note: str = ""


class Rules(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The options of one look-up; see the settings of the same names. `api/README.md` says how to add one.

    Attributes:
        curated: "first" starts the list with the article's curated links, in the editors' order, whatever their scores.
        exclude: IDs that the list must not hold.
        max_age_days: maximum age of an entry, in days before the article; leaves out undated articles.
        provider_cap: maximum number of suggestions of one provider, among the best 5,000.
        fill: fills a list that is too short with the newest articles, or the newest of the article's section.
        copies: "one" keeps one copy of each text, see `Candidates.shown_copies`.
        series: "first" starts the list with the other parts of the article's series, whatever their scores.
    """

    limit: int
    min_score: float = 0.0
    curated: Curated = "ignore"
    published: Published = "any"
    exclude: tuple[str, ...] = ()
    max_age_days: float | None = None
    provider_cap: int | None = None
    fill: Fill | None = None
    copies: CopiesChoice = "any"
    series: SeriesChoice = "ignore"

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        limit: int | None = None,
        min_score: float | None = None,
        curated: Curated = "ignore",
        published: Published | None = None,
        exclude: Iterable[str] = (),
        max_age_days: float | None = None,
        provider_cap: int | None = None,
        fill: Fill | None = None,
    ) -> Rules:
        """The rules of the settings, with the given ones overridden."""
        return cls(
            limit=settings.limit if limit is None else limit,
            min_score=settings.min_score if min_score is None else min_score,
            curated=curated,
            published=settings.published if published is None else published,
            exclude=tuple(exclude),
            max_age_days=max_age_days,
            provider_cap=provider_cap,
            fill=fill,
            copies=settings.copies,
            series=settings.series,
        )

    def of_candidates(self) -> Rules:
        """Only those of these rules that depend on the candidate alone."""
        return _of_candidates(self.published, self.copies)

    def since(self, days: _Days) -> _Days:
        """The earliest day of a candidate for articles dated `days`, which leaves out undated ones; NaN for any."""
        return days - (np.nan if self.max_age_days is None else self.max_age_days)


@lru_cache  # these are dict keys: the same object is found faster than an equal one
def _of_candidates(published: Published, copies: CopiesChoice) -> Rules:
    return Rules(limit=0, published=published, copies=copies)


class Candidates(NamedTuple):
    """The properties of candidates that rules look at, for all articles of a model or one.

    Attributes:
        flags: uint8 (candidates,) the sum of `HIDDEN`, `UNLISTED`, `UNPUBLISHED`, `NOT_PUBLIC_NOW` and others.
        days: float64 (candidates,) days since 1970-01-01 UTC; NaN where unknown.
        originals: int32 (candidates,) the row of each candidate's original, see `Copies`.
    """

    flags: NDArray[np.uint8]
    days: NDArray[np.float64]
    originals: NDArray[np.int32]

    def at(self, day: float, schedule: Schedule) -> Candidates:
        """These candidates at a moment, in days since 1970-01-01 UTC."""
        flags = self.flags.copy()
        flags[schedule.hidden_rows(day)] |= NOT_PUBLIC_NOW
        return self._replace(flags=flags)

    def allowed(self, asked: Rules) -> NDArray[np.bool_]:
        """Which candidates no rule removes, bool (candidates,)."""
        removed = np.zeros(len(self.flags), np.bool_)
        for rule in RULES:
            removed |= rule.removes(self, asked)
        if asked.copies == "one":
            return np.asarray(self.shown_copies(~removed) == np.arange(len(removed)))
        return ~removed

    def shown_copies(self, allowed: NDArray[np.bool_]) -> NDArray[np.int32]:
        """The row of the copy of each candidate's text that lists show, int32 (candidates,); -1 if none.

        It is the original or, if that is not allowed, the earliest copy that is.
        """
        shown = np.where(allowed, np.arange(len(allowed), dtype=np.int32), np.int32(-1))
        has_copy = np.zeros(len(allowed), np.bool_)
        has_copy[self.originals[self.originals != np.arange(len(allowed))]] = True
        rows = np.flatnonzero(has_copy[self.originals])
        originals = self.originals[rows]
        order = np.lexsort((self.days[rows], originals != rows, ~allowed[rows], originals))
        _, firsts, group_of = np.unique(originals[order], return_index=True, return_inverse=True)
        shown[rows[order]] = shown[rows[order[firsts[group_of]]]]
        return shown

    def removed_by(self, row: int, asked: Rules) -> Rule | None:
        """The first rule that removes one candidate; `None` if it may be suggested."""
        span = slice(row, row + 1)
        one = Candidates(self.flags[span], self.days[span], self.originals[span])
        return next((rule for rule in RULES if rule.removes(one, asked)[0]), None)


class PairRule(NamedTuple):
    """Keeps an article out of the list of a certain other one; see `Rule`. `Ranking` applies it."""

    name: str
    note: str


class Rule(NamedTuple):
    """Keeps candidates out of every list: search, precomputed lists, pins, curated links, title search, explanations.

    Attributes:
        name: as shown in evaluation reports and explanations.
        note: a sentence for the explorer.
        removes: which candidates the rule removes, bool (candidates,); called with `Rules.of_candidates`.
        has_readers: whether such an article can still be read at its address, so its own list is answered.
    """

    name: str
    note: str
    removes: Callable[[Candidates, Rules], NDArray[np.bool_]]
    has_readers: bool = False


def hidden(candidates: Candidates, _: Rules) -> NDArray[np.bool_]:
    """Drafts, and removed, deleted, withdrawn or replaced articles."""
    return np.asarray(candidates.flags & (HIDDEN | UNLISTED) == HIDDEN)


def unlisted(candidates: Candidates, _: Rules) -> NDArray[np.bool_]:
    """Articles that are only for readers who have the link."""
    return (candidates.flags & UNLISTED).astype(np.bool_)


def unpublished(candidates: Candidates, asked: Rules) -> NDArray[np.bool_]:
    """Articles with `published: false`, if only published ones are asked for."""
    flag = UNPUBLISHED if asked.published == "only" else 0
    return (candidates.flags & flag).astype(np.bool_)


def not_public_now(candidates: Candidates, _: Rules) -> NDArray[np.bool_]:
    """Articles that are not public yet, or no longer."""
    return (candidates.flags & NOT_PUBLIC_NOW).astype(np.bool_)


ITSELF = PairRule("itself", "It is this article.")

OTHER_LANGUAGE = PairRule("language", "It is in another language.")
"""For lists that keep to one language; such articles share no term either."""

COPY = PairRule("copy", "It is a copy of this article.")
"""Lists hold one of several copies; which one depends on what the rules leave."""

TOO_LITTLE = PairRule("too little in common", "They have too little in common.")
"""The similarity is below the setting `min_similarity`; pins are exempt."""

RULES = [
    Rule("hidden", "It is a draft, removed or deleted, and never suggested.", hidden),
    Rule("not public now", "It is not public yet, or no longer.", not_public_now),
    Rule("unpublished", "It is not published, and only published articles are suggested.", unpublished),
    Rule("unlisted", "It is unlisted, and never suggested.", unlisted, has_readers=True),
]
"""All rules, those with `has_readers` last. The first rule that removes a candidate is the reason given."""
