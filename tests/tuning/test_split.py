from __future__ import annotations

import pytest
from samples import article, corpus_of, stories

from recommender.articles import parse_date
from recommender.tuning import Split, without_long_lists

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
