"""`Row`: an article in the table, and in its CSV and JSON files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from recommender.articles import Article
from recommender.overview import STATES, JudgedColumns, Overview, StateName


@dataclass(frozen=True, slots=True)
class Row:
    """The data shown of an article, see `Overview`; unknown texts are empty.

    Attributes:
        day: of publication, in UTC, such as `2019-12-04`.
        states: all states that the article and its list are in.
        ours, theirs: the measure of both systems, if articles of a report are shown.
    """

    article: Article
    day: str
    provider: str
    language: str
    topics: list[str]
    states: list[StateName]
    entries: int
    best_score: float
    suggested: int
    links: int
    ours: float = np.nan
    theirs: float = np.nan


def rows_of(overview: Overview, positions: Iterable[int], judged: JudgedColumns | None) -> Iterator[Row]:
    """The rows of some articles, decoded one at a time."""
    masks = {state: overview.mask(state) for state in STATES}
    for position in positions:
        yield Row(
            article=overview.article(position),
            day=_day_of(float(overview.days[position])),
            provider="".join(overview.providers.of_article(position)),
            language="".join(overview.languages.of_article(position)),
            topics=overview.topics.of_article(position),
            states=[state for state, mask in masks.items() if mask[position]],
            entries=int(overview.entries[position]),
            best_score=float(overview.best_scores[position]),
            suggested=int(overview.suggested[position]),
            links=int(overview.links[position]),
            ours=float(judged.ours[position]) if judged else np.nan,
            theirs=float(judged.theirs[position]) if judged else np.nan,
        )


def _day_of(days: float) -> str:
    return "" if np.isnan(days) else str(np.datetime64(int(np.floor(days)), "D"))
