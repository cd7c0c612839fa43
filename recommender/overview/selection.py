"""`Selection`: which articles of an overview are wanted, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.overview.overview import Overview
from recommender.overview.states import StateName

_EPOCH = date(1970, 1, 1).toordinal()

Sort: TypeAlias = Literal["date", "suggested", "score", "links", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Articles that meet every condition; an empty text or `None` is no condition.

    Attributes:
        since, until: the days (UTC) of which, and between which, they are; undated ones are then left out.
        provider, topic, language: labels, see `Labels.mask`.
        state: see `STATES`.
        least_suggested, most_suggested: in how many lists they are.
        sort: what they are sorted by: the greatest first, or the least first if it is `ascending`; among equals the
            newest is first. Undated articles are last by date.
    """

    since: date | None = None
    until: date | None = None
    provider: str = ""
    topic: str = ""
    language: str = ""
    state: StateName | None = None
    least_suggested: int | None = None
    most_suggested: int | None = None
    sort: Sort = "date"
    ascending: bool = False

    def mask(self, overview: Overview) -> NDArray[np.bool_]:
        """Which articles are wanted, bool (articles,)."""
        wanted = np.ones(len(overview), np.bool_)
        if self.since is not None:
            wanted &= overview.days >= self.since.toordinal() - _EPOCH
        if self.until is not None:
            wanted &= overview.days < self.until.toordinal() - _EPOCH + 1
        for labels, name in (
            (overview.providers, self.provider),
            (overview.topics, self.topic),
            (overview.languages, self.language),
        ):
            if name:
                wanted &= labels.mask(name)
        if self.state is not None:
            wanted &= overview.mask(self.state)
        if self.least_suggested is not None:
            wanted &= overview.suggested >= self.least_suggested
        if self.most_suggested is not None:
            wanted &= overview.suggested <= self.most_suggested
        return wanted

    def positions(self, overview: Overview, *, shown: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The positions of the wanted articles in their order, int64.

        Args:
            shown: bool (articles,) those that may be shown at all.
        """
        positions = np.flatnonzero(self.mask(overview) & shown)
        if self.sort == "date" and not self.ascending:
            return positions  # that is the rank order
        columns: dict[Sort, NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int32]] = {
            "date": overview.days,
            "suggested": overview.suggested,
            "score": overview.best_scores,
            "links": overview.links,
            "entries": overview.entries,
        }
        values = columns[self.sort][positions]
        return positions[np.argsort(values if self.ascending else -values, kind="stable")]
