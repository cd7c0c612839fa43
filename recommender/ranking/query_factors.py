"""Factors of a query's term weights that apply another title weight than the trained one."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.errors import SettingsError
from recommender.text import TfidfModel


def query_factors(model: TfidfModel, *, trained: float, wanted: float) -> NDArray[np.float32]:
    """The factor of each term's weight in a query, float32 (terms,).

    Both vectors of a pair contain the square roots of the trained shares; the query's factors correct for both.

    Raises:
        SettingsError: the model was trained with a title weight of 0 or 1, so one field has no share.
    """
    if not 0 < model.shares["title"] < 1:
        raise SettingsError(f"title_weight stays {trained}: it was trained with this weight, so one field has no share")
    rest = (1 - wanted) / (1 - trained)
    factors = [
        np.full(span.stop - span.start, wanted / trained if field == "title" else rest)
        for field, span in model.columns().items()
    ]
    return np.concatenate(factors).astype(np.float32)


def weigh_queries(queries: scipy.sparse.csr_array, factors: NDArray[np.float32] | None) -> scipy.sparse.csr_array:
    """Apply the factors to queries; `None` leaves them as trained."""
    if factors is None:
        return queries
    weighed = queries.copy()
    weighed.data *= factors[weighed.indices]
    return weighed
