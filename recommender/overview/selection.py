"""`Selection`: a filter and sort order for the articles of an overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.overview.bands import LINK_COUNTS, LINK_DAYS, LinkCount, LinkDays
from recommender.overview.overview import Overview
from recommender.overview.states import StateName

_EPOCH = date(1970, 1, 1).toordinal()
_SECONDS_A_DAY = 86_400
_MAX_LINKS = 10  # of a list that is evaluated

Sort: TypeAlias = Literal["date", "suggested", "score", "links", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Articles that meet every condition; an empty text or `None` is no condition.

    Attributes:
        since, until: first and last day (UTC); undated articles are then left out.
        provider, topic, language: labels, see `Labels.mask`.
        state: see `STATES`.
        evaluated_since: days since 1970-01-01 UTC; articles with a curated list that an evaluation since then judges.
        link_count, link_days: the band of their number of curated links, and of the days between them and those.
        worded_in: the language detected in the title and excerpt of articles with curated links.
        least_suggested, most_suggested: minimum and maximum number of lists that an article is in.
        sort: the sort key, descending unless `ascending`; newer articles first among equals. By date, undated articles
            come last.
    """

    since: date | None = None
    until: date | None = None
    provider: str = ""
    topic: str = ""
    language: str = ""
    state: StateName | None = None
    evaluated_since: float | None = None
    link_count: LinkCount | None = None
    link_days: LinkDays | None = None
    worded_in: str = ""
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
        if self.evaluated_since is not None:
            # A moment in an address has whole seconds.
            wanted &= np.round((overview.days - self.evaluated_since) * _SECONDS_A_DAY) >= 0
            wanted &= (overview.links > 0) & (overview.links <= _MAX_LINKS)
        if self.link_count is not None:
            wanted &= (overview.links > 0) & LINK_COUNTS.mask(self.link_count, overview.links)
        # Last, and of articles with links only, since these have to be read.
        if self.link_days is not None:
            wanted &= overview.links > 0
            wanted &= LINK_DAYS.mask(self.link_days, overview.link_days(wanted))
        if self.worded_in:
            wanted &= overview.worded_in(self.worded_in, wanted & (overview.links > 0))
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
        values = columns[self.sort][positions]
        return positions[np.argsort(values if self.ascending else -values, kind="stable")]
