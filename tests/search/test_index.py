from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender import Settings
from recommender.search import Index, IndexArrays, Neighbors, Scoring

pytestmark = pytest.mark.usefixtures("both_ways")


def rows_and_scores(
    vectors: list[list[float]],
    days: list[float],
    query: int,
    *,
    scoring: Scoring | None = None,
    weights: list[float] | None = None,
    limit: int = 10,
    **options: Any,
) -> list[tuple[int, float]]:
    """What one row of a matrix finds among the others."""
    matrix = csr_array(np.array(vectors, np.float32))
    found = Index.build(matrix, np.array(days), None if weights is None else np.array(weights)).nearest(
        csr_array(matrix[[query]]),
        query_days=np.array(days)[[query]],
        excluded=np.array([[query]], np.int32),
        scoring=scoring or Scoring(None),
        limit=limit,
        **options,
    )
    return pairs_of(found, 0)


def pairs_of(found: Neighbors, query: int) -> list[tuple[int, float]]:
    pairs = zip(found.rows[query].tolist(), found.scores[query].tolist(), strict=True)
    return [(row, score) for row, score in pairs if row >= 0]


def time_factor(later: float, scoring: Scoring) -> float:
    """What a score is multiplied by where the candidate is so many days newer (or, below 0, older)."""
    if scoring.half_life_days is None or later == 0:
        return 1.0
    if math.isnan(later):
        return scoring.parameters.undated
    if abs(later) > (math.inf if scoring.window_days is None else scoring.window_days):
        return scoring.evergreen
    half_life = scoring.half_life_days * (scoring.newer_stretch if later > 0 else 1)
    return scoring.evergreen + (1 - scoring.evergreen) * math.exp2(-abs(later) / half_life)


def brute_force(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    *,
    query_days: NDArray[np.float64],
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    providers: NDArray[np.int32],
    query_providers: NDArray[np.int32],
    excluded: NDArray[np.int32],
    scoring: Scoring,
    limit: int,
    min_score: float = 0.0,
    allowed: NDArray[np.bool_] | None = None,
    since: NDArray[np.float64] | None = None,
) -> list[list[tuple[int, float]]]:
    """All scores of all articles, sums in the order of the columns, sorted: what `Index.nearest` must give."""
    lists = []
    for query, vector in enumerate(queries):
        similarity = np.zeros(len(vectors))
        for column in np.flatnonzero(vector):
            similarity += np.float64(vector[column]) * vectors[:, column]
        factors = np.array([time_factor(day - query_days[query], scoring) for day in days])
        own = query_providers[query]
        others = np.array([own >= 0 and provider >= 0 and provider != own for provider in providers])
        factors = factors * weights * np.where(others, scoring.other_provider, 1.0)
        scores = np.where(similarity < scoring.min_similarity, 0.0, similarity * factors)
        given_out = (scores > 0) & (scores >= min_score) & ~np.isin(np.arange(len(vectors)), excluded[query])
        if allowed is not None:
            given_out &= allowed
        if since is not None and not np.isnan(since[query]):
            given_out &= days >= since[query]
        order = [row for row in np.lexsort((np.arange(len(scores)), -scores)).tolist() if given_out[row]]
        lists.append([(row, float(scores[row])) for row in order[:limit]])
    return lists


def test_a_half_life_halves_forwards_and_backwards() -> None:
    assert Scoring(7.0).time_factor(np.array([10.0]), np.array([10.0, 17.0, 3.0, 24.0])).tolist() == [
        1.0,
        0.5,
        0.5,
        0.25,
    ]


def test_newer_candidates_have_a_longer_half_life_and_a_share_is_evergreen() -> None:
    scoring = Scoring(7.0, newer_stretch=2.0, evergreen=0.25, window_days=20.0)
    factors = scoring.time_factor(np.array([10.0]), np.array([3.0, 10.0, 24.0, 30.0, 31.0, -10.0, -11.0]))
    fading = [0.5, 1.0, 0.5, 2 ** (-20 / 14), 0.0, 2 ** (-20 / 7), 0.0]
    assert factors.tolist() == pytest.approx([0.25 + 0.75 * share for share in fading])


def test_the_time_factor_is_1_without_a_half_life_and_one_of_its_own_without_a_date() -> None:
    nan = math.nan
    faded = Scoring(7.0, evergreen=0.5, undated=0.75).time_factor(np.array([nan, 0.0, nan]), np.array([5.0, nan, nan]))
    assert faded.tolist() == [0.75, 0.75, 0.75]
    assert Scoring(None, evergreen=0.5, undated=0.75).time_factor(np.array([900.0]), np.array([0.0])).tolist() == [1.0]
    assert Scoring(None, undated=0.75).score(0.5, nan, 0.5) == 0.25


def test_a_pair_without_dates_has_the_mean_factor_of_all_dated_pairs() -> None:
    settings, days = Settings(half_life_days=7, newer_stretch=1), np.array([14.0, 7.0, 0.0, math.nan])
    assert Scoring.from_settings(settings, days).parameters.undated == pytest.approx((4 * 0.5 + 2 * 0.25) / 6)
    for unknown in (np.array([math.nan, math.nan]), np.array([3.0, math.nan]), np.zeros(0)):
        assert Scoring.from_settings(settings, unknown).parameters.undated == 1.0
    assert Scoring.from_settings(Settings(half_life_days=None), days).parameters.undated == 1.0


@pytest.mark.parametrize(("half_life", "error"), [(700, 0.01), (7, 0.1)])
def test_of_a_long_archive_the_mean_factor_is_that_of_a_sample(half_life: int, error: float) -> None:
    days = np.arange(5_000.0)[::-1]
    exact = sum((5_000 - apart) * 2 ** (-apart / half_life) for apart in range(1, 5_000)) * 2 / (5_000 * 4_999)
    settings = Settings(half_life_days=half_life, newer_stretch=1)
    assert Scoring.from_settings(settings, days).parameters.undated == pytest.approx(exact, rel=error)


def test_what_is_less_similar_than_the_least_is_left_out_however_new() -> None:
    vectors, days = [[1.0], [0.5], [0.25], [0.6]], [4.0, 4.0, 4.0, -100.0]
    scoring = Scoring(7.0, min_similarity=0.5)
    assert [row for row, _ in rows_and_scores(vectors, days, 0, scoring=scoring)] == [1, 3]
    assert scoring.score(0.49, 0.0, 1.0) == 0.0
    assert scoring.score(0.5, 0.0, 1.0) == 0.5


def test_articles_of_another_provider_score_less_and_where_one_is_unknown_as_ever() -> None:
    vectors, providers = csr_array(np.ones((5, 1), np.float32)), np.array([0, 1, -1, 0, 1], np.int32)
    index = Index.build(vectors, np.zeros(5), providers=providers)

    def found(provider: int | None, scoring: Scoring) -> list[tuple[int, float]]:
        of_queries = None if provider is None else np.array([provider], np.int32)
        options: dict[str, Any] = {"query_providers": of_queries, "scoring": scoring, "limit": 5}
        return pairs_of(index.nearest(csr_array(vectors[[0]]), query_days=np.zeros(1), **options), 0)

    less, everything = Scoring(7.0, other_provider=0.75), [(row, 1.0) for row in range(5)]
    assert found(0, less) == [(0, 1.0), (2, 1.0), (3, 1.0), (1, 0.75), (4, 0.75)]
    assert found(7, less) == [(2, 1.0), (0, 0.75), (1, 0.75), (3, 0.75), (4, 0.75)]
    assert found(0, Scoring(7.0)) == found(-1, less) == found(None, less) == everything
    assert found(1, Scoring(7.0, other_provider=0.0)) == [(1, 1.0), (2, 1.0), (4, 1.0)]


def test_score_is_similarity_times_decay_times_weight() -> None:
    assert Scoring(7.0).score(0.5, 14.0, 0.5) == 0.0625
    assert Scoring(None).score(0.5, 14.0, 0.5) == Scoring(7.0).score(0.5, math.nan, 0.5) == 0.25
    vectors = [[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]
    assert rows_and_scores(vectors, [14.0, 0.0, 0.0], 1, scoring=Scoring(7.0)) == [(2, 0.5), (0, 0.25)]
    weighted = rows_and_scores(vectors, [14.0, 0.0, 0.0], 1, scoring=Scoring(7.0), weights=[1.0, 1.0, 0.25])
    assert weighted == [(0, 0.25), (2, 0.125)]


def test_equal_scores_come_in_the_order_of_the_rows_also_at_the_cut() -> None:
    vectors = [[1.0]] * 50
    assert rows_and_scores(vectors, [0.0] * 50, 7, limit=4) == [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0)]


def test_articles_without_a_common_term_are_no_neighbours() -> None:
    assert rows_and_scores([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0.0] * 3, 0) == []


def test_a_candidate_of_weight_0_is_left_out() -> None:
    vectors = [[1.0], [0.9], [0.8], [0.7]]
    found = rows_and_scores(vectors, [0.0] * 4, 0, weights=[1, 0, 1, 1], limit=2)
    assert [row for row, _ in found] == [2, 3]


def test_a_score_equal_to_the_minimum_is_enough() -> None:
    assert [row for row, _ in rows_and_scores([[1.0], [0.5], [0.25]], [0.0] * 3, 0, min_score=0.5)] == [1]


def test_candidates_that_are_not_allowed_or_too_old_are_left_out() -> None:
    vectors, days = [[1.0], [0.9], [0.8], [0.7], [0.6]], [4.0, 3.0, 2.0, 1.0, math.nan]
    allowed = np.array([True, False, True, True, True])
    assert [row for row, _ in rows_and_scores(vectors, days, 0, allowed=allowed, limit=2)] == [2, 3]
    since = np.array([2.0])
    assert [row for row, _ in rows_and_scores(vectors, days, 0, since=since)] == [1, 2]
    assert [row for row, _ in rows_and_scores(vectors, days, 3, since=np.array([math.nan]))] == [0, 1, 2, 4]


def test_an_empty_text_and_an_empty_archive_find_nothing() -> None:
    assert rows_and_scores([[0.0, 0.0], [1.0, 0.0]], [0.0, 0.0], 0) == []
    assert rows_and_scores([[]], [math.nan], 0) == []
    nobody = Index.build(csr_array(np.zeros((0, 2), np.float32)), np.zeros(0))
    found = nobody.nearest(
        csr_array(np.ones((1, 2), np.float32)), query_days=np.zeros(1), scoring=Scoring(7.0), limit=3
    )
    assert found.rows.tolist() == [[-1, -1, -1]]


numbers = st.integers(0, 3).map(lambda number: number / 2)
scorings = st.builds(
    Scoring,
    st.sampled_from([None, 0.5, 1.0, 7.0]),
    evergreen=st.sampled_from([0.0, 0.2, 1.0]),
    window_days=st.sampled_from([None, 0.5, 4.0]),
    newer_stretch=st.sampled_from([0.5, 1.0, 3.0]),
    undated=st.sampled_from([0.0, 0.1, 0.6, 1.0]),
    min_similarity=st.sampled_from([0.0, 0.0, 0.26, 0.7]),
    other_provider=st.sampled_from([0.0, 0.6, 1.0]),
)


@dataclass
class Archive:
    """Articles, the newest first and those without a date last."""

    vectors: NDArray[np.float32]
    days: NDArray[np.float64]
    weights: NDArray[np.float64]
    providers: NDArray[np.int32]

    def index(self) -> Index:
        return Index.build(csr_array(self.vectors), self.days, self.weights, providers=self.providers)

    def lists(self, options: dict[str, Any], **more: Any) -> list[list[tuple[int, float]]]:
        queries: dict[str, Any] = {"query_days": self.days, "query_providers": self.providers}
        found = self.index().nearest(csr_array(self.vectors), **queries, **options, **more)
        return [pairs_of(found, query) for query in range(len(self.days))]

    def expected(self, options: dict[str, Any]) -> list[list[tuple[int, float]]]:
        return brute_force(
            self.vectors,
            self.vectors,
            query_days=self.days,
            days=self.days,
            weights=self.weights,
            providers=self.providers,
            query_providers=self.providers,
            **options,
        )


@st.composite
def archives(draw: st.DrawFn) -> Archive:
    articles, terms = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    row = st.lists(numbers.map(lambda number: number / 3), min_size=terms, max_size=terms)
    day = st.one_of(st.integers(0, 40).map(float), st.just(math.nan))
    return Archive(
        np.array(draw(st.lists(row, min_size=articles, max_size=articles)), np.float32),
        np.array(
            sorted(draw(st.lists(day, min_size=articles, max_size=articles)), key=lambda d: (math.isnan(d), -d)),
            np.float64,
        ),
        np.array(draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=articles, max_size=articles))),
        np.array(draw(st.lists(st.integers(-1, 2), min_size=articles, max_size=articles)), np.int32),
    )


@st.composite
def long_archives(draw: st.DrawFn) -> Archive:
    """Archives of several blocks: few texts, each of them many times, so that nearly every score is a tie."""
    random = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    articles, texts, terms = draw(st.sampled_from([300, 700, 1100])), draw(st.integers(1, 60)), 40
    common = random.random(terms) ** 3
    each = (random.random((texts, terms)) < common) * random.integers(1, 4, (texts, terms))
    each = each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1)
    undated = draw(st.sampled_from([0, 0, 1, 300, articles]))
    span = draw(st.sampled_from([0.0, 3.0, 300.0]))
    days = np.sort(np.floor(random.random(articles - undated) * span))[::-1]
    return Archive(
        each[random.integers(0, texts, articles)].astype(np.float32),
        np.append(days, np.full(undated, math.nan)),
        random.choice([0.0, 0.25, 1.0], articles, p=[0.1, 0.4, 0.5]),
        random.integers(-1, 3, articles).astype(np.int32),
    )


@st.composite
def searches(draw: st.DrawFn, archive: Archive) -> dict[str, Any]:
    """How to search: every option, each one often left alone."""
    articles = len(archive.days)
    random = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    own = np.arange(articles, dtype=np.int32)[:, None]
    others = random.integers(-1, articles, (articles, 3)).astype(np.int32)
    since = random.choice(np.append(archive.days, [math.nan, 10.0]), articles)
    return {
        "scoring": draw(scorings),
        "limit": draw(st.sampled_from([1, 2, 5, 30])),
        "min_score": draw(st.sampled_from([0.0, 0.0, 0.3])),
        "excluded": draw(st.sampled_from([own, np.hstack([own, others])])),
        "allowed": draw(st.sampled_from([None, random.random(articles) < 0.5])),
        "since": draw(st.sampled_from([None, since])),
    }


@given(archives(), st.data())
def test_neighbours_are_those_of_brute_force(archive: Archive, data: st.DataObject) -> None:
    options = data.draw(searches(archive))
    assert archive.lists(options) == archive.expected(options)


@pytest.mark.long
@settings(max_examples=examples(40), deadline=None)
@given(long_archives(), st.data())
def test_neighbours_in_long_archives_are_those_of_brute_force(archive: Archive, data: st.DataObject) -> None:
    options = data.draw(searches(archive))
    assert archive.lists(options) == archive.expected(options)


@settings(max_examples=examples(10), deadline=None)
@given(long_archives(), st.data())
def test_an_answer_is_the_same_alone_in_a_batch_and_on_any_number_of_threads(
    archive: Archive, data: st.DataObject
) -> None:
    options = {**data.draw(searches(archive)), "excluded": None, "since": None}
    together = archive.lists(options, workers=1)
    assert archive.lists(options, workers=3) == together
    index = archive.index()
    for query in range(0, len(archive.days), 50):
        one = csr_array(archive.vectors[[query]])
        own: dict[str, Any] = {"query_days": archive.days[[query]], "query_providers": archive.providers[[query]]}
        alone = index.nearest(one, **own, **options)
        assert pairs_of(alone, 0) == together[query]


def test_two_indexes_give_the_best_of_both() -> None:
    newer = Neighbors(np.array([[0, 2], [1, -1]], np.int32), np.array([[0.5, 0.25], [0.5, 0.0]]))
    older = Neighbors(np.array([[4, 3], [-1, -1]], np.int32), np.array([[0.75, 0.25], [0.0, 0.0]]))
    for both in (newer.merge(older), older.merge(newer)):
        assert (both.rows.tolist(), both.scores.tolist()) == ([[4, 0], [1, -1]], [[0.75, 0.5], [0.5, 0.0]])
    third = Neighbors(np.array([[3, 4]], np.int32), np.array([[0.5, 0.25]]))
    assert Neighbors(newer.rows[:1], newer.scores[:1]).merge(third).rows.tolist() == [[0, 3]]
    keys = np.array([2.0, 0.0, 3.0, 1.0, 4.0])
    assert Neighbors(newer.rows[:1], newer.scores[:1]).merge(third, sort_keys=keys).rows.tolist() == [[3, 0]]


@given(archives(), st.data())
def test_the_reverse_of_a_search_finds_the_queries_that_accept_a_candidates_score(
    archive: Archive, data: st.DataObject
) -> None:
    scoring = data.draw(scorings)
    count = len(archive.days)
    candidate, weight = data.draw(st.integers(0, count - 1)), data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    day = data.draw(st.sampled_from([*archive.days.tolist(), 10.0, math.nan]))
    provider = data.draw(st.integers(-1, 2))
    least = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5]), min_size=count, max_size=count)))
    expected = []
    for row, vector in enumerate(archive.vectors):
        similarity = sum(float(a) * float(b) for a, b in zip(vector, archive.vectors[candidate], strict=True))
        score = similarity * time_factor(day - archive.days[row], scoring) * weight
        if provider >= 0 and archive.providers[row] >= 0 and provider != archive.providers[row]:
            score *= scoring.other_provider
        score *= similarity >= scoring.min_similarity
        assume(not least[row] * (1 - 1e-3) < score < least[row])
        if score > 0 and score >= least[row]:
            expected.append(row)
    vector = csr_array(archive.vectors[[candidate]])
    found = archive.index().queries_found_by(
        vector, day=day, weight=weight, min_scores=least, scoring=scoring, provider=provider
    )
    assert found.tolist() == expected


def directed() -> Index:
    """Two articles that are other as queries than as candidates."""
    as_queries = csr_array(np.array([[0.5, 0.5], [1.0, 0.25]], np.float32))
    as_candidates = csr_array(np.array([[1.0, 0.125], [0.25, 0.75]], np.float32))
    return Index.build(as_candidates, np.zeros(2), query_data=as_queries.data)


def test_queries_are_compared_with_candidates() -> None:
    index, found = directed(), {}
    assert index.as_queries.vectors.toarray().tolist() == [[0.5, 0.5], [1.0, 0.25]]
    assert index.vectors.toarray().tolist() == [[1.0, 0.125], [0.25, 0.75]]
    for row in (0, 1):
        queries, own = index.as_queries.vectors_of([row]), np.array([[row]], np.int32)
        nearest = index.nearest(queries, query_days=np.zeros(1), excluded=own, scoring=Scoring(None), limit=1)
        found[row] = pairs_of(nearest, 0)
    assert found == {0: [(1, 0.5 * 0.25 + 0.5 * 0.75)], 1: [(0, 1.0 + 0.25 * 0.125)]}


def test_the_reverse_of_a_search_compares_queries_with_the_candidate() -> None:
    index = directed()
    for least, rows in ((1.0, [1]), (0.5, [0, 1]), (1.04, [])):  # a query's own score counts too, here 0.5625
        candidate, given = index.vectors_of([0]), np.full(2, least)
        found = index.queries_found_by(candidate, day=0.0, weight=1.0, min_scores=given, scoring=Scoring(None))
        assert found.tolist() == rows


@pytest.mark.parametrize("query_data", [[0.5, 0.5, 1.0], [0.5, 0.5, 1.0, -0.25], [0.5, 0.5, 1.0, math.nan]])
def test_values_of_queries_that_do_not_fit_are_refused(query_data: list[float]) -> None:
    index = replace(directed(), query_data=np.array(query_data, np.float32))
    with pytest.raises(ValueError, match="values of queries"):
        index.check()


def test_an_index_can_be_mapped_from_files(tmp_path: Path) -> None:
    matrix = csr_array(np.array([[1.0, 0.0], [0.5, 0.5]], np.float32))
    index = Index.build(matrix, np.zeros(2))
    for name, array in index.arrays._asdict().items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = Index.from_arrays({name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in IndexArrays._fields})
    for each in (index, mapped):
        found = each.nearest(matrix, query_days=np.zeros(2), scoring=Scoring(7.0), limit=2)
        assert found.rows.tolist() == [[0, 1], [0, 1]]
        assert found.scores.tolist() == [[1.0, 0.5], [0.5, 0.5]]
