"""Exact nearest neighbours by similarity and time.

A score is similarity * time factor * weight * provider factor. The last two are at most 1 and the time factor falls
with distance in time, so beyond some distance no candidate can beat the scores already found. A search visits blocks of
articles outwards from the query's day and stops at that distance. Its cost depends on the number of articles published
in between, not on the size of the archive.

Within a block it first reads only the postings of the query's rare terms. The common terms, the query's *head*, add at
most the product of the two heads' norms to a similarity (Cauchy-Schwarz). The few articles whose upper bound is high
enough are then scored from their own vectors, in one fixed order of summation. (Bayardo et al., Scaling up all pairs
similarity search, 2007; Anastasiu and Karypis, L2AP, 2014.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.search import brute_force
from recommender.search.arrays import (
    HEAD_LEVELS,
    IndexArrays,
    choose_block_size,
    read_only,
    term_levels,
    value_scale,
    zeroed_scratch,
)
from recommender.search.compilation import await_search
from recommender.search.scoring import Scoring

_BATCH_SIZE = 256  # queries per task

Vector: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32]]
"""The columns of a vector, ascending, and its values."""


class Neighbors(NamedTuple):
    """The best rows of each query, best first.

    Attributes:
        rows: int32 (queries, limit); -1 where a query has fewer.
        scores: float64 (queries, limit); 0 there.
        postings_read: by all queries together; for benchmarks.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]
    postings_read: int = 0

    def merge(self, other: Self, *, sort_keys: NDArray[np.float64] | None = None) -> Self:
        """The best of both for each query, as many as this one has.

        Args:
            sort_keys: float64 (articles,) breaks ties, ascending; the row if left out.
        """
        rows = np.concatenate((self.rows, other.rows), axis=1)
        scores = np.concatenate((self.scores, other.scores), axis=1)
        best = np.lexsort((rows if sort_keys is None else sort_keys[rows], -scores), axis=1)[:, : self.rows.shape[1]]
        read = self.postings_read + other.postings_read
        return type(self)(np.take_along_axis(rows, best, axis=1), np.take_along_axis(scores, best, axis=1), read)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Searchable candidates; each row is an article, in rank order.

    Attributes:
        arrays: of the articles as candidates, whose vectors the methods give.
        query_data: float32 (values,) the values of their vectors as queries, in the same columns; `None` if they are
            the same. The lengths of both vectors of an article must be the same, up to rounding.
    """

    arrays: IndexArrays
    query_data: NDArray[np.float32] | None = None

    @classmethod
    def build(
        cls,
        vectors: scipy.sparse.csr_array,
        days: NDArray[np.float64],
        weights: NDArray[np.float64] | None = None,
        *,
        providers: NDArray[np.int32] | None = None,
        like: Self | None = None,
        query_data: NDArray[np.float32] | None = None,
    ) -> Self:
        """Index articles.

        Args:
            vectors: float32 (articles, terms) as candidates, sorted columns, no value below 0.
            days: float64 (articles,) descending, NaN last.
            weights: float64 (articles,), 0 to 1; all 1 if left out.
            providers: int32 (articles,) the number of each article's provider, -1 for none; all -1 if left out.
            like: an index whose block size, value scale and term levels are reused.
            query_data: float32 (values,) the values of the same vectors as queries, where these differ.
        """
        articles, terms = vectors.shape
        block_size = (
            like.arrays.block_size if like else choose_block_size(articles=articles, terms=terms, values=vectors.nnz)
        )
        blocks = -(-articles // block_size)
        arrays = IndexArrays(
            indptr=read_only(np.asarray(vectors.indptr, np.int64)),
            indices=read_only(np.asarray(vectors.indices, np.int32)),
            data=read_only(np.asarray(vectors.data, np.float32)),
            days=read_only(np.asarray(days, np.float64)),
            weights=read_only(np.ones(articles) if weights is None else np.asarray(weights, np.float64)),
            providers=read_only(
                np.full(articles, -1, np.int32) if providers is None else np.asarray(providers, np.int32)
            ),
            term_levels=read_only(
                like.arrays.term_levels if like else term_levels(np.bincount(vectors.indices, minlength=terms))
            ),
            head_norms=np.empty((HEAD_LEVELS, articles), np.float32),
            mean_head_norms=np.zeros(HEAD_LEVELS),
            posting_offsets=np.empty((blocks, terms + 1), np.int32),
            postings=np.empty(vectors.nnz, np.uint32),
            block_size=block_size,
            dated_count=int(np.count_nonzero(~np.isnan(days))),
            value_scale=like.arrays.value_scale if like else value_scale(float(vectors.data.max(initial=0))),
            max_norm=0.0,
        )
        max_norms = _invert_blocks(arrays) if blocks else []
        arrays = arrays._replace(
            max_norm=max(max_norms, default=0.0),
            mean_head_norms=arrays.head_norms.sum(axis=1, dtype=np.float64) / max(articles, 1),
        )
        return cls.from_arrays(arrays._asdict(), query_data)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], query_data: NDArray[np.float32] | None = None) -> Self:
        """Build from `IndexArrays` given by field name, and `query_data`; all may be memory-mapped."""
        return cls(IndexArrays.from_mapping(arrays), None if query_data is None else read_only(query_data))

    def check(self) -> None:
        """Check that no search can read outside the arrays.

        Raises:
            ValueError: a search might.
        """
        self.arrays.check()
        values = self.arrays.data if self.query_data is None else self.query_data
        if len(values) != len(self.arrays.data) or not values.min(initial=0) >= 0:
            raise ValueError("the index's values of queries don't fit")

    def __len__(self) -> int:
        return len(self.arrays.days)

    @property
    def days(self) -> NDArray[np.float64]:
        """The articles' dates, float64 (articles,), in days since any fixed moment, descending; NaN (unknown) last."""
        return self.arrays.days

    @property
    def trained_days(self) -> NDArray[np.float64]:
        """The dates of the trained articles: all `days`."""
        return self.days

    @property
    def weights(self) -> NDArray[np.float64]:
        """The articles' weights as candidates, float64 (articles,), 0 to 1."""
        return self.arrays.weights

    @property
    def providers(self) -> NDArray[np.int32]:
        """The number of each article's provider, int32 (articles,); -1 for none."""
        return self.arrays.providers

    @property
    def terms(self) -> int:
        """The number of columns of a vector."""
        return len(self.arrays.term_levels)

    @property
    def as_queries(self) -> Self:
        """The same articles, whose vectors are now those that they have as queries; it can't be searched."""
        if self.query_data is None:
            return self
        return type(self)(self.arrays._replace(data=self.query_data))

    @property
    def vectors(self) -> scipy.sparse.csr_array:
        """The articles' vectors, float32 (articles, terms)."""
        return self.slice(0, len(self))

    def slice(self, first: int, last: int) -> scipy.sparse.csr_array:
        """The vectors from row `first` until `last`, float32 (rows, terms)."""
        indptr, indices, data = self.arrays.indptr, self.arrays.indices, self.arrays.data
        start, end = indptr[first], indptr[last]
        offsets = indptr[first : last + 1] - start
        if offsets[-1] <= np.iinfo(indices.dtype).max:  # otherwise scipy copies the columns to the offsets' dtype
            offsets = offsets.astype(indices.dtype)
        return scipy.sparse.csr_array((data[start:end], indices[start:end], offsets), shape=(last - first, self.terms))

    def vector(self, row: int) -> Vector:
        """The columns and values of a row."""
        span = slice(self.arrays.indptr[row], self.arrays.indptr[row + 1])
        return self.arrays.indices[span], self.arrays.data[span]

    def vectors_of(self, rows: Sequence[int]) -> scipy.sparse.csr_array:
        """The vectors of some rows, float32 (rows, terms); the cost does not depend on the other rows."""
        return stack_vectors([self.vector(row) for row in rows], terms=self.terms)

    def weighted(self, weights: NDArray[np.float64]) -> Self:
        """The same articles with other weights, float64 (articles,), 0 to 1."""
        return replace(self, arrays=self.arrays._replace(weights=read_only(np.asarray(weights, np.float64))))

    def timed(self, scoring: Scoring) -> Self:
        """The same articles; if the scoring has no half-life, with all dates unknown."""
        if scoring.half_life_days is not None:
            return self
        return replace(self, arrays=self.arrays._replace(days=read_only(np.full(len(self), np.nan))))

    def nearest(
        self,
        queries: scipy.sparse.csr_array,
        *,
        query_days: NDArray[np.float64],
        scoring: Scoring,
        limit: int,
        query_providers: NDArray[np.int32] | None = None,
        min_score: float | NDArray[np.float64] = 0.0,
        excluded: NDArray[np.int32] | None = None,
        allowed: NDArray[np.bool_] | None = None,
        since: NDArray[np.float64] | None = None,
        workers: int | None = None,
    ) -> Neighbors:
        """The `limit` best candidates of each query, by score, then by row.

        Candidates must share a term with the query. The answer to a query depends neither on the other queries nor on
        the number of workers: each similarity is the sum of the products in the order of the columns, in float64.

        Args:
            queries: float32 (queries, terms), sorted columns, no value below 0.
            query_days: float64 (queries,); NaN where unknown.
            query_providers: int32 (queries,); -1 for none; all -1 if left out.
            min_score: the lowest score of a candidate, for all queries or float64 (queries,).
            excluded: int32 (queries, any) rows that are left out for a query, such as its own; -1 for none.
            allowed: bool (articles,) the rows that may be returned; `None` for all.
            since: float64 (queries,) the earliest day of a candidate, which leaves out undated ones; NaN for any.
            workers: threads; by default one per core, or one if a single batch holds all queries.
        """
        count = queries.shape[0]
        found = Neighbors(np.full((count, limit), -1, np.int32), np.zeros((count, limit)))
        if not len(self.arrays.postings):
            return found
        has_time = scoring.half_life_days is not None
        days = np.asarray(query_days, np.float64) if has_time else np.full(count, np.nan)
        ends = np.full(count, len(self))
        if since is not None:
            dated = self.days[: self.arrays.dated_count]
            ends = np.where(np.isnan(since), ends, len(dated) - np.searchsorted(dated[::-1], since))
        providers = np.full(count, -1, np.int32) if query_providers is None else np.asarray(query_providers, np.int32)
        left_out = np.empty((count, 0), np.int32) if excluded is None else np.asarray(excluded, np.int32)
        given_out = np.empty(0, np.bool_) if allowed is None else np.asarray(allowed, np.bool_)
        min_scores = np.broadcast_to(np.asarray(min_score, np.float64), count)
        if brute_force.is_small(len(self)):
            return Neighbors(
                *brute_force.nearest(
                    self.arrays,
                    queries,
                    days=days,
                    providers=providers,
                    ends=ends,
                    excluded=left_out,
                    allowed=given_out,
                    scoring=scoring.parameters,
                    min_scores=min_scores,
                    limit=limit,
                )
            )
        from recommender.search.kernels import search

        await_search()
        vectors = (
            read_only(np.asarray(queries.indptr, np.int64)),
            read_only(np.asarray(queries.indices, np.int32)),
            read_only(np.asarray(queries.data, np.float32)),
        )
        given = (
            read_only(days),
            read_only(providers),
            read_only(ends),
            read_only(left_out),
            read_only(given_out),
            scoring.parameters,
            read_only(min_scores),
        )

        def answer(batch: NDArray[np.int64]) -> int:
            scratch = zeroed_scratch(self.terms)
            return int(search(self.arrays, vectors, batch, *given, scratch, found.scores, found.rows))

        order = np.argsort(days, kind="stable")  # neighbours in time read the same postings
        batches = [order[start : start + _BATCH_SIZE] for start in range(0, count, _BATCH_SIZE)]
        if workers == 1 or len(batches) <= 1:
            return found._replace(postings_read=sum(map(answer, batches)))
        from joblib import Parallel, cpu_count, delayed

        workers = workers or min(cpu_count(), len(batches))
        read = Parallel(n_jobs=workers, prefer="threads")(delayed(answer)(batch) for batch in batches)
        return found._replace(postings_read=sum(read))

    def queries_found_by(
        self,
        vector: scipy.sparse.csr_array,
        *,
        day: float,
        weight: float,
        min_scores: NDArray[np.float64],
        scoring: Scoring,
        provider: int = -1,
    ) -> NDArray[np.int64]:
        """The reverse of `nearest`: the articles for which a candidate scores above 0 and reaches their minimum.

        Similarities are float32 with some slack: articles whose minimum is missed by a rounding error are found too.

        Args:
            vector: float32 (1, terms), of the candidate.
            day: of the candidate; NaN if unknown.
            weight: of the candidate, 0 to 1.
            min_scores: float64 (articles,) the lowest score that each article accepts.
            provider: of the candidate; -1 for none.

        Returns:
            Their rows, ascending.
        """
        dense, slack = vector.toarray()[0], 1 + 2.0**-22 * (vector.nnz + 64)
        of_providers = scoring.provider_factor(self.providers, np.full(len(self), provider, np.int32))
        factors = scoring.time_factor(self.days, np.array(day)) * (weight * slack) * of_providers
        reachable = factors * (np.sqrt(vector.power(2).sum(dtype=np.float64)) * self.arrays.max_norm) >= min_scores
        scores, least, queries = np.zeros(len(self)), scoring.min_similarity / slack, self.as_queries
        for first in range(0, len(self), self.arrays.block_size):
            block = slice(first, min(first + self.arrays.block_size, len(self)))
            if reachable[block].any():
                similarities = queries.slice(block.start, block.stop) @ dense
                scores[block] = np.where(similarities >= least, similarities * factors[block], 0)
        return np.flatnonzero((scores > 0) & (scores >= min_scores))


def _invert_blocks(arrays: IndexArrays) -> list[float]:
    """Write the postings and head norms of all blocks; returns the greatest vector norm of each."""
    blocks = range(len(arrays.posting_offsets))
    if brute_force.is_small(len(arrays.days)):
        return [brute_force.invert_block(arrays, block) for block in blocks]
    from joblib import Parallel, cpu_count, delayed

    from recommender.search.kernels import invert_block

    invert = (delayed(invert_block)(arrays, block) for block in blocks)
    return list(Parallel(n_jobs=cpu_count() if len(blocks) > 1 else 1, prefer="threads")(invert))


def stack_vectors(vectors: Sequence[Vector], *, terms: int) -> scipy.sparse.csr_array:
    """Stack vectors into one matrix, float32 (vectors, terms)."""
    indptr = np.cumsum([0, *(len(indices) for indices, _ in vectors)], dtype=np.int32)
    columns = np.concatenate([np.empty(0, np.int32), *(indices for indices, _ in vectors)])
    values = np.concatenate([np.empty(0, np.float32), *(data for _, data in vectors)])
    return scipy.sparse.csr_array((values, columns, indptr), shape=(len(vectors), terms))
