"""Posting lists: building them, summing them, and the exact dot products of the vectors behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays
from recommender.search.kernels.compiled import Int, compiled, kernel

SUM_ERROR = 2.0**-22
"""Upper bound on what each term adds to the relative error of a float32 sum."""

HEAD_SHARE = 0.8
"""Share of the required similarity that the unread common terms may contribute, estimated from the mean head norms."""

LEVEL_STEP = 2
"""Levels by which a head shrinks if too many candidates remain; this about doubles the postings read."""

STRIP = 64
"""Rows compared with a threshold at once, in vector instructions; most strips hold no candidate."""

_TERMS_AHEAD = 4  # terms by which postings are fetched before they are added
_CACHE_LINE = 16  # postings, columns or values


@kernel
def invert_block(index: IndexArrays, block: int) -> float:
    """Write a block's posting offsets, postings and head norms; returns the greatest norm of its vectors."""
    terms, levels = len(index.term_levels), len(index.head_norms)
    first, last = block * index.block_size, min((block + 1) * index.block_size, len(index.days))
    offsets = index.posting_offsets[block]
    offsets[:] = 0
    for i in range(index.indptr[first], index.indptr[last]):
        offsets[index.indices[i] + 1] += 1
    cursors = np.empty(terms, np.int64)
    for term in range(terms):
        cursors[term] = index.indptr[first] + offsets[term]
        offsets[term + 1] += offsets[term]
    squares = np.empty(levels + 1)
    max_norm = 0.0
    for row in range(first, last):
        squares[:] = 0
        for i in range(index.indptr[row], index.indptr[row + 1]):
            term, value = index.indices[i], np.float64(index.data[i])
            scaled = min(np.ceil(value * index.value_scale), 65535.0)
            index.postings[cursors[term]] = np.uint32(row - first) << np.uint32(16) | np.uint32(scaled)
            cursors[term] += 1
            squares[index.term_levels[term]] += value * value
        square = 0.0
        for level in range(levels):
            square += squares[level]
            index.head_norms[level, row] = np.sqrt(square)
        max_norm = max(max_norm, np.sqrt(square + squares[levels]))
    return max_norm


@compiled
def prepare_query(
    index: IndexArrays,
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    dense_query: NDArray[np.float32],
    head_norms: NDArray[np.float64],
    tail_sizes: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float32], float]:
    """Sort a query's terms for a search, the rarest first.

    Args:
        dense_query: (terms,) gets the query's values.
        head_norms: (levels + 1,) gets the norm of the query's head, by level; 0 without a head.
        tail_sizes: (levels + 2,) gets the number of its terms outside that head, its tail.

    Returns:
        The sorted terms, their values in the postings' scale, and the query's squared norm.
    """
    levels = len(head_norms) - 1
    head_norms[:], tail_sizes[:] = 0, 0
    for i in range(len(columns)):
        level = index.term_levels[columns[i]]
        head_norms[level] += np.float64(values[i]) ** 2
        tail_sizes[level] += 1
        dense_query[columns[i]] = values[i]
    square = 0.0
    for level in range(levels + 1):
        square, head_norms[level] = square + head_norms[level], np.sqrt(square)
    for level in range(levels, -1, -1):
        tail_sizes[level] += tail_sizes[level + 1]
    terms, scaled = np.empty(len(columns), np.int32), np.empty(len(columns), np.float32)
    cursors = tail_sizes[1:].copy()
    for i in range(len(columns)):
        level = index.term_levels[columns[i]]
        terms[cursors[level]] = columns[i]
        scaled[cursors[level]] = values[i] / index.value_scale
        cursors[level] += 1
    return terms, scaled, square


@intrinsic  # type: ignore[untyped-decorator]  # numba is untyped
def _prefetch(_: Any, array: Any, position: Any) -> Any:
    """Fetch an item of an array into the CPU cache, without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer, number = builder.gep(data, [arguments[1]]), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        builder.call(function, [pointer, number(0), number(3), number(1)])  # to read, into all caches, data
        return context.get_dummy_value()

    return types.void(array, position), generate


@compiled
def accumulate(
    sums: NDArray[np.float32],
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    starts: NDArray[np.int32],
    offsets: NDArray[np.int32],
    postings: NDArray[np.uint32],
) -> int:
    """Add the products of some query terms, rounded up, to the sums of a block's rows.

    Args:
        sums: (block size,) by a row's position within the block.
        starts: (terms,) where reading each term's postings starts: its own offset, or later to skip rows.
        offsets: (terms + 1,) of the block.
        postings: of the block.

    Returns:
        The number of postings read.
    """
    begins, ends, read = np.empty(len(terms), np.int32), np.empty(len(terms), np.int32), 0
    for i in range(len(terms)):
        begins[i], ends[i] = starts[terms[i]], offsets[terms[i] + 1]
        read += ends[i] - begins[i]
    for i in range(len(terms)):
        value = values[i]
        if i + _TERMS_AHEAD < len(terms):
            for ahead in range(begins[i + _TERMS_AHEAD], ends[i + _TERMS_AHEAD], _CACHE_LINE):
                _prefetch(postings, ahead)
        of_term = postings[begins[i] : ends[i]]
        for j in range(np.uint64(0), np.uint64(len(of_term))):  # unsigned, so numba checks for no negative index
            posting = of_term[j]
            sums[posting >> np.uint32(16)] += value * np.float32(np.int32(posting & np.uint32(0xFFFF)))
    return read


@compiled
def prefetch_vector(index: IndexArrays, row: Int) -> None:
    """Fetch a row's vector into the CPU cache, without waiting for it."""
    for ahead in range(index.indptr[row], index.indptr[row + 1], _CACHE_LINE):
        _prefetch(index.indices, ahead)
        _prefetch(index.data, ahead)


@compiled
def dot(index: IndexArrays, row: Int, dense_query: NDArray[np.float32], products: NDArray[np.float64]) -> float:
    """The dot product of a row and a dense query, float64, summed in the order of the columns.

    Args:
        products: scratch space for one row's products. Additions depend on each other and are slow, so zeros are
            skipped.
    """
    start, end = index.indptr[row], index.indptr[row + 1]
    columns, values = index.indices[start:end], index.data[start:end]
    size = np.uint64(0)
    for i in range(np.uint64(0), np.uint64(len(columns))):
        weight = dense_query[np.uint32(columns[i])]
        products[size] = np.float64(weight) * np.float64(values[i])
        size += np.uint64(weight != 0)
    total = 0.0
    for i in range(np.uint64(0), size):
        total += products[i]
    return total
