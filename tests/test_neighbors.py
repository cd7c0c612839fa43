from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommender.neighbors import Decay, hub_weights, nearest, nearest_in_window


def rows_and_scores(
    vectors: list[list[float]],
    days: list[float],
    query: int,
    *,
    decay: Decay | None = None,
    weights: list[float] | None = None,
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
        weights=np.array(weights if weights is not None else [1.0] * len(days)),
        own_rows=np.array([query], np.int32),
        decay=decay or Decay(None),
        limit=limit,
        min_score=min_score,
    )
    pairs = zip(found.rows[0].tolist(), found.scores[0].tolist(), strict=True)
    return [(row, score) for row, score in pairs if row >= 0]


def test_a_half_life_halves_forwards_and_backwards() -> None:
    assert Decay(7.0).factor(np.array([10.0]), np.array([10.0, 17.0, 3.0, 24.0])).tolist() == [1.0, 0.5, 0.5, 0.25]


def test_older_candidates_weigh_less_and_newer_ones_fade_slower_as_told() -> None:
    decay = Decay(7.0, newer_stretch=2.0, older_weight=0.5)
    assert decay.factor(np.array([10.0]), np.array([3.0, 10.0, 24.0])).tolist() == [0.25, 1.0, 0.5]


def test_time_counts_for_nothing_without_a_date_or_a_half_life() -> None:
    nan = math.nan
    faded = Decay(7.0, older_weight=0.5).factor(np.array([nan, 0.0, nan]), np.array([5.0, nan, nan]))
    assert faded.tolist() == [1.0, 1.0, 1.0]
    assert Decay(None, older_weight=0.5).factor(np.array([900.0]), np.array([0.0])).tolist() == [1.0]


def test_nothing_beyond_a_distance_scores_more_than_the_bound() -> None:
    for decay in (Decay(7.0, newer_stretch=2.0, older_weight=0.9), Decay(7.0, newer_stretch=0.5)):
        for apart in (0.5, 7.0, 30.0):
            assert decay.factor(np.array([0.0]), np.array([-apart, apart])).max() == pytest.approx(decay.bound(apart))


def test_score_is_similarity_times_decay_times_weight() -> None:
    vectors = [[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]
    assert rows_and_scores(vectors, [0.0, 14.0, 0.0], 0, decay=Decay(7.0)) == [(2, 0.5), (1, 0.25)]
    weighted = rows_and_scores(vectors, [0.0, 14.0, 0.0], 0, decay=Decay(7.0), weights=[1.0, 1.0, 0.25])
    assert weighted == [(1, 0.25), (2, 0.125)]


def test_equal_scores_come_in_the_order_of_the_rows_also_at_the_cut() -> None:
    vectors = [[1.0]] * 50
    assert rows_and_scores(vectors, [0.0] * 50, 7, limit=4) == [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0)]


def test_what_shares_no_term_is_no_neighbour() -> None:
    assert rows_and_scores([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0.0] * 3, 0) == []


def test_what_weighs_nothing_makes_room_for_the_next() -> None:
    vectors = [[1.0], [0.9], [0.8], [0.7]]
    found = rows_and_scores(vectors, [0.0] * 4, 0, weights=[1, 0, 1, 1], limit=2)
    assert [row for row, _ in found] == [2, 3]


def test_a_least_score_is_met_by_what_equals_it() -> None:
    assert [row for row, _ in rows_and_scores([[1.0], [0.5], [0.25]], [0.0] * 3, 0, min_score=0.5)] == [1]


numbers = st.integers(0, 3).map(lambda number: number / 2)
decays = st.builds(
    Decay,
    st.sampled_from([None, 0.5, 1.0, 7.0]),
    older_weight=st.sampled_from([0.5, 1.0]),
    newer_stretch=st.sampled_from([0.5, 1.0, 3.0]),
)


@dataclass
class Archive:
    """A few articles, the newest first and those without a date last."""

    vectors: list[list[float]]
    days: list[float]
    weights: list[float]


@st.composite
def archives(draw: st.DrawFn) -> Archive:
    articles, terms = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    row = st.lists(numbers.map(lambda number: number / 3), min_size=terms, max_size=terms)
    day = st.one_of(st.integers(0, 40).map(float), st.just(math.nan))
    return Archive(
        draw(st.lists(row, min_size=articles, max_size=articles)),
        sorted(draw(st.lists(day, min_size=articles, max_size=articles)), key=lambda d: (math.isnan(d), -d)),
        draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=articles, max_size=articles)),
    )


@given(archives(), st.integers(1, 5), decays, st.sampled_from([0.0, 0.3]), st.data())
def test_neighbours_are_those_of_brute_force_ties_included(
    archive: Archive, limit: int, decay: Decay, min_score: float, data: st.DataObject
) -> None:
    query = data.draw(st.integers(0, len(archive.days) - 1))
    expected = []
    for row, vector in enumerate(archive.vectors):
        similarity = sum(a * b for a, b in zip(archive.vectors[query], vector, strict=True))
        later = archive.days[row] - archive.days[query]
        faded = 1.0
        if decay.half_life_days is not None and not math.isnan(later):
            half_life = decay.half_life_days * (decay.newer_stretch if later > 0 else 1)
            faded = 2 ** (-abs(later) / half_life) * (decay.older_weight if later < 0 else 1.0)
        score = similarity * faded * archive.weights[row]
        if score > 0 and row != query:
            expected.append((row, score))
    expected = [pair for pair in sorted(expected, key=lambda pair: (-pair[1], pair[0])) if pair[1] >= min_score]
    found = rows_and_scores(
        archive.vectors,
        archive.days,
        query,
        decay=decay,
        weights=archive.weights,
        limit=limit,
        min_score=min_score,
    )
    assert [score for _, score in found] == pytest.approx([score for _, score in expected[:limit]], rel=1e-5)
    # Rows whose exact scores differ by rounding alone may change places.
    assert all(score == pytest.approx(dict(expected)[row], rel=1e-5) for row, score in found)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


@given(archives(), st.integers(1, 5), decays, st.sampled_from([0.0, 0.3]))
def test_a_window_finds_what_the_whole_archive_gives(
    archive: Archive, limit: int, decay: Decay, min_score: float
) -> None:
    matrix = csr_array(np.array(archive.vectors, np.float32))
    options: dict[str, Any] = {
        "query_days": np.array(archive.days),
        "days": np.array(archive.days),
        "weights": np.array(archive.weights),
        "own_rows": np.arange(len(archive.days), dtype=np.int32),
        "decay": decay,
        "limit": limit,
        "min_score": min_score,
    }
    whole = nearest(matrix, csr_array(matrix.T), **options)
    window = nearest_in_window(matrix, matrix, **options)
    assert np.array_equal(window.rows, whole.rows)
    assert np.array_equal(window.scores, whole.scores)


def test_a_window_finds_what_the_whole_of_a_long_archive_gives() -> None:
    random = np.random.default_rng(0)
    matrix = csr_array((random.random((1500, 60)) * (random.random((1500, 60)) < 0.1)).astype(np.float32))
    days = np.append(np.sort(random.random(1400) * 3000)[::-1], np.full(100, np.nan))
    for limit, half_life in ((1, 2.0), (10, 2.0), (10, 300.0)):
        options: dict[str, Any] = {
            "query_days": days,
            "days": days,
            "weights": random.random(1500),
            "own_rows": np.arange(1500, dtype=np.int32),
            "decay": Decay(half_life, newer_stretch=1.5, older_weight=0.9),
            "limit": limit,
        }
        whole = nearest(matrix, csr_array(matrix.T), **options)
        window = nearest_in_window(matrix, matrix, **options)
        assert np.array_equal(window.rows, whole.rows)
        assert np.array_equal(window.scores, whole.scores)


def test_hubs_weigh_less_and_the_least_popular_fully() -> None:
    hub = [[1.0, 1.0, 1.0, 1.0]]
    spokes = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    alone = [[0.0, 0.0, 0.0, 0.0]]
    vectors = csr_array(np.array(hub + spokes + alone, np.float32) / 2)
    weights = hub_weights(vectors, np.zeros(6), decay=Decay(7.0), exponent=0.5)
    # Of twenty neighbours the hub has four and a spoke one, all at a quarter.
    assert weights == pytest.approx([0.5, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert hub_weights(vectors, np.zeros(6), decay=Decay(7.0), exponent=0).tolist() == [1.0] * 6


def test_hubs_far_away_in_time_are_none() -> None:
    vectors = csr_array(np.ones((3, 1), np.float32))
    weights = hub_weights(vectors, np.array([7.0, 0.0, -7000.0]), decay=Decay(7.0), exponent=1.0)
    assert weights == pytest.approx([weights[0], weights[0], 1.0])
    assert weights[0] < 0.5
