from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommender.neighbors import decay, nearest


def rows_and_scores(
    vectors: list[list[float]],
    days: list[float],
    query: int,
    *,
    half_life: float | None = None,
    allowed: list[bool] | None = None,
    limit: int = 10,
    min_score: float = 0.0,
) -> list[tuple[int, float]]:
    """What `nearest` gives for one row of a matrix against all of it."""
    matrix = csr_array(np.array(vectors, np.float32))
    found = nearest(
        csr_array(matrix[[query]]),
        csr_array(matrix.T),
        query_days=np.array(days)[[query]],
        days=np.array(days),
        half_life_days=half_life,
        allowed=np.array(allowed if allowed is not None else [True] * len(days)),
        own_rows=np.array([query], np.int32),
        limit=limit,
        min_score=min_score,
    )
    pairs = zip(found.rows[0].tolist(), found.scores[0].tolist(), strict=True)
    return [(row, score) for row, score in pairs if row >= 0]


def test_a_half_life_halves_forwards_and_backwards() -> None:
    halves = decay(np.array([10.0, 10.0, 10.0, 10.0]), np.array([10.0, 17.0, 3.0, 24.0]), 7.0)
    assert halves.tolist() == [1.0, 0.5, 0.5, 0.25]


def test_time_counts_for_nothing_without_a_date_or_a_half_life() -> None:
    nan = math.nan
    assert decay(np.array([nan, 0.0, nan]), np.array([5.0, nan, nan]), 7.0).tolist() == [1.0, 1.0, 1.0]
    assert decay(np.array([0.0]), np.array([900.0]), None).tolist() == [1.0]


def test_score_is_similarity_times_decay() -> None:
    vectors = [[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]
    assert rows_and_scores(vectors, [0.0, 14.0, 0.0], 0, half_life=7.0) == [(2, 0.5), (1, 0.25)]


def test_equal_scores_come_in_the_order_of_the_rows_also_at_the_cut() -> None:
    vectors = [[1.0]] * 50
    assert rows_and_scores(vectors, [0.0] * 50, 7, limit=4) == [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0)]


def test_what_shares_no_term_is_no_neighbour() -> None:
    assert rows_and_scores([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0.0] * 3, 0) == []


def test_what_is_not_allowed_makes_room_for_the_next() -> None:
    vectors = [[1.0], [0.9], [0.8], [0.7]]
    found = rows_and_scores(vectors, [0.0] * 4, 0, allowed=[True, False, True, True], limit=2)
    assert [row for row, _ in found] == [2, 3]


def test_a_least_score_is_met_by_what_equals_it() -> None:
    assert [row for row, _ in rows_and_scores([[1.0], [0.5], [0.25]], [0.0] * 3, 0, min_score=0.5)] == [1]


numbers = st.integers(0, 3).map(lambda number: number / 2)


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[list[float]], list[float]]:
    articles, terms = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    row = st.lists(numbers, min_size=terms, max_size=terms)
    day = st.one_of(st.integers(0, 20).map(float), st.just(math.nan))
    return (
        draw(st.lists(row, min_size=articles, max_size=articles)),
        draw(st.lists(day, min_size=articles, max_size=articles)),
    )


@given(archives(), st.integers(1, 5), st.sampled_from([None, 1.0, 7.0]), st.data())
def test_neighbours_are_those_of_brute_force_ties_included(
    archive: tuple[list[list[float]], list[float]], limit: int, half_life: float | None, data: st.DataObject
) -> None:
    vectors, days = archive
    query = data.draw(st.integers(0, len(days) - 1))
    allowed = data.draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days)))
    expected = []
    for row, vector in enumerate(vectors):
        similarity = sum(a * b for a, b in zip(vectors[query], vector, strict=True))
        apart = abs(days[row] - days[query])
        score = similarity * (1.0 if half_life is None or math.isnan(apart) else 2 ** (-apart / half_life))
        if score > 0 and row != query and allowed[row]:
            expected.append((row, score))
    expected.sort(key=lambda pair: (-pair[1], pair[0]))
    found = rows_and_scores(vectors, days, query, half_life=half_life, allowed=allowed, limit=limit)
    assert [row for row, _ in found] == [row for row, _ in expected[:limit]]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected[:limit]])


def test_an_answer_does_not_depend_on_what_else_is_asked() -> None:
    random = np.random.default_rng(0)
    matrix = csr_array((random.random((600, 40)) * (random.random((600, 40)) < 0.2)).astype(np.float32))
    days = random.random(600) * 30
    together, alone = (
        [
            nearest(
                csr_array(matrix[rows]),
                csr_array(matrix.T),
                query_days=days[rows],
                days=days,
                half_life_days=7.0,
                allowed=np.ones(600, np.bool_),
                own_rows=rows,
                limit=10,
            )
            for rows in batches
        ]
        for batches in (
            [np.arange(600, dtype=np.int32)],
            [np.array([row], np.int32) for row in range(600)],
        )
    )
    assert np.array_equal(together[0].rows, np.vstack([found.rows for found in alone]))
    assert np.array_equal(together[0].scores, np.vstack([found.scores for found in alone]))
