"""Exact nearest neighbours by similarity and time: arrays in, arrays out.

An `Index` holds the articles' vectors, dates and weights and finds the nearest neighbours of any vector, in a total
order: by score, then by row. `Scoring` turns a similarity into a score; the formula itself, time decay included, is
compiled: `kernels/scoring.py`. `hub_weights` demote candidates that are similar to almost everything, and `TopLists`
are the precomputed lists of all articles. Answers are the same to the last bit for any number of threads, and for the
kernels, `brute_force` and precomputed lists alike.
"""

from recommender.search.arrays import (
    HEAD_LEVELS,
    MIN_BLOCK_SIZE,
    IndexArrays,
    choose_block_size,
    term_levels,
    value_scale,
)
from recommender.search.compilation import compile_ahead, watch_compilation
from recommender.search.hub_weighting import (
    HUB_WINDOW,
    hub_weights,
    hub_weights_of_vectors,
    hubness_of_rows,
    hubness_of_vector,
    hubness_threshold,
    recover_hubness_threshold,
    weights_from_hubness,
)
from recommender.search.index import Index, Neighbors, Vector, stack_vectors
from recommender.search.live_index import LiveIndex
from recommender.search.pairs import ranks_of, similarities
from recommender.search.scoring import Scoring
from recommender.search.self_join import all_nearest
from recommender.search.top_lists import TopLists, list_length

__all__ = [
    "HEAD_LEVELS",
    "HUB_WINDOW",
    "MIN_BLOCK_SIZE",
    "Index",
    "IndexArrays",
    "LiveIndex",
    "Neighbors",
    "Scoring",
    "TopLists",
    "Vector",
    "all_nearest",
    "choose_block_size",
    "compile_ahead",
    "hub_weights",
    "hub_weights_of_vectors",
    "hubness_of_rows",
    "hubness_of_vector",
    "hubness_threshold",
    "list_length",
    "ranks_of",
    "recover_hubness_threshold",
    "similarities",
    "stack_vectors",
    "term_levels",
    "value_scale",
    "watch_compilation",
    "weights_from_hubness",
]
