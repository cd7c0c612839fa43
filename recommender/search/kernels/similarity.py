"""Similarities of given pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.kernels.compiled import kernel


@kernel
def similarities(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    queries: NDArray[np.int64],
    rows: NDArray[np.int64],
    dense_query: NDArray[np.float32],
    found: NDArray[np.float32],
) -> None:
    """Compute the dot products of pairs of rows.

    Args:
        indptr, indices, data: all vectors, in CSR form.
        queries: (queries,) a row for each query.
        rows: (queries, width) the rows that each query is compared with; -1 for none.
        dense_query: (terms,) scratch space, all zero before and after.
        found: (queries, width) gets the dot products, summed in the order of the terms; 0 for row -1.
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
