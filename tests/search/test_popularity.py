"""An article's popularity is its mean score to the nearest of those around it, as comparing all of them would find."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search import Decay, Index
from recommender.search.popularity import popularity_of, popularity_within


def archive(count: int, *, undated: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    chance = np.random.default_rng(count)
    vectors = chance.random((count, 40), np.float32) * (chance.random((count, 40)) < 0.2)
    vectors[3] = 0
    days = np.sort(chance.random(count) * 30)[::-1].copy()
    days[count - undated :] = np.nan
    return vectors.astype(np.float32), days


def by_definition(
    vectors: NDArray[np.float32], days: NDArray[np.float64], *, half_life: float, reach: int, limit: int
) -> list[float]:
    means = []
    for row in range(len(days)):
        around = [other for other in range(len(days)) if 0 < abs(other - row) <= reach]
        apart = np.nan_to_num(np.abs(days[around] - days[row]), nan=0.0)
        scores = (vectors[around] @ vectors[row]) * 2.0 ** (-apart / half_life)
        means.append(float(np.sort(scores)[::-1][:limit].sum() / limit))
    return means


@pytest.mark.parametrize("reach", [5, 64, 1000])  # many spans, some, and one
@pytest.mark.parametrize("undated", [0, 50, 300])
def test_it_is_what_comparing_all_that_are_around_gives(reach: int, undated: int) -> None:
    vectors, days = archive(300, undated=undated)
    index = Index.of(csr_array(vectors), days)
    found = popularity_within(index, reach=reach, fading=Decay(7.0).fading, limit=4)
    assert found == pytest.approx(by_definition(vectors, days, half_life=7.0, reach=reach, limit=4), rel=1e-5)


@pytest.mark.parametrize("undated", [0, 100])
def test_one_that_is_not_in_the_index_has_that_of_one_in_its_place(undated: int) -> None:
    vectors, days = archive(300, undated=undated)
    index = Index.of(csr_array(vectors), days)
    for row in (0, 150, 250, 299):
        found = popularity_of(
            index,
            csr_array(vectors[[row]]),
            day=days[row],
            excluded=np.array([row, -1], np.int32),
            among=(max(row - 64, 0), min(row + 65, 300)),
            fading=Decay(7.0).fading,
            limit=4,
        )
        assert found == pytest.approx(by_definition(vectors, days, half_life=7.0, reach=64, limit=4)[row], rel=1e-5)


def test_what_appears_elsewhere_changes_nothing() -> None:
    vectors, days = archive(300)
    all_of_them = popularity_within(Index.of(csr_array(vectors), days), reach=20, fading=Decay(7.0).fading, limit=4)
    without_the_newest = popularity_within(
        Index.of(csr_array(vectors[7:]), days[7:]), reach=20, fading=Decay(7.0).fading, limit=4
    )
    assert np.array_equal(all_of_them[27:], without_the_newest[20:])
