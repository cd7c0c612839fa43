"""The plain arrays of an index, as compiled loops take them and an artefact stores them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

HEAD_LEVELS = 10
"""Nested heads of a vector, smallest first; each leaves about 0.7 of the postings that the one before leaves."""

MIN_BLOCK_SIZE, MAX_BLOCK_SIZE = 256, 1 << 15  # rows; a row's position within its block has 16 bits


class IndexArrays(NamedTuple):
    """An inverted index of articles, in blocks of consecutive rows; the arrays are immutable.

    Rows are articles in rank order, which breaks ties: newest first, undated last. The *head* of a vector is its part
    that consists of common terms; there is one head for each level.

    Attributes:
        indptr, indices, data: int64 (articles + 1,), int32 and float32 (values,), the vectors as a CSR matrix.
        days: float64 (articles,) days since any fixed moment; NaN where unknown.
        weights: float64 (articles,), 0 to 1.
        providers: int32 (articles,) the number of each article's provider; -1 for none.
        term_levels: uint8 (terms,) the first level whose head holds the term; 0 for the most common terms.
        head_norms: float32 (levels, articles) the norm of each vector's head.
        mean_head_norms: float64 (levels,) their means.
        posting_offsets: int32 (blocks, terms + 1) where each term's posting list starts in its block's postings.
        postings: uint32 (values,) block by block, by term within a block: the row's position within the block in the
            upper 16 bits, the value times `value_scale`, rounded up, in the lower.
        block_size: rows of a block.
        dated_count: rows that have a date.
        value_scale: maps the greatest value to the greatest 16-bit number.
        max_norm: the greatest norm of any vector.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    days: NDArray[np.float64]
    weights: NDArray[np.float64]
    providers: NDArray[np.int32]
    term_levels: NDArray[np.uint8]
    head_norms: NDArray[np.float32]
    mean_head_norms: NDArray[np.float64]
    posting_offsets: NDArray[np.int32]
    postings: NDArray[np.uint32]
    block_size: int
    dated_count: int
    value_scale: float
    max_norm: float

    @classmethod
    def from_mapping(cls, arrays: Mapping[str, Any]) -> Self:
        """Build from arrays by field name, possibly memory-mapped; `_asdict` is the reverse."""
        plain: dict[str, Any] = {
            name: read_only(arrays[name]) if np.ndim(arrays[name]) else arrays[name] for name in cls._fields
        }
        for name in ("block_size", "dated_count"):
            plain[name] = int(plain[name])
        for name in ("value_scale", "max_norm"):
            plain[name] = float(plain[name])
        return cls(**plain)

    def check(self) -> None:
        """Check that no search can read outside these arrays.

        Raises:
            ValueError: a search might.
        """
        articles, terms, size = len(self.days), len(self.term_levels), len(self.postings)
        fits = {
            "rows": len(self.indptr) == articles + 1 and self.indptr[0] == 0 and self.indptr[-1] == size,
            "sizes": len(self.indices) == len(self.data) == size,
            "weights": len(self.weights) == len(self.providers) == articles,
            "head norms": self.head_norms.shape == (HEAD_LEVELS, articles) and len(self.mean_head_norms) == HEAD_LEVELS,
            "block size": MIN_BLOCK_SIZE <= self.block_size <= MAX_BLOCK_SIZE and 0 <= self.dated_count <= articles,
            "posting offsets": self.posting_offsets.shape == (-(-articles // max(self.block_size, 1)), terms + 1),
        }
        if wrong := [name for name, right in fits.items() if not right]:
            raise ValueError(f"the index's {', '.join(wrong)} don't fit")
        if self.term_levels.max(initial=0) > HEAD_LEVELS:
            raise ValueError("the index's term levels don't fit")
        if size and not (self.indices.min() >= 0 and self.indices.max() < terms):
            raise ValueError("the index has columns that do not exist")
        for block, offsets in enumerate(self.posting_offsets):
            first, last = block * self.block_size, min((block + 1) * self.block_size, articles)
            lengths = np.diff(self.indptr[first : last + 1])
            if lengths.min(initial=0) < 0 or lengths.max(initial=0) > terms:
                raise ValueError("the index's rows don't fit")
            postings = self.postings[self.indptr[first] : self.indptr[last]]
            in_order = offsets[0] == 0 and offsets[-1] == len(postings) and (np.diff(offsets) >= 0).all()
            if not in_order or (len(postings) and postings.max() >> 16 >= last - first):
                raise ValueError("the index has postings of rows that do not exist")
        # A NaN makes both the minimum and the maximum NaN, and so fails the comparisons.
        if not (
            self.weights.min(initial=0) >= 0 and self.weights.max(initial=1) <= 1 and self.data.min(initial=0) >= 0
        ):
            raise ValueError("the index has weights or values out of their range")


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A contiguous, read-only view of the array: one type for compiled code, whether it was writable, mapped or not."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
