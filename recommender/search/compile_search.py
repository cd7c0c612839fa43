"""Compiles the search kernel alone: `python -m recommender.search.compile_search`, see `compilation`."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from recommender.search.index import Index
from recommender.search.scoring import Scoring


def main() -> None:
    """Search an index of one article. numpy builds it; once the kernels are imported, all else is compiled."""
    index = Index.build(csr_array(np.ones((1, 1), np.float32)), np.zeros(1))
    import recommender.search.kernels  # noqa: F401, PLC0415

    index.nearest(index.vectors, query_days=index.days, scoring=Scoring(None), limit=1)


if __name__ == "__main__":
    main()
