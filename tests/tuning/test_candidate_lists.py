from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import article, corpus_of, stories

from recommender import Recommender, Settings
from recommender.articles import in_rank_order
from recommender.evaluation import MAIN, measure, run_of
from recommender.search import Scoring
from recommender.text import Documents, TfidfModel
from recommender.tuning import Split, TuningContext

CORPUS = stories()
LISTS = Split.of(CORPUS).earlier


@pytest.fixture(scope="module")
def context() -> TuningContext:
    return TuningContext(in_rank_order(CORPUS.articles), LISTS, Settings())


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(half_life_days=None, hub_exponent=0),
        Settings(half_life_days=1, newer_stretch=0.5, evergreen=0.3, window_days=9, hub_exponent=0.6),
        Settings(title_weight=0.9),
    ],
)
def test_candidates_rank_as_the_whole_corpus_does(context: TuningContext, settings: Settings) -> None:
    of_candidates = context.candidates.ndcg(context.candidates.scores(settings, context.popularity(settings)))
    recommender = Recommender(settings=settings).fit(CORPUS)
    of_corpus = dict(zip(sorted(LISTS), measure(run_of(recommender, LISTS), LISTS)[MAIN], strict=True))
    ids = [recommender[row].id for row in context.candidates.queries]
    assert of_candidates.tolist() == pytest.approx([of_corpus[id] for id in ids])


def test_similarities_of_articles_with_texts_are_those_of_the_model() -> None:
    articles = [
        replace(article(id, f"by the {id}", excerpt=f"the {id}"), text=count * f"{id} and bay ")
        for id, count in (("comet", 3), ("ferry", 20), ("bay", 90))
    ]
    settings = Settings(title_weight=0.3, text_weight=0.8, half_life_days=None, hub_exponent=0)
    candidates = TuningContext(articles, {"comet": frozenset(["bay"])}, settings).candidates
    vectors = TfidfModel(settings=settings).fit_transform(Documents.of(articles))
    expected = (vectors @ vectors.T).toarray()[0, candidates.rows[0]]
    assert candidates.scores(settings, np.ones(3))[0] == pytest.approx(expected, rel=1e-5)
    assert 0 < expected[-1] < 1


def test_of_equally_similar_articles_the_first_are_candidates() -> None:
    articles = [article("query", "Comet"), *(article(f"a{number}", "Comet") for number in range(300))]
    candidates = TuningContext(articles, {"query": frozenset(["a0"])}, Settings()).candidates
    assert candidates.rows[0].tolist() == list(range(1, 51))


@pytest.mark.parametrize("half_life", [None, 3.5])
@pytest.mark.parametrize("evergreen", [0.0, 0.3])
@pytest.mark.parametrize("window", [None, 2.0])
def test_time_counts_with_the_bits_of_a_search(
    context: TuningContext, half_life: float | None, evergreen: float, window: float | None
) -> None:
    settings = Settings(half_life_days=half_life, newer_stretch=0.5, evergreen=evergreen, window_days=window)
    candidates = context.candidates
    factors = candidates.factors(settings, np.ones(len(candidates.archive_days)))
    days = candidates.days_later.astype(np.float64)
    expected = Scoring.from_settings(settings, candidates.archive_days).time_factor(np.zeros(1), days)
    real = candidates.rows >= 0
    assert factors[real].tolist() == expected[real].tolist()


def test_lists_are_in_order_of_date(context: TuningContext) -> None:
    assert context.candidates.days.tolist() == sorted(context.candidates.days.tolist())
    assert len(context.candidates) == len(LISTS)
    assert context.candidates.dated


def test_a_link_that_no_ranking_finds_is_no_candidate() -> None:
    corpus = corpus_of(
        article("a", "Comet over the bay"),
        article("b", "Comet over the town"),
        article("stranger", "Zyzzyva"),
        article("draft", "Comet", hidden=True),
        links={"a": ["b", "stranger", "draft"]},
    )
    candidates = TuningContext(
        in_rank_order(corpus.articles), {"a": frozenset(corpus.links["a"])}, Settings()
    ).candidates
    assert [corpus.articles[row].id for row in candidates.rows[0]] == ["b"]
    assert candidates.linked.tolist() == [[True]]
    # A perfect list would have held all three.
    assert candidates.ideal_dcg[0] == pytest.approx(1 + 1 / np.log2(3) + 1 / np.log2(4))
    assert not candidates.dated


def test_another_analysis_changes_the_cosines_and_not_the_candidates(context: TuningContext) -> None:
    other = context.with_analysis({"title_ngrams": (4, 4)})
    anew = TuningContext(in_rank_order(CORPUS.articles), LISTS, Settings(title_ngrams=(4, 4)))
    assert np.array_equal(other.candidates.rows, context.candidates.rows)
    assert not np.allclose(other.candidates.title, context.candidates.title)
    assert np.allclose(other.candidates.excerpt, context.candidates.excerpt)
    shared = (other.candidates.rows[0][:, None] == anew.candidates.rows[0]) & (other.candidates.rows[0] >= 0)[:, None]
    columns, anew_columns = np.nonzero(shared)
    assert len(columns) > 10
    assert other.candidates.title[0][columns] == pytest.approx(anew.candidates.title[0][anew_columns], abs=1e-6)
