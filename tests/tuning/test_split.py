from __future__ import annotations

from dataclasses import replace

import pytest
from samples import article, corpus_of, stories

from recommender.articles import Article, parse_date
from recommender.corpus import Corpus
from recommender.tuning import Split, lists_of, without_long_lists

TEN = [article(f"a{day}", "Comet", date=f"2024-03-{day:02}") for day in range(1, 11)]


def test_sixty_percent_of_the_lists_lie_before_the_split() -> None:
    split = Split.of(corpus_of(*TEN, links={f"a{day}": ["a1" if day > 1 else "a2"] for day in range(1, 11)}))
    assert split.since_text == "2024-03-07T00:00:00Z"
    assert sorted(split.later) == ["a10", "a7", "a8", "a9"]
    assert sorted(split.earlier) == ["a1", "a2", "a3", "a4", "a5", "a6"]


def test_a_date_parts_the_lists_where_it_says() -> None:
    links = {f"a{day}": ["a1"] for day in range(2, 11)}
    split = Split.of(corpus_of(*TEN, links=links), since=parse_date("2024-03-09T12:00:00Z"))
    assert sorted(split.later) == ["a10"]
    assert len(split.earlier) == 8


def test_a_link_whose_reverse_is_judged_is_not_learnt_from() -> None:
    links = {"a1": ["a2", "a9"], "a3": ["a10"], "a4": ["a9"], "a9": ["a1"], "a10": ["a3"]}
    split = Split.of(corpus_of(*TEN, links=links), since=parse_date("2024-03-09"))
    assert split.later == {"a9": {"a1"}, "a10": {"a3"}}
    assert split.earlier == {"a1": {"a2"}, "a4": {"a9"}}


def test_no_pair_of_articles_is_on_both_sides() -> None:
    for corpus in (stories(), stories(dated=False)):
        split = Split.of(corpus)
        earlier = {frozenset((id, target)) for id, targets in split.earlier.items() for target in targets}
        later = {frozenset((id, target)) for id, targets in split.later.items() for target in targets}
        assert earlier
        assert later
        assert not earlier & later


def test_without_dates_about_sixty_percent_are_to_learn_from_and_always_the_same() -> None:
    corpus = stories(dated=False)
    split = Split.of(corpus)
    assert split.since is None
    assert split.since_text is None
    assert 0.3 < len(split.later) / len(corpus.links) < 0.5
    assert Split.of(corpus) == split


def test_long_lists_can_be_left_out() -> None:
    assert without_long_lists({"a": frozenset("bc"), "d": frozenset("e")}, 1) == {"d": {"e"}}


@pytest.mark.parametrize("since", [None, 19800.0])
def test_no_lists_give_two_empty_parts(since: float | None) -> None:
    split = Split.of(corpus_of(*TEN), since=since)
    assert (split.earlier, split.later) == ({}, {})


def linked_in_texts(text_links: dict[str, tuple[str, ...]], *others: Article) -> Corpus:
    return replace(corpus_of(*TEN, *others), text_links=text_links)


def test_links_in_texts_count_to_what_was_there_in_the_same_language() -> None:
    german = replace(article("de", "Komet", date="2024-03-01"), language="de")
    english = replace(article("en", "Comet", date="2024-03-02"), language="en")
    undated = article("undated", "Comet")
    links = {"a1": ("a2",), "a4": ("a3", "a5", "de", "undated"), "de": ("a1",), "en": ("de",), "undated": ("a1",)}
    corpus = linked_in_texts(links, german, english, undated)
    assert lists_of(corpus, "in-text") == {"a4": {"a3"}}
    one_language = linked_in_texts(links, german, replace(english, language="de"), undated)
    assert lists_of(one_language, "in-text") == {"a4": {"a3", "de"}, "de": {"a1"}, "en": {"de"}}


def test_links_in_undated_texts_are_only_judged_and_only_where_most_have_no_date() -> None:
    guides = [article(f"guide{number}", "Comet") for number in range(11)]
    links = {"guide0": ("guide1", "a1"), "guide1": ("guide0",), "a4": ("a3", "guide0")}
    corpus = linked_in_texts(links, *guides)
    assert lists_of(corpus, "in-text") == {"guide0": {"guide1"}, "guide1": {"guide0"}, "a4": {"a3"}}
    split = Split.of(corpus, since=parse_date("2025-01-01"))
    assert split.earlier == {"a4": {"a3"}}
    assert split.later == {"guide0": {"guide1"}, "guide1": {"guide0"}}
    assert Split.without_later(corpus).earlier == {"a4": {"a3"}}
    assert lists_of(linked_in_texts(links, *guides[:10]), "in-text") == {"a4": {"a3"}}


def test_links_in_texts_are_split_as_curated_lists_are() -> None:
    corpus = linked_in_texts({f"a{day}": ("a1",) for day in range(2, 7)})
    split = Split.of(corpus)
    assert split.evidence == "in-text"
    assert split.later == {"a5": {"a1"}, "a6": {"a1"}}
    assert split.earlier == {"a2": {"a1"}, "a3": {"a1"}, "a4": {"a1"}}
    assert Split.of(corpus, evidence="curated").later == {}


@pytest.mark.parametrize(
    ("curated", "in_texts", "evidence"),
    [(0, 0, "curated"), (3, 3, "curated"), (3, 4, "in-text"), (19, 25, "in-text"), (20, 25, "curated")],
)
def test_curated_lists_count_where_there_are_enough_or_no_more_in_texts(
    curated: int, in_texts: int, evidence: str
) -> None:
    articles = [article(f"b{number}", "Comet", date=f"2024-04-{number + 1:02}") for number in range(26)]
    links = {f"b{number}": ("b0",) for number in range(1, 26)}
    corpus = corpus_of(*articles, links=dict(list(links.items())[:curated]))
    corpus = replace(corpus, text_links=dict(list(links.items())[:in_texts]))
    assert Split.without_later(corpus).evidence == evidence
