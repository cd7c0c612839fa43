"""Hubs step back: articles that are near to everything weigh less as candidates.

An article's popularity is its mean score to its twenty nearest among those that appeared around it: articles are taken
in spans of 2,048 by date, each with the 1,024 before it and after it, so that what it costs does not grow with the
archive, nor with what a day publishes. Hubs would else crowd into every list (Radovanović et al., Hubs in space, 2010).
"""

from __future__ import annotations

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.neighbors import Decay, Index

_NEIGHBORS = 20
_SPAN, _MARGIN = 2048, 1024  # articles
_PERCENTILE = 10


def hub_weights(index: Index, *, decay: Decay, exponent: float) -> NDArray[np.float64]:
    """The weight that takes each article's popularity back: (least popularity / its own)^exponent, float64, 0 to 1.

    The least is that of the tenth percentile, below which all weigh 1.
    """
    count = len(index.days)
    if exponent == 0:
        return np.ones(count)

    def of_span(span: int) -> NDArray[np.float64]:
        own = np.arange(span * _SPAN, min((span + 1) * _SPAN, count), dtype=np.int32)
        vectors = index.slice(own[0], own[-1] + 1)
        return _popularity(index, vectors, index.days[own], own[:, None], span=span, decay=decay)

    spans = range(-(-count // _SPAN))
    workers = cpu_count() if len(spans) > 1 else 1
    popularity = np.concatenate(Parallel(n_jobs=workers, prefer="threads")(map(delayed(of_span), spans)))
    if not popularity.any():
        return np.ones(count)
    least = np.percentile(popularity[popularity > 0], _PERCENTILE)
    return np.asarray((least / np.maximum(popularity, least)) ** exponent)


def least_popularity(index: Index, *, decay: Decay, exponent: float) -> float | None:
    """The popularity up to which the articles of an index weigh 1; `None` where all do.

    It is not kept: it is recovered from the popularity of an article that weighs less.
    """
    hub = int(np.argmin(index.weights)) if len(index.weights) else 0
    if exponent == 0 or not len(index.weights) or index.weights[hub] == 1:
        return None
    own = np.array([[hub]], np.int32)
    [popularity] = _popularity(index, index.vectors_of([hub]), index.days[[hub]], own, span=hub // _SPAN, decay=decay)
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
    rows = np.searchsorted(-index.days[: index.dated], -days)
    rows[np.isnan(days)] = len(index.days) - 1
    spans = np.minimum(rows, len(index.days) - 1) // _SPAN
    for span in np.unique(spans).tolist():
        own = np.flatnonzero(spans == span)
        popularity = _popularity(index, vectors[own], days[own], excluded[own], span=span, decay=decay)
        weights[own] = (least / np.maximum(popularity, least)) ** exponent
    return weights


def _popularity(
    index: Index, vectors: csr_array, days: NDArray[np.float64], excluded: NDArray[np.int32], *, span: int, decay: Decay
) -> NDArray[np.float64]:
    """The mean score of articles of one span to their twenty nearest, float64 (vectors,)."""
    first, last = max(span * _SPAN - _MARGIN, 0), min((span + 1) * _SPAN + _MARGIN, len(index.days))
    around = Index.of(index.slice(first, last), index.days[first:last])
    within = np.where((excluded >= first) & (excluded < last), excluded - first, -1).astype(np.int32)
    found = around.nearest(vectors, query_days=days, excluded=within, decay=decay, limit=_NEIGHBORS, workers=1)
    return np.asarray(found.scores.mean(axis=1))
