"""Every article's nearest at once: what two articles have in common is found once for both.

The archive is joined with itself block by block: each block with itself first, then with the next one, and so on for
as long as time leaves enough of a score. A block finds both sides' lists nearly made, which leaves few articles in
question. (Bayardo et al., Scaling up all pairs similarity search, 2007, join likewise, but know no time.)

Importing this module imports numba, which takes half a second.
"""

from __future__ import annotations

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from recommender.search.arrays import read_only, room
from recommender.search.decay import Decay
from recommender.search.index import Index, Neighbors
from recommender.search.kernels import (
    CHUNK,
    HOPE,
    ROUNDING,
    STEP,
    STRIP,
    TINY,
    Fading,
    accumulate,
    compiled,
    fade,
    most_left,
    most_left_of,
    spread,
)
from recommender.search.topk import Lists, finish, no_floors, raised, settle, settle_pairs

_POOR = 0.5  # of the mean: what lists want less than would keep blocks in question for themselves alone
_PAIRS = 512  # an article of a block that are remembered to be settled together: a few dozen megabytes
_REFRESH = 64  # articles after which what lists want is measured anew


def all_nearest(
    index: Index, *, decay: Decay, allowed: NDArray[np.bool_], limit: int, progress: bool = False
) -> Neighbors:
    """What `Index.nearest` finds for each article of an index, itself excluded.

    Args:
        allowed: bool (articles,) which may be in a list at all.
        progress: show a bar.
    """
    count, blocks = len(index.days), len(index.directory)
    timed = index.timed(decay)
    lists = Lists(
        np.zeros((count, limit)), np.full((count, limit), -1, np.int32), np.zeros(count, np.int32), np.zeros(count)
    )
    shown = read_only(np.asarray(allowed, np.bool_))
    read, left = 0, np.empty(0, np.int32)

    def joined(newer: int, older: int) -> int:
        asked = room(len(index.levels))
        if newer == older:
            return int(join_itself(timed, newer, shown, decay.fading, lists, asked))
        return int(join(timed, newer, older, shown, decay.fading, lists, asked))

    with tqdm(desc="lists", unit=" blocks", disable=None if progress else True) as bar:
        for apart in range(blocks):
            pairs = [(at, at + apart) for at in range(blocks - apart)]
            pairs = [pair for pair in pairs if not apart or meet(timed, *pair, decay.fading, lists.wanted)]
            if not pairs:
                break
            bar.total = bar.n + len(pairs)
            # In turns, so that no block is in two pairs that are joined at the same time.
            for turn in (0, 1) if apart else (0,):
                tasks = [delayed(joined)(*pair) for pair in pairs if not apart or pair[0] // apart % 2 == turn]
                workers = min(cpu_count(), max(len(tasks), 1))
                for postings in Parallel(n_jobs=workers, prefer="threads", return_as="generator")(tasks):
                    read += postings
                    bar.update()
            if apart == 1 and blocks > 2:
                left = _poor(lists)
                lists.wanted[left] = np.inf
    orders = (delayed(finish)(lists, start, min(start + index.block, count)) for start in range(0, count, index.block))
    Parallel(n_jobs=cpu_count() if blocks > 1 else 1, prefer="threads")(orders)
    if len(left):
        found = index.nearest(
            index.vectors_of(left.tolist()),
            query_days=index.days[left],
            excluded=left[:, None],
            allowed=allowed,
            decay=decay,
            limit=limit,
        )
        lists.scores[left], lists.rows[left], read = found.scores, found.rows, read + found.postings
    return Neighbors(lists.rows, lists.scores, read)


def _poor(lists: Lists) -> NDArray[np.int32]:
    """The articles that are better searched for one by one: their lists aren't full yet, or want next to nothing."""
    full = lists.sizes == lists.scores.shape[1]
    usual = lists.wanted[full].mean() if full.any() else 0.0
    return np.flatnonzero(~full | (lists.wanted < _POOR * usual)).astype(np.int32)


@compiled
def meet(index: Index, newer: int, older: int, fading: Fading, wanted: NDArray[np.float64]) -> bool:
    """Whether time leaves enough for any article of one block to be in a list of the other."""
    first, last = newer * index.block, min((newer + 1) * index.block, len(index.days))
    start, end = older * index.block, min((older + 1) * index.block, len(index.days))
    ahead = back = 1.0
    if not np.isnan(index.days[end - 1]):
        later = index.days[start] - index.days[last - 1]
        ahead, back = fade(later, fading), fade(-later, fading)
    most_similar = index.greatest_norm**2 * (1 + ROUNDING)
    return bool(most_similar * ahead >= wanted[first:last].min() or most_similar * back >= wanted[start:end].min())


@compiled
def _in_question(
    kept: NDArray[np.int32],
    size: int,
    first: int,
    sums: NDArray[np.float32],
    rest: np.float32,
    heads: NDArray[np.float32],
    weights: NDArray[np.float64],
    needed: np.float32,
    back: np.float32,
    wanted: NDArray[np.float64],
) -> int:
    """Add the rows that an article's list may need, or whose lists may want it, to `kept`; returns its new size."""
    for low in range(0, len(sums), STRIP):
        some = slice(low, min(low + STRIP, len(sums)))
        of_sums, of_heads, of_weights, of_wanted = sums[some], heads[some], weights[some], wanted[some]
        any = 0
        for place in range(len(of_sums)):
            bound = of_sums[place] + rest * of_heads[place]
            any += (bound * np.float32(of_weights[place]) >= needed) | (bound * back >= np.float32(of_wanted[place]))
        if any:
            for place in range(len(of_sums)):
                bound = of_sums[place] + rest * of_heads[place]
                takes, gives = bound * np.float32(of_weights[place]) >= needed, bound * back >= of_wanted[place]
                kept[size] = first + low + place
                size += (takes | gives) & (bound > 0)
    return size


@compiled
def join_itself(
    index: Index,
    block: int,
    allowed: NDArray[np.bool_],
    fading: Fading,
    lists: Lists,
    asked: NDArray[np.float32],
) -> int:
    """Put the articles of a block into each other's lists, which are empty; returns how many postings were read.

    The sums of all their postings are the similarities but for rounding. They tell what the lists will want at least,
    and which pairs are in question while that is found out; few of these remain to be settled.

    Args:
        asked: (terms,) all zero, before and after.
    """
    limit, wanted = lists.scores.shape[1], lists.wanted
    first, last = block * index.block, min((block + 1) * index.block, len(index.days))
    offsets, postings = index.directory[block], index.postings[index.indptr[first] : index.indptr[last]]
    begins = offsets.copy()
    sums, kept = np.empty(index.block, np.float32), np.empty(index.block, np.int32)
    products = np.empty(len(index.levels))
    space = _PAIRS * index.block
    rows, others, bounds = np.empty(space, np.int32), np.empty(space, np.int32), np.empty(space, np.float32)
    size, read = 0, 0
    floors = no_floors(last - first, index.greatest_norm**2)
    for row in range(first, last):
        columns, data = _vector(index, row)
        values = np.empty(len(columns), np.float32)
        rounded = 0.0  # up, at most, in a sum
        for place in range(len(columns)):
            begins[columns[place]] += 1  # only what comes after the row itself is left to read
            values[place] = data[place] / index.scale
            rounded += values[place]
        sums[:] = 0
        read += accumulate(sums, columns, values, begins, offsets, postings)
        day, weight, slack = index.days[row], index.weights[row], 1 + ROUNDING * (len(columns) + 64)
        candidates = 0
        for low in range(row + 1, last, CHUNK):
            high = min(low + CHUNK, last)
            back = most_left_of(index, low, high, day, fading) * weight if allowed[row] else -1.0
            candidates = _in_question(
                kept,
                candidates,
                low,
                sums[low - first : high - first],
                np.float32(0),
                index.heads[0, low:high],
                index.weights[low:high],
                np.float32(wanted[row] / max(most_left(index, low, high, day, fading) * slack, TINY)),
                np.float32(back * slack),
                wanted[low:high],
            )
        if size + candidates > space:
            pairs = rows[:size], others[:size], bounds[:size]
            settle_pairs(index, pairs, allowed, fading, lists, asked, products)
            size = 0
        for other in kept[:candidates]:
            bound, least = sums[other - first] * slack, max(sums[other - first] / slack - rounded, 0.0)
            later = index.days[other] - day
            ahead = fade(later, fading) * index.weights[other] if allowed[other] else -1.0
            back = fade(-later, fading) * weight if allowed[row] else -1.0
            takes, gives = bound * ahead >= wanted[row], bound * back >= wanted[other]
            if takes:
                wanted[row] = max(wanted[row], raised(floors, row - first, least * ahead, limit))
            if gives:
                wanted[other] = max(wanted[other], raised(floors, other - first, least * back, limit))
            if takes or gives:
                rows[size], others[size], bounds[size] = row, other, bound
                size += 1
    settle_pairs(index, (rows[:size], others[:size], bounds[:size]), allowed, fading, lists, asked, products)
    return read


@compiled
def join(
    index: Index,
    newer: int,
    older: int,
    allowed: NDArray[np.bool_],
    fading: Fading,
    lists: Lists,
    asked: NDArray[np.float32],
) -> int:
    """Put the articles of two blocks into each other's lists; returns how many postings were read.

    Args:
        asked: (terms,) all zero, before and after.
    """
    wanted, depth = lists.wanted, len(index.heads)
    first, last = newer * index.block, min((newer + 1) * index.block, len(index.days))
    start, end = older * index.block, min((older + 1) * index.block, len(index.days))
    offsets, postings = index.directory[older], index.postings[index.indptr[start] : index.indptr[end]]
    sums, kept = np.empty(index.block, np.float32), np.empty(index.block, np.int32)
    bounds, products = np.empty(index.block, np.float32), np.empty(len(index.levels))
    rests, tails = np.empty(depth + 1), np.empty(depth + 2, np.int64)
    chunks = range(start, end, CHUNK)
    least, needs, backs = np.empty(len(chunks)), np.empty(len(chunks), np.float32), np.empty(len(chunks), np.float32)
    for at, low in enumerate(chunks):
        least[at] = wanted[low : min(low + CHUNK, end)].min()
    usual, read = 0.0, 0  # what the older block's lists want; postings
    for row in range(first, last):
        day, weight = index.days[row], index.weights[row]
        columns, data = _vector(index, row)
        if (row - first) % _REFRESH == 0:
            usual = _mean_wanted(wanted[start:end])
        slack = 1 + ROUNDING * (len(columns) + 64)
        most_similar = index.greatest_norm**2 * slack
        hope, ahead_at_most, back_at_most = False, TINY, TINY
        for at, low in enumerate(chunks):
            high = min(low + CHUNK, end)
            ahead = most_left(index, low, high, day, fading)
            back = most_left_of(index, low, high, day, fading) * weight if allowed[row] else -1.0
            needs[at], backs[at] = wanted[row] / max(ahead * slack, TINY), back * slack
            hope = hope or most_similar * ahead >= wanted[row] or (back > 0 and most_similar * back >= least[at])
            ahead_at_most, back_at_most = max(ahead_at_most, ahead), max(back_at_most, back)
        if not hope:
            continue
        terms, values, _ = spread(index, columns, data, asked, rests, tails)
        needed = min(wanted[row] / ahead_at_most, usual / back_at_most)
        level = depth
        while level > 0 and rests[level] * index.usual_heads[level - 1] > HOPE * needed:
            level -= 1
        sums[:] = 0
        summed, touched, candidates = 0, 0, 0
        while True:
            some = slice(summed, tails[level])
            touched += accumulate(sums, terms[some], values[some], offsets, offsets, postings)
            summed = tails[level]
            candidates = 0
            for at, low in enumerate(chunks):
                high = min(low + CHUNK, end)
                candidates = _in_question(
                    kept,
                    candidates,
                    low,
                    sums[low - start : high - start],
                    np.float32(rests[level]),
                    index.heads[max(level - 1, 0), low:high],
                    index.weights[low:high],
                    needs[at],
                    backs[at],
                    wanted[low:high],
                )
            if level == 0 or candidates * len(columns) <= touched:
                break
            level = max(level - STEP, 0)
        read += touched
        for place in range(candidates):
            other = kept[place]
            bounds[place] = (sums[other - start] + rests[level] * index.heads[max(level - 1, 0), other]) * slack
        settle(index, row, kept[:candidates], bounds[:candidates], allowed, fading, lists, asked, products)
        asked[columns] = 0
    return read


@compiled
def _vector(index: Index, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The columns and the values of an article's vector."""
    start, end = index.indptr[row], index.indptr[row + 1]
    return index.indices[start:end], index.data[start:end]


@compiled
def _mean_wanted(wanted: NDArray[np.float64]) -> float:
    """What lists want on average, but for those that want nothing."""
    total, number = 0.0, 0
    for score in wanted:
        if score < np.inf:
            total, number = total + score, number + 1
    return total / max(number, 1)
