"""The layout of an index: its block size, value scale and term levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays.index_arrays import HEAD_LEVELS, MAX_BLOCK_SIZE, MIN_BLOCK_SIZE

_CACHED_BLOCK_SIZE = 4096  # rows whose sums fit in the L1 cache
# Postings of a block per posting offset: aim for the first while the sums fit in the cache; never go below the second.
_POSTINGS_PER_OFFSET, _MIN_POSTINGS_PER_OFFSET = 16, 2


def choose_block_size(*, articles: int, terms: int, values: int) -> int:
    """Rows per block, a power of two, for an index whose vectors hold `values` values in all."""
    rows_per_term = terms * articles / max(values, 1)
    size = max(min(_POSTINGS_PER_OFFSET * rows_per_term, _CACHED_BLOCK_SIZE), _MIN_POSTINGS_PER_OFFSET * rows_per_term)
    return 1 << int(np.ceil(np.log2(np.clip(size, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE))))


def value_scale(max_value: float) -> float:
    """The factor that maps the greatest value to the greatest 16-bit number."""
    return 0xFFFF / (max_value or 1.0)


def term_levels(document_frequencies: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The level of each term, uint8 (terms,): 0 for the upper 0.3 of all work, 1 for 0.3 of the rest, and so on.

    Args:
        document_frequencies: int (terms,) the number of articles that hold each term.
    """
    order = np.argsort(-document_frequencies, kind="stable")
    # A term is as frequent in queries as in articles, so its share of the work is the square of its frequency.
    work = document_frequencies[order].astype(np.float64) ** 2
    before = np.cumsum(work) - work
    rest = 1 - before / max(work.sum(), 1.0)
    levels = np.empty(len(document_frequencies), np.uint8)
    levels[order] = np.minimum(-2 * np.log2(np.maximum(rest, 2.0**-HEAD_LEVELS)), HEAD_LEVELS)
    return levels
