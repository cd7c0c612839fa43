"""The self-join finds for every article what searching for it finds, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search import Index, Scoring, all_nearest

ARTICLES = 1500  # six blocks
LIMITS = (1, 7, 50)


def archive(
    seed: int, count: int = ARTICLES, *, copies: int = 0, empty: int = 0, undated: int = 0, days: float = 60.0
) -> Index:
    """Articles of a few common terms and some rare ones, at any time of some days."""
    chance = np.random.default_rng(seed)
    terms = np.minimum(chance.zipf(1.4, (count, 12)), 100) - 1
    vectors = np.zeros((count, 100), np.float32)
    np.put_along_axis(vectors, terms, chance.random((count, 12), np.float32), axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[100 : 100 + copies] = vectors[100]
    vectors[chance.integers(0, count, empty)] = 0
    when = np.sort(chance.random(count) * days)[::-1].copy()
    when[100 : 100 + copies] = when[100]
    when[count - undated :] = np.nan
    weights = chance.uniform(0.4, 1, count)
    index = Index.build(csr_array(vectors), when, weights, providers=chance.integers(-1, 4, count).astype(np.int32))
    assert index.arrays.block_size == 256
    return index


ARCHIVES: dict[str, tuple[dict[str, Any], Scoring]] = {
    "dense": ({"seed": 0}, Scoring(2.0, newer_stretch=1.5, evergreen=0.1)),
    "sparse": ({"seed": 1, "days": 2000.0}, Scoring(7.0)),  # distant blocks can't share neighbours
    "empty vectors": ({"seed": 7, "empty": 20}, Scoring(2.0)),
    "two blocks": ({"seed": 8, "count": 500}, Scoring(20.0, newer_stretch=1.5, evergreen=0.05, window_days=9.0)),
    "one day": ({"seed": 2, "days": 0.0}, Scoring(7.0)),
    "no half-life": ({"seed": 3}, Scoring(None)),
    "half undated": ({"seed": 4, "undated": 700}, Scoring(3.0, newer_stretch=0.5)),
    "undated count less": ({"seed": 9, "undated": 400}, Scoring(3.0, evergreen=0.2, undated=0.25)),
    "too little": ({"seed": 10, "undated": 90}, Scoring(5.0, evergreen=0.1, undated=0.2, min_similarity=0.4)),
    "providers": ({"seed": 11, "undated": 90}, Scoring(5.0, evergreen=0.2, undated=0.3, other_provider=0.6)),
    "undated": ({"seed": 5, "undated": ARTICLES}, Scoring(7.0)),
    "copies": ({"seed": 6, "copies": 400}, Scoring(1.0)),  # ties throughout a block, and on into the next
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_lists_are_those_of_a_search(name: str) -> None:
    options, scoring = ARCHIVES[name]
    index = archive(**options)
    own = np.arange(len(index), dtype=np.int32)
    allowed: NDArray[np.bool_] = own % 10 != 3
    searched = index.nearest(
        index.vectors,
        query_days=index.days,
        query_providers=index.providers,
        excluded=own[:, None],
        allowed=allowed,
        scoring=scoring,
        limit=max(LIMITS),
    )
    for limit in LIMITS:
        found = all_nearest(index, scoring=scoring, allowed=allowed, limit=limit)
        assert np.array_equal(found.rows, searched.rows[:, :limit])
        assert np.array_equal(found.scores, searched.scores[:, :limit])
        assert (found.rows[:, 0] >= 0).mean() > 0.5


def test_an_archive_smaller_than_a_block() -> None:
    index = Index.build(csr_array(np.eye(3, 2, dtype=np.float32)), np.array([2.0, 1.0, 0.0]))
    found = all_nearest(index, scoring=Scoring(7.0), allowed=np.ones(3, np.bool_), limit=2)
    assert found.rows.tolist() == [[-1, -1]] * 3
