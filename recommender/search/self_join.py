"""Every article's nearest at once, by joining the index with itself.

Blocks are joined in pairs: each with itself first, then with the next one, and so on for as long as time decay leaves
enough of a score. A pair of blocks finds both sides' heaps nearly full, so that few articles reach their thresholds.
(Bayardo et al., Scaling up all pairs similarity search, 2007, join likewise, but without time.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import read_only, zeroed_scratch
from recommender.search.index import Index, Neighbors
from recommender.search.scoring import Scoring

_LOW_THRESHOLD = 0.5  # of the mean: heaps below it would keep distant blocks to be joined for themselves alone


def all_nearest(
    index: Index, *, scoring: Scoring, allowed: NDArray[np.bool_], limit: int, progress: bool = False
) -> Neighbors:
    """What `Index.nearest` finds for each article of an index, itself excluded.

    Args:
        allowed: bool (articles,) the articles that may be in a list at all.
        progress: show a progress bar.
    """
    from joblib import Parallel, cpu_count, delayed
    from tqdm import tqdm

    from recommender.search.kernels import TopK, join_blocks, join_within_block, may_share_neighbors, sort_heaps

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
            # In two rounds, so that no block is in two pairs that are joined at the same time.
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
    """The rows that are cheaper to search one by one: their heaps aren't full yet, or admit nearly everything."""
    full = sizes == limit
    mean = thresholds[full].mean() if full.any() else 0.0
    return np.flatnonzero(~full | (thresholds < _LOW_THRESHOLD * mean)).astype(np.int32)
