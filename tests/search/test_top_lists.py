"""Precomputed lists: the nearest of every article, cut off where a list is asked for more than it holds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.search import Decay, Index, TopLists


@pytest.fixture(scope="session")
def lists() -> TopLists:
    """The two best of each of four articles, of which the third may be in no list."""
    vectors = csr_array(np.array([[1, 0], [0.75, 0], [0.5, 0], [0.25, 0], [0, 1]], np.float32))
    allowed = np.array([True, True, False, True, True])
    return TopLists.build(Index.build(vectors, np.zeros(5)), decay=Decay(7.0), allowed=allowed, length=2)


def test_each_list_holds_the_nearest_that_are_allowed(lists: TopLists) -> None:
    assert lists.rows.tolist() == [[1, 3], [0, 3], [0, 1], [0, 1], [-1, -1]]
    assert lists.scores.tolist() == [[0.75, 0.25], [0.75, 0.1875], [0.5, 0.375], [0.25, 0.1875], [0.0, 0.0]]


def test_only_a_full_list_has_a_threshold(lists: TopLists) -> None:
    assert lists.thresholds().tolist() == [0.25, 0.1875, 0.375, 0.1875, 0.0]


def test_the_best_come_first_and_end_at_the_least_score(lists: TopLists) -> None:
    assert lists.best(0, 1) == [(1, 0.75)]
    assert lists.best(0, 2) == [(1, 0.75), (3, 0.25)]
    assert lists.best(0, 2, min_score=0.5) == [(1, 0.75)]
    assert lists.best(4, 2) == []


def test_a_list_that_runs_short_is_none(lists: TopLists) -> None:
    assert lists.best(0, 3) is None
    assert lists.best(0, 2, keeps=lambda row: row != 1) is None
    assert lists.best(0, 1, keeps=lambda row: row != 1) == [(3, 0.25)]
    assert lists.best(4, 2, keeps=lambda row: row != 1) == []


@pytest.mark.parametrize("row", [-2, 5])
def test_lists_of_articles_that_do_not_exist_are_refused(lists: TopLists, row: int) -> None:
    forged = TopLists(lists.rows.copy(), lists.scores)
    forged.rows[3, 1] = row
    with pytest.raises(ValueError, match="a list names an article that does not exist"):
        forged.check(5)
    with pytest.raises(ValueError, match="there is not one list an article"):
        lists.check(6)
