"""What kernels and `brute_force` take: the plain arrays of an index and how they are laid out, numbers, scratch."""

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
