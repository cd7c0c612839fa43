"""Hub weights: hubness is the mean score to the nearest of the articles around, as comparing all of them would give."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search import Index, Scoring, hub_weights, hubness_of_rows, hubness_of_vector

pytestmark = pytest.mark.usefixtures("both_ways")


def archive(count: int, *, undated: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    chance = np.random.default_rng(count)
    vectors = chance.random((count, 40), np.float32) * (chance.random((count, 40)) < 0.2)
    vectors[3] = 0
    days = np.sort(chance.random(count) * 30)[::-1].copy()
    days[count - undated :] = np.nan
    return vectors.astype(np.float32), days


def by_definition(
    vectors: NDArray[np.float32], days: NDArray[np.float64], *, half_life: float, window: int, neighbors: int
) -> list[float]:
    means = []
    for row in range(len(days)):
        around = [other for other in range(len(days)) if 0 < abs(other - row) <= window]
        apart = np.nan_to_num(np.abs(days[around] - days[row]), nan=0.0)
        scores = (vectors[around] @ vectors[row]) * 2.0 ** (-apart / half_life)
        means.append(float(np.sort(scores)[::-1][:neighbors].sum() / neighbors))
    return means


@pytest.mark.parametrize("window", [5, 64, 1000])  # many bands, some, and one
@pytest.mark.parametrize("undated", [0, 50, 300])
def test_hubness_is_what_comparing_all_articles_around_gives(window: int, undated: int) -> None:
    vectors, days = archive(300, undated=undated)
    index = Index.build(csr_array(vectors), days)
    found = hubness_of_rows(index, 0, 300, scoring=Scoring(7.0), window=window, neighbors=4)
    assert found == pytest.approx(by_definition(vectors, days, half_life=7.0, window=window, neighbors=4), rel=1e-5)


@pytest.mark.parametrize("undated", [0, 100])
def test_an_article_outside_the_index_has_the_hubness_of_one_in_its_row(undated: int) -> None:
    vectors, days = archive(300, undated=undated)
    index = Index.build(csr_array(vectors), days)
    expected = by_definition(vectors, days, half_life=7.0, window=64, neighbors=4)
    for row in (0, 150, 250, 299):
        found = hubness_of_vector(
            index,
            csr_array(vectors[[row]]),
            day=days[row],
            row=row,
            excluded=np.array([row, -1], np.int32),
            scoring=Scoring(7.0),
            window=64,
            neighbors=4,
        )
        assert found == pytest.approx(expected[row], rel=1e-5)


def test_hubness_compares_articles_as_queries() -> None:
    vectors, days = archive(100)
    matrix, scoring = csr_array(vectors), Scoring(7.0)
    other = Index.build(csr_array(np.sqrt(vectors)), days, query_data=matrix.data)
    plain = Index.build(matrix, days)
    found = hubness_of_rows(other, 0, 100, scoring=scoring)
    assert found.tolist() == hubness_of_rows(plain, 0, 100, scoring=scoring).tolist()
    excluded = np.array([7], np.int32)
    of_one = [
        hubness_of_vector(index, matrix[[7]], day=days[7], row=7, excluded=excluded, scoring=scoring)
        for index in (other, plain)
    ]
    assert of_one[0] == of_one[1] > 0


def test_hubness_of_some_rows_counts_neighbours_beyond_them_but_none_outside_the_window() -> None:
    vectors, days = archive(300)
    all_rows = hubness_of_rows(
        Index.build(csr_array(vectors), days), 0, 300, scoring=Scoring(7.0), window=20, neighbors=4
    )
    some = hubness_of_rows(Index.build(csr_array(vectors), days), 90, 200, scoring=Scoring(7.0), window=20, neighbors=4)
    assert np.array_equal(some, all_rows[90:200])
    without_newest = Index.build(csr_array(vectors[7:]), days[7:])
    others = hubness_of_rows(without_newest, 0, 293, scoring=Scoring(7.0), window=20, neighbors=4)
    assert np.array_equal(others[20:], all_rows[27:])


def test_hubs_weigh_less_and_articles_up_to_the_threshold_weigh_1() -> None:
    hub = [[1.0, 1.0, 1.0, 1.0]]
    spokes = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    isolated = [[0.0, 0.0, 0.0, 0.0]]
    vectors = csr_array(np.array(hub + spokes + isolated, np.float32) / 2)
    weights = hub_weights(Index.build(vectors, np.zeros(6)), scoring=Scoring(7.0), exponent=0.5)
    # Of twenty neighbours the hub has four and a spoke one, all at a quarter.
    assert weights == pytest.approx([0.5, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert hub_weights(Index.build(vectors, np.zeros(6)), scoring=Scoring(7.0), exponent=0).tolist() == [1.0] * 6


def test_articles_far_apart_in_time_are_no_hubs_of_each_other() -> None:
    vectors = csr_array(np.ones((3, 1), np.float32))
    weights = hub_weights(Index.build(vectors, np.array([7.0, 0.0, -7000.0])), scoring=Scoring(7.0), exponent=1.0)
    assert weights == pytest.approx([weights[0], weights[0], 1.0])
    assert weights[0] < 0.5
