"""Hubs step back: articles that are near to everything weigh less as candidates.

An article's popularity is its mean score to its twenty nearest among the 512 that appeared before it and the 512
after it, so that what it costs does not grow with the archive, nor with what a day publishes. Hubs would else crowd
into every list (Radovanović et al., Hubs in space, 2010).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search.decay import Decay
from recommender.search.index import Index

_NEIGHBORS = 20
_PERCENTILE = 10

REACH = 512
"""Articles before and after an article among which its popularity is judged."""


def hub_weights(index: Index, *, decay: Decay, exponent: float) -> NDArray[np.float64]:
    """The weight that takes each article's popularity back: (least popularity / its own)^exponent, float64, 0 to 1.

    The least is that of the tenth percentile, below which all weigh 1.
    """
    if exponent == 0:
        return np.ones(len(index.days))
    popularity = popularity_of_rows(index, 0, len(index.days), decay=decay)
    return weights_of(popularity, least=least_of(popularity), exponent=exponent)


def popularity_of_rows(index: Index, first: int, last: int, *, decay: Decay) -> NDArray[np.float64]:
    """The popularity of the articles from row `first` until `last`, float64 (rows,); others count as neighbours."""
    from recommender.search.popularity import popularity_within  # imports numba

    start, end = max(first - REACH, 0), min(last + REACH, len(index.days))
    around = index.timed(decay)._replace(indptr=index.indptr[start : end + 1])
    around = around._replace(days=around.days[start:end])
    return popularity_within(around, reach=REACH, fading=decay.fading, limit=_NEIGHBORS)[first - start : last - start]


def least_of(popularity: NDArray[np.float64]) -> float:
    """The popularity up to which articles weigh 1."""
    return float(np.percentile(popularity[popularity > 0], _PERCENTILE)) if popularity.any() else np.inf


def weights_of(popularity: NDArray[np.float64], *, least: float, exponent: float) -> NDArray[np.float64]:
    """The weights of articles of some popularity, float64."""
    if least == np.inf:
        return np.ones(len(popularity))
    return np.asarray((least / np.maximum(popularity, least)) ** exponent)


def least_popularity(index: Index, *, decay: Decay, exponent: float) -> float | None:
    """The popularity up to which the articles of an index weigh 1; `None` where all do.

    It is not kept: it is recovered from the popularity of an article that weighs less.
    """
    hub = int(np.argmin(index.weights)) if len(index.weights) else 0
    if exponent == 0 or not len(index.weights) or index.weights[hub] == 1:
        return None
    own = np.array([hub], np.int32)
    popularity = _popularity(index, index.vectors_of([hub]), index.days[hub], own, before=hub, decay=decay)
    return float(popularity * index.weights[hub] ** (1 / exponent))


def more_hub_weights(
    index: Index,
    vectors: csr_array,
    *,
    days: NDArray[np.float64],
    excluded: NDArray[np.int32],
    decay: Decay,
    exponent: float,
    least: float | None,
) -> NDArray[np.float64]:
    """The weights of articles that are not in an index, float64 (vectors,), as those in it were weighed.

    Their popularity is their mean score to their twenty nearest in the index, without what came since.

    Args:
        excluded: int32 (vectors, any) rows that are none of their neighbours; -1 for none.
        least: the index's `least_popularity`.
    """
    weights = np.ones(vectors.shape[0])
    if least is None:
        return weights
    dated = -index.days[: index.dated]
    for at, day in enumerate(days.tolist()):
        before = len(index.days) if np.isnan(day) else int(np.searchsorted(dated, -day))
        popularity = _popularity(index, vectors[[at]], day, excluded[at], before=before, decay=decay)
        weights[at] = (least / max(popularity, least)) ** exponent
    return weights


def _popularity(
    index: Index, vector: csr_array, day: float, excluded: NDArray[np.int32], *, before: int, decay: Decay
) -> float:
    """The mean score of one article, which has so many rows `before` it, to its twenty nearest."""
    from recommender.search.popularity import popularity_of  # imports numba

    return popularity_of(
        index,
        vector,
        day=day if decay.half_life_days is not None else float("nan"),
        excluded=excluded,
        among=(max(before - REACH, 0), min(before + REACH + 1, len(index.days))),
        fading=decay.fading,
        limit=_NEIGHBORS,
    )
