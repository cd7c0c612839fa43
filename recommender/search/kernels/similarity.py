"""Similarities of given pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.kernels.compiled import compiled


@compiled
def similarities(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    queries: NDArray[np.int64],
    rows: NDArray[np.int64],
    dense_query: NDArray[np.float32],
    found: NDArray[np.float32],
) -> None:
    """The dot products of some rows' vectors with those of others.

    Args:
        indptr, indices, data: of all vectors, CSR.
        queries: (queries,) a row each.
        rows: (queries, width) the rows that each is compared with; -1 for none.
        dense_query: (terms,) zeros, which are restored.
        found: (queries, width) is filled with the dot products, summed in the order of terms; 0 for no row.
    """
    for i in range(len(queries)):
        start, end = indptr[queries[i]], indptr[queries[i] + 1]
        for at in range(start, end):
            dense_query[indices[at]] = data[at]
        for j in range(rows.shape[1]):
            row, product = rows[i, j], np.float32(0)
            if row >= 0:
                for at in range(indptr[row], indptr[row + 1]):
                    product += data[at] * dense_query[indices[at]]
            found[i, j] = product
        for at in range(start, end):
            dense_query[indices[at]] = 0
