from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import article, corpus_of, stories

from recommender import Recommender, Settings
from recommender.articles import in_rank_order
from recommender.corpus import Corpus
from recommender.errors import EvaluationError
from recommender.evaluation import (
    MAIN,
    OURS,
    Estimate,
    Evaluation,
    JudgedList,
    Linkable,
    evaluate,
    groups_of,
    run_of,
)
from recommender.tuning import MAX_LISTS, Split


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
        *(OURS, "random", "newest", "nearest in time", "plain TF-IDF", "TF-IDF with time", "BM25", "LSI")
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


def test_misses_say_why_and_name_no_draft() -> None:
    query = article("query", "Comet over the bay", date="2024-03-05")
    other = article("other", "Comet over the town", date="2024-03-05")
    draft = article("draft", "Comet over the bay again", date="2024-03-05", hidden=True)
    stranger = article("stranger", "Zyzzyva", date="2024-03-05")
    links = {"query": ["other", "draft", "stranger"]}
    corpus = corpus_of(query, other, draft, stranger, links=links)
    result = evaluate(Recommender().fit(corpus), corpus, Split.of(corpus, since=0.0))
    told = {miss.target: (miss.rank, miss.removed_by) for miss in result.misses}
    assert told == {"stranger": (None, None)}
    assert (result.missed_links, result.candidates) == (2, 3)
    assert [miss.suggested for miss in result.misses] == [[("other", "Comet over the town")]]


def test_a_group_names_the_lists_in_which_plain_tfidf_does_better_first_and_no_draft() -> None:
    corpus = corpus_of(*(article(id, id, hidden=id == "c") for id in "abcdefgx"), links={id: ["x"] for id in "abcdefg"})
    lists = {id: frozenset("x") for id in "abcdefg"}
    ours, plain = np.array([0.9, 0.1, 0.0, 0.5, 0.2, 0.3, 0.4]), np.array([0.9, 0.9, 1.0, 0.5, 0.2, 0.2, 0.1])
    groups = groups_of(corpus, lists, ours=ours, plain=plain, may_be_named=lambda named: named != "c")
    [group] = [group for group in groups if group.kind == "links in the list"]
    assert [one.id for one in group.worst] == ["b", "e", "d", "a", "f"]
    assert group.worst[0] == JudgedList("b", "b", 0.1, 0.9)
    assert group.queries == 7


def test_lists_are_grouped_by_the_median_of_days_to_their_links() -> None:
    dated = (article(f"a{day}", "Comet", date=f"2024-03-{day:02}") for day in range(1, 13))
    lists = {"a1": ["a2"], "a2": ["a1", "a5", "undated"], "a3": ["a4", "a5", "a12"], "undated": ["a1"]}
    corpus = corpus_of(*dated, article("undated", "Comet"), links=lists)
    scores = np.zeros(len(lists))
    groups = groups_of(
        corpus,
        {id: frozenset(linked) for id, linked in lists.items()},
        ours=scores,
        plain=scores,
        may_be_named=lambda _: True,
    )
    found = {group.name: group.ids for group in groups if group.kind == "days to its links"}
    assert found == {"within 1": ["a1"], "1 to 3": ["a2", "a3"], "no dates": ["undated"]}


def test_links_that_an_earlier_model_found_are_named_when_lost() -> None:
    corpus = stories(misleading=True)
    split = Split.of(corpus)
    by_title, by_excerpt = (Recommender(settings=Settings(title_weight=w)).fit(corpus) for w in (1.0, 0.0))
    worse = evaluate(by_title, corpus, split, earlier_model=by_excerpt)
    better = evaluate(by_excerpt, corpus, split, earlier_model=by_title)
    assert worse.lost is not None
    assert better.lost is not None
    assert worse.lost == better.gained
    assert better.lost == worse.gained
    assert len(worse.lost) > len(better.lost)
    query, target = worse.lost[0]
    assert target in run_of(by_excerpt, [query]).rankings[query]
    assert target not in run_of(by_title, [query]).rankings[query]


def test_lost_links_of_drafts_are_not_named() -> None:
    corpus = stories(misleading=True)
    hidden = replace(corpus, articles=tuple(replace(one, hidden=one.id.endswith("0")) for one in corpus.articles))
    by_title, by_excerpt = (Recommender(settings=Settings(title_weight=w)).fit(hidden) for w in (1.0, 0.0))
    result = evaluate(by_title, hidden, Split.of(hidden), earlier_model=by_excerpt)
    assert result.lost
    assert not [id for pair in (*result.lost, *result.gained) for id in pair if id.endswith("0")]


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


def test_the_model_that_is_served_learns_from_all_lists(evaluation: Evaluation) -> None:
    assert evaluation.served == (
        "the model that is served differs: it learns from all 200 curated lists with at most 10 links, the later ones "
        "among them"
    )
    few = corpus_of(article("a", "Comet", date="2024-03-05"), article("b", "Comet"), links={"a": ["b"]})
    result = evaluate(Recommender().fit(few), few, Split.of(few))
    assert result.served == (
        "the model that is served learns nothing from links: 1 curated list with at most 10 links is too few"
    )


def test_the_model_that_is_served_learns_from_the_newest_of_many_lists() -> None:
    few = corpus_of(article("a", "Comet", date="2024-03-05"), article("b", "Comet"))
    many = replace(few, links=dict.fromkeys(map(str, range(MAX_LISTS + 1)), ("b",)))
    result = evaluate(Recommender().fit(few), many, Split(None, {}, {"a": frozenset(["b"])}))
    assert "it learns from the newest 6,000 of 6,001 curated lists with at most 10 links" in result.served


def in_texts() -> tuple[Corpus, Split]:
    """Comets from first to last: the third links to the first; what came after it, or speaks German, is as similar."""
    days = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    articles = [article(id, "Comet over the bay", date=f"2024-03-0{day}") for id, day in days.items()]
    german = replace(article("de", "Comet over the bay", date="2024-03-02T12:00:00Z"), language="de")
    english = [replace(one, language="en", topics=("sky",) * (one.id == "third")) for one in articles]
    corpus = corpus_of(*english, german, article("undated", "Zyzzyva"))
    corpus = replace(corpus, text_links={"third": ("first", "fourth", "de")})
    return corpus, Split.of(corpus, since=0.0)


def test_a_text_is_judged_by_its_links_to_what_was_there_in_its_language() -> None:
    corpus, split = in_texts()
    result = evaluate(Recommender(settings=Settings(half_life_days=None)).fit(corpus), corpus, split)
    assert (result.truth, result.queries, result.links, result.candidates) == ("in-text", 1, 1, 2)
    names = {system.name: system.figures[MAIN].mean for system in result.systems}
    assert "nearest in time" not in names
    # Of the two that are alike, the newer comes first.
    for name in (OURS, "newest", "same topic", "plain TF-IDF", "BM25"):
        assert names[name] == pytest.approx(1 / np.log2(3))
    assert result.served == (
        "the model that is served learns nothing from links: 1 dated text with at most 10 links is too few; it reads "
        "the words of links, too"
    )


def test_suggestions_that_could_not_be_linked_make_room_for_deeper_ones() -> None:
    newer = [article(f"n{number:02}", "Comet over the bay", date="2024-03-09") for number in range(45)]
    older = [article(f"o{number:02}", "Comet over the bay", date=f"2024-02-{28 - number}") for number in range(12)]
    articles = in_rank_order([*newer, article("query", "Comet over the bay", date="2024-03-01"), *older])
    recommender = Recommender(settings=Settings(half_life_days=None)).fit(corpus_of(*articles))
    run = run_of(recommender, ["query"], linkable=Linkable(articles, "in-text"))
    assert run.rankings == {"query": [f"o{number:02}" for number in range(10)]}


def test_a_miss_ranks_among_what_could_be_linked() -> None:
    others = [article(f"o{number:02}", "Comet over the bay", date=f"2024-02-{28 - number}") for number in range(12)]
    newer = article("newer", "Comet over the bay", date="2024-03-09")
    query = article("query", "Comet over the bay", date="2024-03-01")
    corpus = corpus_of(newer, query, *others, article("undated", "Zyzzyva"))
    corpus = replace(corpus, text_links={"query": ("o11",)})
    recommender = Recommender(settings=Settings(half_life_days=None)).fit(corpus)
    [miss] = evaluate(recommender, corpus, Split.of(corpus, since=0.0)).misses
    assert (miss.target, miss.rank) == ("o11", 12)


def test_without_dates_every_text_is_judged_by_its_links_to_other_articles() -> None:
    tides, moon = article("tides", "Tides of the bay"), article("moon", "Tides and the moon")
    bread, news = article("bread", "Bread"), article("news", "Tides of the bay", date="2024-03-01")
    corpus = corpus_of(tides, moon, bread, news)
    corpus = replace(corpus, text_links={"tides": ("moon", "news"), "bread": ("tides",)})
    split = Split.of(corpus)
    result = evaluate(Recommender().fit(corpus), corpus, split, name="site")
    assert (split.earlier, Split.without_later(corpus).earlier) == ({}, {})
    assert (result.truth, result.queries, result.links, result.candidates) == ("in-text", 2, 2, 2)
    assert [(miss.id, miss.target) for miss in result.misses] == [("bread", "tides")]


def test_baselines_of_time_are_left_out_where_nothing_has_a_date() -> None:
    undated = [article(id, f"Comet {id}") for id in ("a", "b", "c")]
    for articles in (undated, [*undated, article("d", "Comet d", date="2024-03-01")]):
        corpus = replace(corpus_of(*articles), text_links={"a": ("b",)})
        result = evaluate(Recommender().fit(corpus), corpus, Split.of(corpus), name="site")
        of_time = {"newest", "TF-IDF with time"} & {system.name for system in result.systems}
        assert bool(of_time) == (articles is not undated)


def test_without_links_in_texts_there_is_nothing_to_evaluate_on() -> None:
    corpus = corpus_of(article("a", "Comet"), article("b", "Comet"))
    with pytest.raises(EvaluationError, match="no text links to an article that was there when it was published"):
        evaluate(Recommender().fit(corpus), corpus, Split.of(corpus, evidence="in-text"), name="site")


def test_without_curated_links_there_is_nothing_to_evaluate_on() -> None:
    corpus = corpus_of(article("a", "Comet"), article("b", "Comet"))
    with pytest.raises(EvaluationError, match=r"no article has curated links.*add `related` lists"):
        evaluate(Recommender().fit(corpus), corpus, Split.of(corpus), name="site")


def test_without_later_lists_the_cure_is_named() -> None:
    corpus = corpus_of(article("a", "Comet", date="2024-03-05"), article("b", "Comet"), links={"a": ["b"]})
    split = Split.of(corpus, since=30000.0)
    with pytest.raises(EvaluationError, match="choose an earlier --since"):
        evaluate(Recommender().fit(corpus), corpus, split, name="site")
