"""The rhythm of a site: how fast relevance fades with time, estimated from texts and dates, without links.

If similar articles lie much closer in time than random pairs do, subjects come and go and relevance fades; otherwise
articles stay relevant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, published_days
from recommender.search import Index, Scoring
from recommender.settings import Settings
from recommender.text import Documents, TfidfModel

_ALIKE = 10  # nearest articles that count as similar
_MIN_ARTICLES = 50
_MAX_ARTICLES = 5_000  # evenly spaced in time; more would give the same result
_INTERVALS = 16  # of days apart, each with equally many pairs of similar articles
_MIN_CONTRAST = 3.0  # between the nearest and the farthest quarter of the intervals; below it there is no rhythm
_MIN_EVERGREEN = 0.5  # limits the effect of the estimate: similar articles need not be related
_HALF_LIFE_COUNT = 60  # half-lives tried, evenly spaced on a logarithmic scale
_EVERGREEN_SHARES = np.linspace(0.0, 0.95, 39)


class Rhythm(NamedTuple):
    """How relevance fades with the days between two articles, and how clearly.

    Attributes:
        half_life_days, evergreen: the settings of these names.
        contrast: how many times more often similar articles lie near in time than far apart.
    """

    half_life_days: float
    evergreen: float
    contrast: float

    def __str__(self) -> str:
        return (
            f"half_life_days {self.half_life_days:g}, evergreen {self.evergreen:g} (similar articles lie "
            f"{self.contrast:g} times as often near in time as far apart)"
        )

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with this half-life and evergreen share."""
        return replace(settings, half_life_days=self.half_life_days, evergreen=self.evergreen)


def estimate_rhythm(articles: Sequence[Article], settings: Settings) -> Rhythm | None:
    """Fit half-life and evergreen share to the days between similar articles.

    The model: similar articles lie d days apart with a probability proportional to p(d) * (e + (1 - e) * 2^(-d / h)),
    where p(d) is the share of all pairs in one language that lie d days apart; h and e maximise the likelihood.

    Args:
        articles: in rank order.
        settings: for computing similarities.

    Returns:
        `None` if there are too few dated articles, or similarity hardly depends on time.
    """
    dated = [one for one in articles if one.published_at is not None and not one.hidden]
    if len(dated) < _MIN_ARTICLES:
        return None
    sample = [dated[row] for row in np.unique(np.linspace(0, len(dated) - 1, _MAX_ARTICLES, dtype=np.int64))]
    languages = [article.language or "" if settings.language == "own" else "" for article in sample]
    vectors = TfidfModel(settings=settings).fit_transform(Documents.of(sample))
    days = published_days(sample)
    index = Index.build(vectors, days)
    own = np.arange(len(sample), dtype=np.int32)[:, None]
    alike = index.nearest(index.vectors, query_days=days, excluded=own, scoring=Scoring(None), limit=_ALIKE).rows
    found = alike >= 0
    apart = np.abs(days[:, None] - days[np.maximum(alike, 0)])
    edges = np.unique(np.quantile(apart[found], np.linspace(0, 1, _INTERVALS + 1))) if found.any() else np.zeros(1)
    edges[-1] = np.inf
    interval = np.searchsorted(edges[1:], apart, side="left")
    counts = np.bincount(interval[found], minlength=len(edges) - 1)
    if len(counts) < 4:
        return None
    expected = _expected_counts(days, languages, found.sum(axis=1), edges)
    quarter = len(counts) // 4
    near, far = (counts[part].sum() / expected[part].sum() for part in (slice(quarter), slice(-quarter, None)))
    if near < _MIN_CONTRAST * far:
        return None
    middles = np.bincount(interval[found], apart[found]) / np.maximum(counts, 1)
    half_lives = np.geomspace(max(middles[0], 0.25), 2 * middles[-1], _HALF_LIFE_COUNT)
    factors = _EVERGREEN_SHARES[:, None] + (1 - _EVERGREEN_SHARES[:, None]) * np.exp2(
        -middles / half_lives[:, None, None]
    )
    probabilities = factors * expected
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    likelihoods = (np.log(np.maximum(probabilities, 1e-12)) * counts).sum(axis=2)
    best, share = np.unravel_index(likelihoods.argmax(), likelihoods.shape)
    return Rhythm(
        float(f"{half_lives[best]:.3g}"),
        max(float(_EVERGREEN_SHARES[share]), _MIN_EVERGREEN),
        float(f"{near / far:.2g}"),
    )


def _expected_counts(
    days: NDArray[np.float64], languages: Sequence[str], alike: NDArray[np.int64], edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The number of pairs that each interval would hold if similarity did not depend on time, float64 (intervals,).

    Args:
        days: float64 (articles,).
        alike: int64 (articles,) how many similar articles each article has.
        edges: float64 (intervals + 1,); intervals include their upper edge, the first one its lower edge too.
    """
    expected = np.zeros(len(edges) - 1)
    of = np.array(languages)
    for language in sorted(set(languages)):
        rows = np.flatnonzero(of == language)
        ascending = np.sort(days[rows])
        own, others = days[rows][:, None], max(len(rows) - 1, 1)
        within = np.searchsorted(ascending, own + edges[1:], side="right") - np.searchsorted(
            ascending, own - edges[1:], side="left"
        )
        pairs = np.diff(within - 1, axis=1, prepend=0)
        expected += (pairs / others * alike[rows][:, None]).sum(axis=0)
    return expected
