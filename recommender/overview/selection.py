"""`Selection`: a filter and sort order for the articles of an overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.overview.judged import JudgedColumns
from recommender.overview.overview import Overview
from recommender.overview.states import StateName

_EPOCH = date(1970, 1, 1).toordinal()

Sort: TypeAlias = Literal["date", "suggested", "score", "links", "entries", "ours", "theirs", "lead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Articles that meet every condition; an empty text or `None` is no condition.

    Attributes:
        since, until: first and last day (UTC); undated articles are then left out.
        provider, topic, language: labels, see `Labels.mask`.
        state: see `STATES`.
        judged: a group of articles that an evaluation judged.
        least_suggested, most_suggested: minimum and maximum number of lists that an article is in.
        sort: the sort key, descending unless `ascending`; newer articles first among equals. By date, undated articles
            come last. By `ours`, `theirs` and `lead` (ours minus theirs), only judged articles have an order.
    """

    since: date | None = None
    until: date | None = None
    provider: str = ""
    topic: str = ""
    language: str = ""
    state: StateName | None = None
    judged: JudgedColumns | None = None
    least_suggested: int | None = None
    most_suggested: int | None = None
    sort: Sort = "date"
    ascending: bool = False

    def mask(self, overview: Overview) -> NDArray[np.bool_]:
        """Which articles are selected, bool (articles,)."""
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
        if self.judged is not None:
            wanted &= self.judged.among
        return wanted

    def positions(self, overview: Overview, *, shown: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The positions of the selected articles, sorted, int64.

        Args:
            shown: bool (articles,) the articles that may be shown.
        """
        positions = np.flatnonzero(self.mask(overview) & shown)
        if self.sort == "date" and not self.ascending:
            return positions  # already in this order
        columns: dict[Sort, NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int32]] = {
            "date": overview.days,
            "suggested": overview.suggested,
            "score": overview.best_scores,
            "links": overview.links,
            "entries": overview.entries,
        }
        if self.judged is not None:
            ours, theirs = self.judged.ours, self.judged.theirs
            columns |= {"ours": ours, "theirs": theirs, "lead": ours - theirs}
        if self.sort not in columns:
            return positions
        values = columns[self.sort][positions]
        return positions[np.argsort(values if self.ascending else -values, kind="stable")]
