"""Hub weights: demote candidates that are similar to almost everything.

The hubness of an article is its mean score to its twenty nearest among the 512 articles before and the 512 after it in
rank order; its cost depends neither on the size of the archive nor on the articles per day. Without these weights, hubs
would crowd into every list (Radovanović et al., Hubs in space, 2010).
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.search import brute_force
from recommender.search.arrays import read_only, zeroed_scratch
from recommender.search.index import Index
from recommender.search.scoring import Scoring

HUB_WINDOW = 512
"""Rows before and after an article among which its hubness is measured."""

_NEIGHBORS = 20
_PERCENTILE = 10


def hub_weights(index: Index, *, scoring: Scoring, exponent: float) -> NDArray[np.float64]:
    """The weight of each article as a candidate, (threshold / hubness)^exponent, float64 (articles,), 0 to 1.

    The threshold is the tenth percentile of hubness; articles at or below it weigh 1.
    """
    if exponent == 0:
        return np.ones(len(index))
    hubness = hubness_of_rows(index, 0, len(index), scoring=scoring)
    return weights_from_hubness(hubness, threshold=hubness_threshold(hubness), exponent=exponent)


def hubness_of_rows(
    index: Index,
    first: int,
    last: int,
    *,
    scoring: Scoring,
    window: int = HUB_WINDOW,
    neighbors: int = _NEIGHBORS,
) -> NDArray[np.float64]:
    """The hubness of the articles from row `first` until `last`, float64 (rows,).

    Args:
        window: rows before and after an article that may be its neighbours, even outside `first` to `last`.
        neighbors: how many of the nearest are averaged; missing ones score 0.
    """
    start, end = max(first - window, 0), min(last + window, len(index))
    arrays = index.timed(scoring).as_queries.arrays
    arrays = arrays._replace(indptr=arrays.indptr[start : end + 1], days=arrays.days[start:end])
    count = end - start
    if brute_force.is_small(count) and count <= window:
        means = brute_force.mean_scores(arrays, neighbors=neighbors, scoring=scoring.parameters)
        return means[first - start : last - start]
    from joblib import Parallel, cpu_count, delayed

    from recommender.search.kernels import join_band, mean_scores

    nearest = (
        np.zeros((count, neighbors)),
        np.full((count, neighbors), -1, np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.float32),
    )
    means = np.empty(count)

    def average(band: int) -> None:
        mean_scores(arrays, band, window, scoring.parameters, nearest, zeroed_scratch(index.terms), means)

    bands = range(0, count, window)
    with Parallel(n_jobs=cpu_count() if len(bands) > 1 else 1, prefer="threads") as parallel:
        for parity in (0, 1):  # a band also writes into the next one's top-k
            parallel(delayed(join_band)(arrays, band, window, scoring.parameters, nearest) for band in bands[parity::2])
        parallel(delayed(average)(band) for band in bands)
    return means[first - start : last - start]


def hubness_threshold(hubness: NDArray[np.float64]) -> float:
    """The hubness up to which articles weigh 1; infinite if every hubness is 0."""
    return float(np.percentile(hubness[hubness > 0], _PERCENTILE)) if hubness.any() else np.inf


def weights_from_hubness(hubness: NDArray[np.float64], *, threshold: float, exponent: float) -> NDArray[np.float64]:
    """The weights of articles by their hubness, float64 (articles,), 0 to 1."""
    if threshold == np.inf:
        return np.ones(len(hubness))
    return np.asarray((threshold / np.maximum(hubness, threshold)) ** exponent)


def recover_hubness_threshold(index: Index, *, scoring: Scoring, exponent: float) -> float | None:
    """The threshold from which an index's weights were computed; `None` if all weigh 1.

    An artefact does not store it: it follows from the hubness and weight of the article with the lowest weight.
    """
    hub = int(np.argmin(index.weights)) if len(index) else 0
    if exponent == 0 or not len(index) or index.weights[hub] == 1:
        return None
    hubness = hubness_of_vector(
        index,
        index.as_queries.vectors_of([hub]),
        day=index.days[hub],
        row=hub,
        excluded=np.array([hub], np.int32),
        scoring=scoring,
    )
    return float(hubness * index.weights[hub] ** (1 / exponent))


def hub_weights_of_vectors(
    index: Index,
    vectors: scipy.sparse.csr_array,
    *,
    days: NDArray[np.float64],
    excluded: NDArray[np.int32],
    scoring: Scoring,
    exponent: float,
    threshold: float | None,
) -> NDArray[np.float64]:
    """The weights of articles outside an index, by the same formula as those in it, float64 (vectors,), 0 to 1.

    Args:
        vectors: float32 (vectors, terms).
        days: float64 (vectors,); NaN where unknown.
        excluded: int32 (vectors, any) rows that do not count as their neighbours; -1 for none.
        threshold: of the index, from `recover_hubness_threshold`.
    """
    weights = np.ones(vectors.shape[0])
    if threshold is None:
        return weights
    descending = -index.days[: index.arrays.dated_count]
    for i, day in enumerate(days.tolist()):
        row = len(index) if np.isnan(day) else int(np.searchsorted(descending, -day))
        hubness = hubness_of_vector(index, vectors[[i]], day=day, row=row, excluded=excluded[i], scoring=scoring)
        weights[i] = (threshold / max(hubness, threshold)) ** exponent
    return weights


def hubness_of_vector(
    index: Index,
    vector: scipy.sparse.csr_array,
    *,
    day: float,
    row: int,
    excluded: NDArray[np.int32],
    scoring: Scoring,
    window: int = HUB_WINDOW,
    neighbors: int = _NEIGHBORS,
) -> float:
    """The hubness of one article, which need not be in the index.

    Args:
        vector: float32 (1, terms).
        day: NaN if unknown.
        row: its own row, or the one that it would be inserted before.
        excluded: int32 (any,) rows that do not count as its neighbours; -1 for none.
        window, neighbors: as for `hubness_of_rows`.
    """
    from recommender.search.kernels import mean_score

    return float(
        mean_score(
            index.as_queries.arrays,
            read_only(np.asarray(vector.indices, np.int32)),
            read_only(np.asarray(vector.data, np.float32)),
            day if scoring.half_life_days is not None else float("nan"),
            read_only(excluded),
            max(row - window, 0),
            min(row + window + 1, len(index)),
            scoring.parameters,
            neighbors,
            zeroed_scratch(index.terms),
        )
    )
