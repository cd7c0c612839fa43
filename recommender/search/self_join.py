"""The nearest neighbours of all articles at once: a self-join of the index.

Blocks are joined in pairs: each with itself, then with the next one, and so on until time decay leaves too low a score.
By the time two distant blocks meet, their heaps are nearly full and few pairs reach the admission thresholds.
(After Bayardo et al., Scaling up all pairs similarity search, 2007, which has no time decay.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import read_only, zeroed_scratch
from recommender.search.compilation import await_search
from recommender.search.index import Index, Neighbors
from recommender.search.scoring import Scoring

_LOW_THRESHOLD = 0.5  # of the mean: for a few heaps below it, many distant blocks would have to be joined


def all_nearest(
    index: Index, *, scoring: Scoring, allowed: NDArray[np.bool_], limit: int, progress: bool = False
) -> Neighbors:
    """The answer of `Index.nearest` for each article of an index, itself excluded.

    Args:
        index: whose articles have the same vectors as queries and as candidates.
        allowed: bool (articles,) the articles that lists may hold.
        progress: show a progress bar.
    """
    from joblib import Parallel, cpu_count, delayed
    from tqdm import tqdm

    from recommender.search.kernels import TopK, join_blocks, join_within_block, may_share_neighbors, sort_heaps

    await_search()
    arrays, parameters = index.timed(scoring).arrays, scoring.parameters
    count, blocks = len(index), len(arrays.posting_offsets)
    top = TopK(
        np.zeros((count, limit)), np.full((count, limit), -1, np.int32), np.zeros(count, np.int32), np.zeros(count)
    )
    candidates = read_only(np.asarray(allowed, np.bool_))
    postings_read, unfinished = 0, np.empty(0, np.int32)

    def join(newer: int, older: int) -> int:
        scratch = zeroed_scratch(index.terms)
        if newer == older:
            return int(join_within_block(arrays, newer, candidates, parameters, top, scratch))
        return int(join_blocks(arrays, newer, older, candidates, parameters, top, scratch))

    with tqdm(desc="lists", unit=" blocks", disable=None if progress else True) as bar:
        for distance in range(blocks):
            pairs = [(block, block + distance) for block in range(blocks - distance)]
            if distance:
                pairs = [pair for pair in pairs if may_share_neighbors(arrays, *pair, parameters, top.thresholds)]
            if not pairs:
                break
            bar.total = bar.n + len(pairs)
            # Two rounds, so that no two threads write to the same block's heaps.
            for parity in (0, 1) if distance else (0,):
                tasks = [delayed(join)(*pair) for pair in pairs if not distance or pair[0] // distance % 2 == parity]
                workers = min(cpu_count(), max(len(tasks), 1))
                for read in Parallel(n_jobs=workers, prefer="threads", return_as="generator")(tasks):
                    postings_read += read
                    bar.update()
            if distance == 1 and blocks > 2:
                unfinished = _with_low_thresholds(top.sizes, top.thresholds, limit)
                top.thresholds[unfinished] = np.inf
    size = arrays.block_size
    sorting = (delayed(sort_heaps)(top, first, min(first + size, count)) for first in range(0, count, size))
    Parallel(n_jobs=cpu_count() if blocks > 1 else 1, prefer="threads")(sorting)
    if len(unfinished):
        found = index.nearest(
            index.vectors_of(unfinished.tolist()),
            query_days=index.days[unfinished],
            query_providers=index.providers[unfinished],
            excluded=unfinished[:, None],
            allowed=allowed,
            scoring=scoring,
            limit=limit,
        )
        top.scores[unfinished], top.rows[unfinished] = found.scores, found.rows
        postings_read += found.postings_read
    return Neighbors(top.rows, top.scores, postings_read)


def _with_low_thresholds(sizes: NDArray[np.int32], thresholds: NDArray[np.float64], limit: int) -> NDArray[np.int32]:
    """Rows that are cheaper to search one by one: their heaps are not full yet, or admit nearly everything."""
    full = sizes == limit
    mean = thresholds[full].mean() if full.any() else 0.0
    return np.flatnonzero(~full | (thresholds < _LOW_THRESHOLD * mean)).astype(np.int32)
