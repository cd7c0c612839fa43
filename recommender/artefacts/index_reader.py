"""Reads rows of the index of an artefact that is still being built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.artefacts.model_files import ModelFiles
from recommender.catalogue import HIDDEN
from recommender.search import Index


@dataclass(frozen=True, slots=True)
class IndexReader:
    """The articles of an artefact, in rank order. Ranges of rows do not include their end."""

    files: ModelFiles

    def __len__(self) -> int:
        return self.files.count_rows("index.days")

    def scalar(self, name: str) -> float:
        """A scalar of the index."""
        return float(self.files.read_array(f"index.{name}"))

    def days(self, first: int, last: int) -> NDArray[np.float64]:
        """When the articles were published, as `Index.days`."""
        return self.files.read_rows("index.days", first, last)

    def shown(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which of the articles may be in a list at all."""
        return np.asarray(self.files.read_rows("articles.flags", first, last) & HIDDEN == 0)

    def start(self, row: int) -> int:
        """The position of a row's first value in `index.data`."""
        return int(self.files.read_rows("index.indptr", row, row + 1)[0])

    def vectors(self, first: int, last: int) -> Index:
        """The articles as an index that holds their vectors alone and can't be searched."""
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
                "levels": self.files.read_array("index.levels"),
                "heads": np.empty((0, count), np.float32),
                "usual_heads": np.empty(0),
                "directory": np.empty((0, 0), np.int32),
                "postings": np.empty(0, np.uint32),
                "block": self.scalar("block"),
                "dated": min(max(self.scalar("dated") - first, 0), count),
                "scale": self.scalar("scale"),
                "greatest_norm": 0.0,
            }
        )

    def stretch(self, first: int, last: int) -> Index:
        """The articles as an index; row `first` must begin a block."""
        vectors = self.vectors(first, last)
        start = self.start(first)
        return Index.from_arrays(
            {
                **vectors._asdict(),
                "weights": self.files.read_rows("index.weights", first, last),
                "heads": self.files.read_columns("index.heads", first, last),
                "usual_heads": self.files.read_array("index.usual_heads"),
                "directory": self.files.read_rows("index.directory", first // vectors.block, -(-last // vectors.block)),
                "postings": self.files.read_rows("index.postings", start, start + len(vectors.data)),
                "greatest_norm": self.scalar("greatest_norm"),
            }
        )
