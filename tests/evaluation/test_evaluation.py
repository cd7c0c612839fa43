from __future__ import annotations

import numpy as np
import pytest
from samples import article, corpus_of, stories

from recommender import Recommender, Settings
from recommender.errors import EvaluationError
from recommender.evaluation import MAIN, OURS, Estimate, Evaluation, evaluate, run_of
from recommender.tuning import Split


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    corpus = stories()
    return evaluate(Recommender().fit(corpus), corpus, Split.of(corpus), name="stories")


def test_an_interval_holds_its_mean_and_narrows_with_more_queries() -> None:
    few, many = (Estimate.from_values(np.tile([0.0, 1.0], count)) for count in (10, 1000))
    for figure in (few, many):
        assert figure.low < figure.mean == 0.5 < figure.high
    assert many.high - many.low < few.high - few.low
    assert Estimate.from_values(np.array([0.25, 0.25])) == Estimate(0.25, 0.25, 0.25)
    assert Estimate.from_values(np.array([0.7])) == Estimate(0.7, 0.7, 0.7)


def test_every_system_is_evaluated_on_the_same_lists(evaluation: Evaluation) -> None:
    assert [system.name for system in evaluation.systems] == [
        *(OURS, "random", "newest", "nearest in time", "plain TF-IDF", "BM25", "LSI")
    ]
    assert evaluation.queries == 81  # two lists are of the very moment that parts them
    assert evaluation.links == 324
    assert evaluation.candidates == 200
    assert evaluation.since == "2024-01-25T12:00:00Z"


def test_stories_are_found_far_better_than_at_random(evaluation: Evaluation) -> None:
    by_name = {system.name: system.figures[MAIN].mean for system in evaluation.systems}
    assert evaluation.ndcg == by_name[OURS] > 0.9
    assert by_name["random"] < 0.15
    assert by_name["plain TF-IDF"] > 0.8
    assert by_name["newest"] < by_name["nearest in time"] < by_name["plain TF-IDF"]
    against_chance = evaluation.comparisons[0]
    assert against_chance.baseline == "random"
    assert against_chance.difference.low > 0.7
    assert against_chance.p_value < 0.01
    assert against_chance.ratio == pytest.approx(by_name[OURS] / by_name["random"])


def test_plain_settings_do_not_differ_from_plain_tfidf() -> None:
    corpus = stories()
    plain = Settings(
        title_terms="words",
        excerpt_terms="words",
        title_weight=0.0,
        idf_power=1,
        half_life_days=None,
        hub_exponent=0,
    )
    result = evaluate(Recommender(settings=plain).fit(corpus), corpus, Split.of(corpus))
    [against_plain] = [item for item in result.comparisons if item.baseline == "plain TF-IDF"]
    assert against_plain.ratio == pytest.approx(1.0)
    assert against_plain.p_value == 1.0


def test_groups_of_a_kind_hold_every_query(evaluation: Evaluation) -> None:
    for kind in ("links in the list", "days to its links", "provider", "language"):
        groups = [group for group in evaluation.groups if group.kind == kind]
        assert sum(group.queries for group in groups) == evaluation.queries
        assert sum(group.ours * group.queries for group in groups) == pytest.approx(
            evaluation.ndcg * evaluation.queries
        )
    assert [group.name for group in evaluation.groups if group.kind == "links in the list"] == ["3 to 4"]


def test_misses_say_why() -> None:
    query = article("query", "Comet over the bay", date="2024-03-05")
    other = article("other", "Comet over the town", date="2024-03-05")
    draft = article("draft", "Comet over the bay again", date="2024-03-05", hidden=True)
    stranger = article("stranger", "Zyzzyva", date="2024-03-05")
    links = {"query": ["other", "draft", "stranger"]}
    corpus = corpus_of(query, other, draft, stranger, links=links)
    result = evaluate(Recommender().fit(corpus), corpus, Split.of(corpus, since=0.0))
    told = {miss.target: (miss.rank, miss.removed_by) for miss in result.misses}
    assert told == {"draft": (None, "hidden"), "stranger": (None, None)}
    assert result.missed_links == 2


def test_links_that_an_earlier_model_found_are_named_when_lost() -> None:
    corpus = stories(misleading=True)
    split = Split.of(corpus)
    by_title, by_excerpt = (Recommender(settings=Settings(title_weight=w)).fit(corpus) for w in (1.0, 0.0))
    worse = evaluate(by_title, corpus, split, earlier_model=by_excerpt)
    better = evaluate(by_excerpt, corpus, split, earlier_model=by_title)
    assert worse.lost is not None
    assert better.lost is not None
    assert len(worse.lost) == better.gained > len(better.lost) == worse.gained
    query, target = worse.lost[0]
    assert target in run_of(by_excerpt, [query]).rankings[query]
    assert target not in run_of(by_title, [query]).rankings[query]


def test_spread_counts_articles_that_are_in_no_list() -> None:
    corpus = corpus_of(
        article("a", "Comet over the bay", date="2024-03-05"),
        article("b", "Comet over the town"),
        article("alone", "Zyzzyva"),
        article("draft", "Comet", hidden=True),
        links={"a": ["b"]},
    )
    spread = evaluate(Recommender().fit(corpus), corpus, Split.of(corpus)).spread
    assert spread.never_suggested == pytest.approx(1 / 3)
    assert spread.most_suggested == [("a", "Comet over the bay", 2), ("b", "Comet over the town", 2)]


def test_without_curated_links_there_is_nothing_to_evaluate_on() -> None:
    corpus = corpus_of(article("a", "Comet"), article("b", "Comet"))
    with pytest.raises(EvaluationError, match=r"no article has curated links.*add `related` lists"):
        evaluate(Recommender().fit(corpus), corpus, Split.of(corpus), name="site")


def test_without_later_lists_the_cure_is_named() -> None:
    corpus = corpus_of(article("a", "Comet", date="2024-03-05"), article("b", "Comet"), links={"a": ["b"]})
    split = Split.of(corpus, since=30000.0)
    with pytest.raises(EvaluationError, match="choose an earlier --since"):
        evaluate(Recommender().fit(corpus), corpus, split, name="site")
