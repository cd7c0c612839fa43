"""Exact nearest neighbours by similarity and time: plain arrays in, plain arrays out.

A score is similarity * time factor * the candidate's own weight. Weights are at most 1 and the time factor falls with
the distance in time, so no candidate farther away than some distance can beat the scores that are already found: a
search visits blocks of articles outwards from the query's day, and stops where none can. What it costs depends on how
much is published in that time, not on the size of the archive.

Within a block it first reads the postings of the query's rare terms alone. What the common ones, its *head*, can add
to an article is at most the product of the two heads' norms (Cauchy-Schwarz); the few articles that may still be near
enough are then scored from their own vectors, in one fixed order of summing. (Bayardo et al., Scaling up all pairs
similarity search, 2007; Anastasiu and Karypis, L2AP, 2014.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search.arrays import read_only, room
from recommender.search.decay import Decay

HEADS = 10  # of heads; each leaves about 0.7 of the postings that the one before leaves
LEAST_BLOCK, _GOOD_BLOCK, _GREATEST_BLOCK = 256, 4096, 1 << 15  # rows; their numbers within a block have 16 bits
# A block has so many times as many postings as the corpus has terms, and its directory is as much smaller: the usual
# number as long as its sums stay in the nearest cache, and the least one whatever it takes.
_DIRECTORY, _LEAST_DIRECTORY = 16, 2
_BATCH = 256  # queries that one task answers


class Neighbors(NamedTuple):
    """The best rows of each query, best first.

    Attributes:
        rows: int32 (queries, limit); -1 where a query has fewer.
        scores: float64 (queries, limit); 0 there.
        postings: how many were read for all of them; for benchmarks.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]
    postings: int = 0


class Index(NamedTuple):
    """Articles as candidates, ready to be searched: arrays alone, none of which is ever written to.

    Rows are articles in the order that settles ties: the newest first, those without a date last.

    Attributes:
        indptr, indices, data: the vectors' parts, as a csr_array has them: int64, int32, float32.
        days: float64 (articles,) days since any fixed moment; NaN where unknown.
        weights: float64 (articles,), 0 to 1.
        levels: uint8 (terms,) from how many heads on a term belongs to them; the commonest have 0.
        heads: float32 (heads, articles) the norm of the part of each vector whose terms have a level up to the head's.
        usual_heads: float64 (heads,) their means.
        directory: int32 (blocks, terms + 1) where each term's postings start among those of its block.
        postings: uint32, block by block and within it by term: the row within the block in the upper 16 bits, the
            value times `scale`, rounded up, in the lower.
        block: rows of a block.
        dated: rows that have a date.
        scale: what makes the greatest value the greatest number of 16 bits.
        greatest_norm: of any row.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    days: NDArray[np.float64]
    weights: NDArray[np.float64]
    levels: NDArray[np.uint8]
    heads: NDArray[np.float32]
    usual_heads: NDArray[np.float64]
    directory: NDArray[np.int32]
    postings: NDArray[np.uint32]
    block: int
    dated: int
    scale: float
    greatest_norm: float

    @classmethod
    def of(
        cls,
        vectors: csr_array,
        days: NDArray[np.float64],
        weights: NDArray[np.float64] | None = None,
        *,
        like: Self | None = None,
    ) -> Self:
        """Index articles.

        Args:
            vectors: float32 (articles, terms), sorted columns, no value below 0.
            days: float64 (articles,) descending, NaN last.
            weights: float64 (articles,), 0 to 1; all 1 if left out.
            like: an index in whose blocks, scale and levels of terms this one is to be made.
        """
        from recommender.search.kernels import invert

        articles, terms = vectors.shape
        block = like.block if like else block_of(articles=articles, terms=terms, size=vectors.nnz)
        blocks = -(-articles // block)
        draft = cls(
            indptr=np.asarray(vectors.indptr, np.int64),
            indices=np.asarray(vectors.indices, np.int32),
            data=np.asarray(vectors.data, np.float32),
            days=np.asarray(days, np.float64),
            weights=np.ones(articles) if weights is None else np.asarray(weights, np.float64),
            levels=like.levels if like else levels_of(np.bincount(vectors.indices, minlength=terms)),
            heads=np.empty((HEADS, articles), np.float32),
            usual_heads=np.zeros(HEADS),
            directory=np.empty((blocks, terms + 1), np.int32),
            postings=np.empty(vectors.nnz, np.uint32),
            block=block,
            dated=int(np.count_nonzero(~np.isnan(days))),
            scale=like.scale if like else scale_of(float(vectors.data.max(initial=0))),
            greatest_norm=0.0,
        )
        norms = Parallel(n_jobs=cpu_count() if blocks > 1 else 1, prefer="threads")(
            delayed(invert)(draft, at, at + 1) for at in range(blocks)
        )
        return cls.from_arrays(
            draft._replace(
                greatest_norm=max(norms, default=0.0),
                usual_heads=draft.heads.sum(axis=1, dtype=np.float64) / max(articles, 1),
            )._asdict()
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """An index from the parts of another, by name, which may be mapped from files; `_asdict` gives them."""
        plain: dict[str, Any] = {
            name: read_only(arrays[name]) if np.ndim(arrays[name]) else arrays[name] for name in cls._fields
        }
        for name in ("block", "dated"):
            plain[name] = int(plain[name])
        for name in ("scale", "greatest_norm"):
            plain[name] = float(plain[name])
        return cls(**plain)

    def check(self) -> None:
        """Raise `ValueError` unless a search of these arrays stays within them."""
        articles, terms, size = len(self.days), len(self.levels), len(self.postings)
        holds = {
            "rows": len(self.indptr) == articles + 1 and self.indptr[0] == 0 and self.indptr[-1] == size,
            "sizes": len(self.indices) == len(self.data) == size and len(self.weights) == articles,
            "heads": self.heads.shape == (HEADS, articles) and len(self.usual_heads) == HEADS,
            "block": LEAST_BLOCK <= self.block <= _GREATEST_BLOCK and 0 <= self.dated <= articles,
            "directory": self.directory.shape == (-(-articles // max(self.block, 1)), terms + 1),
        }
        if wrong := [name for name, right in holds.items() if not right]:
            raise ValueError(f"the index's {', '.join(wrong)} don't fit")
        if self.levels.max(initial=0) > HEADS:
            raise ValueError("the index's levels don't fit")
        if size and not (self.indices.min() >= 0 and self.indices.max() < terms):
            raise ValueError("the index has columns that do not exist")
        for number, offsets in enumerate(self.directory):
            first, last = number * self.block, min((number + 1) * self.block, articles)
            lengths = np.diff(self.indptr[first : last + 1])
            if lengths.min(initial=0) < 0 or lengths.max(initial=0) > terms:
                raise ValueError("the index's rows don't fit")
            postings = self.postings[self.indptr[first] : self.indptr[last]]
            ends = offsets[0] == 0 and offsets[-1] == len(postings) and (np.diff(offsets) >= 0).all()
            if not ends or (len(postings) and postings.max() >> 16 >= last - first):
                raise ValueError("the index has postings of rows that do not exist")
        # What is no number is neither least nor greatest, but makes both none.
        if not (
            self.weights.min(initial=0) >= 0 and self.weights.max(initial=1) <= 1 and self.data.min(initial=0) >= 0
        ):
            raise ValueError("the index has weights or values out of their range")

    @property
    def vectors(self) -> csr_array:
        """The articles' vectors, float32 (articles, terms)."""
        return self.slice(0, len(self.days))

    def slice(self, first: int, last: int) -> csr_array:
        """The vectors from row `first` until `last`, float32 (rows, terms), not copied."""
        start, end = self.indptr[first], self.indptr[last]
        parts = self.data[start:end], self.indices[start:end], self.indptr[first : last + 1] - start
        return csr_array(parts, shape=(last - first, len(self.levels)))

    def vectors_of(self, rows: Sequence[int]) -> csr_array:
        """Some articles' vectors, float32 (rows, terms), at a cost that does not grow with the others."""
        spans = [slice(self.indptr[row], self.indptr[row + 1]) for row in rows]
        return rows_of(
            [self.indices[span] for span in spans], [self.data[span] for span in spans], terms=len(self.levels)
        )

    def weighted(self, weights: NDArray[np.float64]) -> Self:
        """The same articles with other weights, float64 (articles,), 0 to 1."""
        return self._replace(weights=read_only(np.asarray(weights, np.float64)))

    def timed(self, decay: Decay) -> Self:
        """These articles; where time counts for nothing, as if no date were known."""
        if decay.half_life_days is not None:
            return self
        return self._replace(days=read_only(np.full(len(self.days), np.nan)))

    def nearest(
        self,
        queries: csr_array,
        *,
        query_days: NDArray[np.float64],
        decay: Decay,
        limit: int,
        min_score: float | NDArray[np.float64] = 0.0,
        excluded: NDArray[np.int32] | None = None,
        allowed: NDArray[np.bool_] | None = None,
        since: NDArray[np.float64] | None = None,
        workers: int | None = None,
    ) -> Neighbors:
        """The `limit` best candidates of each query, by score, then by row.

        Candidates must share a term with the query. An answer depends neither on the other queries nor on the number of
        workers: each similarity is the sum of the products in the order of the columns, in float64.

        Args:
            queries: float32 (queries, terms), sorted columns, no value below 0.
            query_days: float64 (queries,); NaN where unknown.
            min_score: what scores less is left out: for all queries, or (queries,) for each.
            excluded: int32 (queries, any) rows that a query must not get, such as its own; -1 for none.
            allowed: (articles,) which rows may be given at all; `None` for all.
            since: float64 (queries,) a day before which nothing is given, nor what has no date; NaN for none.
            workers: threads; by default one a core for many queries.
        """
        from recommender.search.query_kernel import search

        count = queries.shape[0]
        found = Neighbors(np.full((count, limit), -1, np.int32), np.zeros((count, limit)))
        if not len(self.postings):
            return found
        fades = decay.half_life_days is not None
        days = np.asarray(query_days, np.float64) if fades else np.full(count, np.nan)
        ends = np.full(count, len(self.days))
        if since is not None:
            bounded = np.searchsorted(-self.days[: self.dated], -since, side="right")
            ends = np.where(np.isnan(since), ends, bounded)
        parts = (
            read_only(np.asarray(queries.indptr, np.int64)),
            read_only(np.asarray(queries.indices, np.int32)),
            read_only(np.asarray(queries.data, np.float32)),
        )
        arguments = (
            read_only(days),
            read_only(ends),
            read_only(np.empty((count, 0), np.int32) if excluded is None else np.asarray(excluded, np.int32)),
            read_only(np.empty(0, np.bool_) if allowed is None else np.asarray(allowed, np.bool_)),
            decay.fading,
            read_only(np.broadcast_to(np.asarray(min_score, np.float64), count)),
        )

        def answer(order: NDArray[np.int64]) -> int:
            return int(search(self, parts, order, *arguments, room(len(self.levels)), found.scores, found.rows))

        order = np.argsort(days, kind="stable")  # neighbours in time read the same postings
        batches = [order[start : start + _BATCH] for start in range(0, count, _BATCH)]
        if workers is None:
            workers = min(cpu_count(), len(batches)) if len(batches) > 1 else 1
        if workers <= 1:
            return found._replace(postings=answer(order))
        read = Parallel(n_jobs=workers, prefer="threads")(delayed(answer)(batch) for batch in batches)
        return found._replace(postings=sum(read))


def rows_of(indices: Sequence[NDArray[np.int32]], data: Sequence[NDArray[np.float32]], *, terms: int) -> csr_array:
    """Vectors from the columns and values of each, float32 (rows, terms)."""
    indptr = np.cumsum([0, *map(len, indices)], dtype=np.int32)
    columns = np.concatenate([np.empty(0, np.int32), *indices])
    values = np.concatenate([np.empty(0, np.float32), *data])
    return csr_array((values, columns, indptr), shape=(len(indices), terms))


def entered(
    index: Index,
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    *,
    day: float,
    weight: float,
    least: NDArray[np.float64],
    decay: Decay,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The articles for which a candidate that is not among them scores above 0, and as much as they ask for at least.

    It is the search turned round: the scores are those that `nearest` would find, to the last bit.

    Args:
        indices, data: the columns and values of the candidate's vector.
        least: float64 (articles,) what each asks for.

    Returns:
        Their rows, ascending, int64, and the candidate's score for each, float64.
    """
    from recommender.search.query_kernel import enter

    if not len(index.postings):
        return np.empty(0, np.int64), np.empty(0)
    rows, scores = np.empty(len(index.days), np.int64), np.empty(len(index.days))
    size = enter(
        index,
        read_only(np.asarray(indices, np.int32)),
        read_only(np.asarray(data, np.float32)),
        day if decay.half_life_days is not None else float("nan"),
        weight,
        read_only(least),
        decay.fading,
        room(len(index.levels)),
        rows,
        scores,
    )
    return rows[:size].copy(), scores[:size].copy()


def block_of(*, articles: int, terms: int, size: int) -> int:
    """The rows of a block, a power of two, for so many articles whose vectors hold `size` values in all."""
    ratio = terms * articles / max(size, 1)
    wanted = max(min(_DIRECTORY * ratio, _GOOD_BLOCK), _LEAST_DIRECTORY * ratio)
    return 1 << int(np.ceil(np.log2(np.clip(wanted, LEAST_BLOCK, _GREATEST_BLOCK))))


def scale_of(greatest: float) -> float:
    """What makes the greatest value the greatest number of 16 bits."""
    return 0xFFFF / (greatest or 1.0)


def levels_of(frequencies: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The level of each term: 0 for those that make the upper 0.3 of all work, then 0.3 of the rest, and so on."""
    order = np.argsort(-frequencies, kind="stable")
    work = frequencies[order].astype(np.float64) ** 2  # a term is asked for as often as it is held
    before = np.cumsum(work) - work
    left = 1 - before / max(work.sum(), 1.0)
    levels = np.empty(len(frequencies), np.uint8)
    levels[order] = np.minimum(-2 * np.log2(np.maximum(left, 2.0**-HEADS)), HEADS)
    return levels
