"""The trained model's index and the live articles' index, searched as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Self, TypedDict, Unpack

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.search.index import Index, Neighbors, stack_vectors
from recommender.search.scoring import Scoring


class _Options(TypedDict):
    """Options that both indexes get alike; see `Index.nearest`."""

    query_days: NDArray[np.float64]
    query_providers: NDArray[np.int32]
    scoring: Scoring
    limit: int
    since: NDArray[np.float64]


class LiveIndex:
    """Trained and live articles as candidates: the trained model's rows, then the live ones.

    Attributes:
        days, weights, providers: as in `Index`, for all rows.
        trained_days: the days of the trained model's rows alone.
    """

    def __init__(self, base: Index, live: Index, *, sort_keys: NDArray[np.float64]) -> None:
        """Join two indexes.

        Args:
            sort_keys: float64 (articles,) ascending in rank order.
        """
        self._base = base
        self._live = live
        self._sort_keys = sort_keys
        self.trained_days = base.days
        self.days = np.concatenate((base.days, live.days))
        self.weights = np.concatenate((base.weights, live.weights))
        self.providers = np.concatenate((base.providers, live.providers))

    @property
    def live_count(self) -> int:
        """How many rows are those of live articles."""
        return len(self._live)

    @property
    def vectors(self) -> scipy.sparse.csr_array:
        """The articles' vectors, float32 (articles, terms)."""
        return scipy.sparse.csr_array(scipy.sparse.vstack((self._base.vectors, self._live.vectors), format="csr"))

    @property
    def as_queries(self) -> Self:
        """As `Index.as_queries`."""
        same = copy(self)
        same._base, same._live = self._base.as_queries, self._live.as_queries
        return same

    def vectors_of(self, rows: Sequence[int]) -> scipy.sparse.csr_array:
        """The vectors of some articles, float32 (rows, terms)."""
        base, live, start = self._base, self._live, len(self._base)
        vectors = [base.vector(row) if row < start else live.vector(row - start) for row in rows]
        return stack_vectors(vectors, terms=base.terms)

    def nearest(
        self,
        queries: scipy.sparse.csr_array,
        *,
        excluded: NDArray[np.int32],
        allowed: NDArray[np.bool_],
        min_score: float | NDArray[np.float64],
        **options: Unpack[_Options],
    ) -> Neighbors:
        """The answer of `Index.nearest` for a single index of all articles."""
        allowed_in_base = allowed[: len(self._base)]
        base = self._base.nearest(queries, excluded=excluded, allowed=allowed_in_base, min_score=min_score, **options)
        last = np.maximum(base.scores[:, -1], min_score)
        live = self.nearest_live(queries, excluded=excluded, allowed=allowed, min_score=last, **options)
        return base.merge(live, sort_keys=self._sort_keys)

    def nearest_live(
        self,
        queries: scipy.sparse.csr_array,
        *,
        excluded: NDArray[np.int32],
        allowed: NDArray[np.bool_],
        min_score: NDArray[np.float64],
        **options: Unpack[_Options],
    ) -> Neighbors:
        """The same, among the live articles only."""
        start = len(self._base)
        found = self._live.nearest(
            queries, excluded=excluded - start, allowed=allowed[start:], min_score=min_score, **options
        )
        return found._replace(rows=np.where(found.rows >= 0, found.rows + start, -1).astype(np.int32))

    def in_rank_order(self, ranked: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
        """Rows and their scores, sorted by score, then in rank order."""
        return sorted(ranked, key=lambda pair: (-pair[1], self._sort_keys[pair[0]]))
