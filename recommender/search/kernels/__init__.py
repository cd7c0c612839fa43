"""Compiled loops over `IndexArrays`; importing this package imports numba (half a second).

They trust their arguments: `Index` and the other callers in `search` check and convert them.
"""

from recommender.search.kernels.hubness import join_band, mean_score, mean_scores
from recommender.search.kernels.postings import invert_block
from recommender.search.kernels.query import search
from recommender.search.kernels.ranks import ranks_of
from recommender.search.kernels.scoring import time_factors
from recommender.search.kernels.self_join import join_blocks, join_within_block, may_share_neighbors
from recommender.search.kernels.similarity import similarities
from recommender.search.kernels.topk import TopK, sort_heaps

__all__ = [
    "TopK",
    "invert_block",
    "join_band",
    "join_blocks",
    "join_within_block",
    "may_share_neighbors",
    "mean_score",
    "mean_scores",
    "ranks_of",
    "search",
    "similarities",
    "sort_heaps",
    "time_factors",
]
