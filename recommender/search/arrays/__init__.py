"""Inputs of the kernels and of `brute_force`: an index's arrays and layout, scoring parameters, scratch space."""

from recommender.search.arrays.index_arrays import (
    HEAD_LEVELS,
    MIN_BLOCK_SIZE,
    IndexArrays,
    read_only,
)
from recommender.search.arrays.index_layout import choose_block_size, term_levels, value_scale
from recommender.search.arrays.scoring_parameters import ScoringParameters
from recommender.search.arrays.scratch import zeroed_scratch

__all__ = [
    "HEAD_LEVELS",
    "MIN_BLOCK_SIZE",
    "IndexArrays",
    "ScoringParameters",
    "choose_block_size",
    "read_only",
    "term_levels",
    "value_scale",
    "zeroed_scratch",
]
