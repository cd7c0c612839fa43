"""Reads rows of the index of an artefact being built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.artefacts.model_files import ModelFiles
from recommender.catalogue import HIDDEN
from recommender.search import Index


@dataclass(frozen=True, slots=True)
class IndexReader:
    """The articles of an artefact, in rank order. Ranges of rows exclude their end.

    Attributes:
        has_queries: whether their vectors as queries differ from those as candidates.
    """

    files: ModelFiles
    has_queries: bool

    def __len__(self) -> int:
        return self.files.count_rows("index.days")

    def scalar(self, name: str) -> float:
        """A scalar of the index."""
        return float(self.files.read_array(f"index.{name}"))

    def days(self, first: int, last: int) -> NDArray[np.float64]:
        """When the articles were published, as `Index.days`."""
        return self.files.read_rows("index.days", first, last)

    def allowed(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which of the articles lists may hold."""
        return np.asarray(self.files.read_rows("articles.flags", first, last) & HIDDEN == 0)

    def start(self, row: int) -> int:
        """The position of a row's first value in `index.data`."""
        return int(self.files.read_rows("index.indptr", row, row + 1)[0])

    def vectors(self, first: int, last: int) -> Index:
        """The articles as an index that holds only their vectors and can't be searched."""
        count = last - first
        indptr = self.files.read_rows("index.indptr", first, last + 1)
        start, end = int(indptr[0]), int(indptr[-1])
        return Index.from_arrays(
            {
                "indptr": indptr - start,
                "indices": self.files.read_rows("index.indices", start, end),
                "data": self.files.read_rows("index.data", start, end),
                "days": self.days(first, last),
                "weights": np.ones(count),
                "providers": self.files.read_rows("index.providers", first, last),
                "term_levels": self.files.read_array("index.term_levels"),
                "head_norms": np.empty((0, count), np.float32),
                "mean_head_norms": np.empty(0),
                "posting_offsets": np.empty((0, 0), np.int32),
                "postings": np.empty(0, np.uint32),
                "block_size": self.scalar("block_size"),
                "dated_count": min(max(self.scalar("dated_count") - first, 0), count),
                "value_scale": self.scalar("value_scale"),
                "max_norm": 0.0,
            },
            self.files.read_rows("index.query_data", start, end) if self.has_queries else None,
        )

    def read(self, first: int, last: int) -> Index:
        """The articles as an index; row `first` must begin a block."""
        vectors = self.vectors(first, last)
        arrays = vectors.arrays
        start = self.start(first)
        return Index.from_arrays(
            {
                **arrays._asdict(),
                "weights": self.files.read_rows("index.weights", first, last),
                "head_norms": self.files.read_columns("index.head_norms", first, last),
                "mean_head_norms": self.files.read_array("index.mean_head_norms"),
                "posting_offsets": self.files.read_rows(
                    "index.posting_offsets", first // arrays.block_size, -(-last // arrays.block_size)
                ),
                "postings": self.files.read_rows("index.postings", start, start + len(arrays.data)),
                "max_norm": self.scalar("max_norm"),
            },
            vectors.query_data,
        )
