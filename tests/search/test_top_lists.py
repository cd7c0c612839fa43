"""Precomputed lists: the nearest of every article, cut off where a list is asked for more than it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search import Index, Scoring, TopLists, list_length

ALL = np.ones(5, np.bool_)
DAYS = np.array([3.0, 2.0, 1.0, 0.0, np.nan])


@pytest.fixture(scope="session")
def lists() -> TopLists:
    """The two best of each of four articles, of which the third may be in no list."""
    vectors = csr_array(np.array([[1, 0], [0.75, 0], [0.5, 0], [0.25, 0], [0, 1]], np.float32))
    allowed = np.array([True, True, False, True, True])
    return TopLists.build(Index.build(vectors, np.zeros(5)), scoring=Scoring(7.0), allowed=allowed, length=2)


@pytest.mark.parametrize(("limit", "length"), [(1, 20), (10, 20), (20, 40), (32, 64), (1000, 64)])
def test_lists_hold_twice_as_many_as_are_shown_within_bounds(limit: int, length: int) -> None:
    assert list_length(limit) == length


def test_each_list_holds_the_nearest_that_are_allowed(lists: TopLists) -> None:
    assert lists.rows.tolist() == [[1, 3], [0, 3], [0, 1], [0, 1], [-1, -1]]
    assert lists.scores.tolist() == [[0.75, 0.25], [0.75, 0.1875], [0.5, 0.375], [0.25, 0.1875], [0.0, 0.0]]


@pytest.mark.long
def test_lists_of_queries_that_differ_from_candidates_are_those_of_a_search() -> None:
    random, count = np.random.default_rng(5), 20_000  # so many that lists are joined where the two do not differ
    vectors = csr_array(
        (random.random(2 * count, np.float32), random.integers(0, 9000, 2 * count), range(0, 2 * count + 1, 2))
    )
    vectors.sum_duplicates()
    index = Index.build(vectors, np.linspace(900, 0, count), query_data=random.random(vectors.nnz, np.float32))
    everyone = np.ones(count, np.bool_)
    made = TopLists.build(index, scoring=Scoring(7.0), allowed=everyone, length=3)
    rows = [0, 7_000, 19_999]
    found = index.nearest(
        index.as_queries.vectors_of(rows),
        query_days=index.days[rows],
        excluded=np.array(rows, np.int32)[:, None],
        scoring=Scoring(7.0),
        limit=3,
    )
    assert made.rows[rows].tolist() == found.rows.tolist()
    assert made.scores[rows].tolist() == found.scores.tolist()


def test_only_a_full_list_has_a_threshold(lists: TopLists) -> None:
    assert lists.thresholds().tolist() == [0.25, 0.1875, 0.375, 0.1875, 0.0]


def test_another_candidate_is_among_the_first_from_the_score_of_the_last_of_them_on(lists: TopLists) -> None:
    def admission_scores(limit: int, allowed: NDArray[np.bool_]) -> Any:
        return lists.admission_scores(np.full(5, limit), allowed).tolist()

    assert admission_scores(1, ALL) == [0.75, 0.75, 0.5, 0.25, 0.0]
    assert admission_scores(2, ALL) == [0.25, 0.1875, 0.375, 0.1875, 0.0]
    assert admission_scores(3, ALL) == [0.0] * 5
    but_the_first = np.array([False, True, True, True, True])
    assert admission_scores(1, but_the_first) == [0.75, 0.1875, 0.375, 0.1875, 0.0]
    assert admission_scores(2, but_the_first) == [0.25, 0.0, 0.0, 0.0, 0.0]
    assert lists.admission_scores(np.array([1, 2, 1, 2, 1]), ALL).tolist() == [0.75, 0.1875, 0.5, 0.1875, 0.0]


def test_the_best_come_first_and_end_at_the_least_score(lists: TopLists) -> None:
    assert lists.best(0, 1, days=DAYS, allowed=ALL) == [(1, 0.75)]
    assert lists.best(0, 2, days=DAYS, allowed=ALL) == [(1, 0.75), (3, 0.25)]
    assert lists.best(0, 2, days=DAYS, allowed=ALL, min_score=0.5) == [(1, 0.75)]
    assert lists.best(4, 2, days=DAYS, allowed=ALL) == []


def test_what_is_excluded_not_allowed_too_old_or_undated_is_left_out(lists: TopLists) -> None:
    but_the_first = np.array([False, True, True, True, True])
    assert lists.best(3, 1, days=DAYS, allowed=but_the_first) == [(1, 0.1875)]
    assert lists.best(3, 1, days=DAYS, allowed=ALL, excluded=[0, 4]) == [(1, 0.1875)]
    assert lists.best(0, 1, days=DAYS, allowed=ALL, since=2.0) == [(1, 0.75)]
    assert lists.best(0, 1, days=DAYS[::-1], allowed=ALL, since=2.0) == [(3, 0.25)]
    assert lists.best(1, 1, days=DAYS[::-1], allowed=ALL, since=2.0) == [(3, 0.1875)]


def test_a_list_that_runs_short_is_none(lists: TopLists) -> None:
    assert lists.best(0, 3, days=DAYS, allowed=ALL) is None
    assert lists.best(0, 2, days=DAYS, allowed=ALL, excluded=[1]) is None
    assert lists.best(4, 2, days=DAYS, allowed=ALL, excluded=[1]) == []


@pytest.mark.parametrize("row", [-2, 5])
def test_lists_of_articles_that_do_not_exist_are_refused(lists: TopLists, row: int) -> None:
    forged = TopLists(lists.rows.copy(), lists.scores)
    forged.rows[3, 1] = row
    with pytest.raises(ValueError, match="a list names an article that does not exist"):
        forged.check(5)
    with pytest.raises(ValueError, match="the numbers of lists and articles differ"):
        lists.check(6)
