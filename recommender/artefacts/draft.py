"""An artefact in the making, opened a stretch of rows at a time, wherever it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.artefacts import files
from recommender.catalogue import HIDDEN
from recommender.search import Index
from recommender.storage import Folder


@dataclass(frozen=True, slots=True)
class Draft:
    """Its articles, in their order."""

    folder: Folder

    def __len__(self) -> int:
        return files.length(self.folder, "index.days")

    def scalar(self, name: str) -> float:
        """A number of the index."""
        return float(files.read_array(self.folder, f"index.{name}"))

    def days(self, first: int, last: int) -> NDArray[np.float64]:
        """As `Index.days`."""
        return files.read_rows(self.folder, "index.days", first, last)

    def shown(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which articles may be in a list at all."""
        return np.asarray(files.read_rows(self.folder, "articles.flags", first, last) & HIDDEN == 0)

    def start(self, row: int) -> int:
        """Where a row begins in all articles' vectors."""
        return int(files.read_rows(self.folder, "index.indptr", row, row + 1)[0])

    def vectors(self, first: int, last: int) -> Index:
        """Articles as an index that can't be searched, made of their vectors alone."""
        count = last - first
        indptr = files.read_rows(self.folder, "index.indptr", first, last + 1)
        start, end = int(indptr[0]), int(indptr[-1])
        return Index.from_arrays(
            {
                "indptr": indptr - start,
                "indices": files.read_rows(self.folder, "index.indices", start, end),
                "data": files.read_rows(self.folder, "index.data", start, end),
                "days": self.days(first, last),
                "weights": np.ones(count),
                "levels": files.read_array(self.folder, "index.levels"),
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
        """The articles from row `first`, where a block begins, until `last` as an index."""
        vectors = self.vectors(first, last)
        start = self.start(first)
        return Index.from_arrays(
            {
                **vectors._asdict(),
                "weights": files.read_rows(self.folder, "index.weights", first, last),
                "heads": files.read_columns(self.folder, "index.heads", first, last),
                "usual_heads": files.read_array(self.folder, "index.usual_heads"),
                "directory": files.read_rows(
                    self.folder, "index.directory", first // vectors.block, -(-last // vectors.block)
                ),
                "postings": files.read_rows(self.folder, "index.postings", start, start + len(vectors.data)),
                "greatest_norm": self.scalar("greatest_norm"),
            }
        )
