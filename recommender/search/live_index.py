"""The trained model's index and the live articles' index, searched as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

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
        """The articles' vectors as queries, float32 (articles, terms)."""
        return scipy.sparse.csr_array(scipy.sparse.vstack((self._base.vectors, self._live.vectors), format="csr"))

    @property
    def candidates(self) -> scipy.sparse.csr_array:
        """The articles' vectors as candidates, float32 (articles, terms)."""
        return scipy.sparse.csr_array(scipy.sparse.vstack((self._base.candidates, self._live.candidates), format="csr"))

    def vectors_of(self, rows: Sequence[int]) -> scipy.sparse.csr_array:
        """The vectors of some articles as queries, float32 (rows, terms)."""
        return self._stacked(rows, self._base.as_queries, self._live.as_queries)

    def candidates_of(self, rows: Sequence[int]) -> scipy.sparse.csr_array:
        """The vectors of some articles as candidates, float32 (rows, terms)."""
        return self._stacked(rows, self._base, self._live)

    @staticmethod
    def _stacked(rows: Sequence[int], base: Index, live: Index) -> scipy.sparse.csr_array:
        vectors = [base.vector(row) if row < len(base) else live.vector(row - len(base)) for row in rows]
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
