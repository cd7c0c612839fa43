from __future__ import annotations

import numpy as np
import pytest
from samples import article, corpus_of, stories

from recommender import Recommender, Settings
from recommender.articles import in_rank_order
from recommender.evaluation import MAIN, measure, run_of
from recommender.training import Split, Workbench

CORPUS = stories()
LISTS = Split.of(CORPUS).earlier


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(in_rank_order(CORPUS.articles), LISTS, Settings())


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(half_life_days=None, hub_exponent=0),
        Settings(half_life_days=1, newer_stretch=0.5, older_weight=0.6, hub_exponent=0.6),
        Settings(title_weight=0.9),
    ],
)
def test_the_pool_judges_settings_as_the_whole_corpus_does(bench: Workbench, settings: Settings) -> None:
    of_pool = bench.pool.ndcg(bench.pool.scores(settings, bench.popularity(settings)))
    recommender = Recommender(settings=settings).fit(CORPUS)
    of_corpus = dict(zip(sorted(LISTS), measure(run_of(recommender, LISTS), LISTS)[MAIN], strict=True))
    owners = [recommender.articles_[row].id for row in bench.pool.queries]
    assert of_pool.tolist() == pytest.approx([of_corpus[owner] for owner in owners])


def test_lists_stand_in_the_order_of_time(bench: Workbench) -> None:
    assert bench.pool.days.tolist() == sorted(bench.pool.days.tolist())
    assert len(bench.pool) == len(LISTS)
    assert bench.pool.dated


def test_a_link_that_no_way_of_looking_finds_is_no_candidate() -> None:
    corpus = corpus_of(
        article("a", "Comet over the bay"),
        article("b", "Comet over the town"),
        article("stranger", "Zyzzyva"),
        article("draft", "Comet", hidden=True),
        links={"a": ["b", "stranger", "draft"]},
    )
    pool = Workbench(in_rank_order(corpus.articles), {"a": frozenset(corpus.links["a"])}, Settings()).pool
    assert [corpus.articles[row].id for row in pool.candidates[0]] == ["b"]
    assert pool.linked.tolist() == [[True]]
    # A perfect list would have held all three.
    assert pool.ideal[0] == pytest.approx(1 + 1 / np.log2(3) + 1 / np.log2(4))
    assert not pool.dated


def test_another_analysis_changes_the_cosines_and_not_the_candidates(bench: Workbench) -> None:
    other = bench.with_analysis({"title_ngrams": (4, 4)})
    anew = Workbench(in_rank_order(CORPUS.articles), LISTS, Settings(title_ngrams=(4, 4)))
    assert np.array_equal(other.pool.candidates, bench.pool.candidates)
    assert not np.allclose(other.pool.title, bench.pool.title)
    assert np.allclose(other.pool.excerpt, bench.pool.excerpt)
    shared = (other.pool.candidates[0][:, None] == anew.pool.candidates[0]) & (other.pool.candidates[0] >= 0)[:, None]
    places, anew_places = np.nonzero(shared)
    assert len(places) > 10
    assert other.pool.title[0][places] == pytest.approx(anew.pool.title[0][anew_places], abs=1e-6)
