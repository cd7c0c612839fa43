from __future__ import annotations

from dataclasses import replace

import pytest
from samples import article, stories

from recommender import Article, Settings
from recommender.tuning import Split, calibrate_min_similarity, tune

WORDS = Settings(title_terms="words", excerpt_terms="words", excerpt_holds_title=False, idf_power=0, title_weight=1)


def on_nothing_alike(count: int) -> list[Article]:
    """Articles of four words each: one that all have, and three of its own."""
    return [article(f"a{row:03}", f"the {row}x {row}y {row}z", date="2024-01-01") for row in range(count)]


def test_random_pairs_have_in_common_what_all_texts_have() -> None:
    assert calibrate_min_similarity(on_nothing_alike(60), WORDS, {}) == 0.25  # one of four words of equal weight


def test_learnt_weights_of_terms_count() -> None:
    rare = {"title": {f"{row}{letter}": 0.0 for row in range(60) for letter in "xyz"}}
    assert calibrate_min_similarity(on_nothing_alike(60), WORDS, rare) == 1.0


def test_articles_of_other_languages_are_no_pairs() -> None:
    own = replace(WORDS, language="own")
    english = [replace(one, language="en") for one in on_nothing_alike(60)]
    others = [replace(one, id=f"b{one.id}", language=f"x{number}") for number, one in enumerate(english)]
    assert calibrate_min_similarity([*english, *others], own, {}) == 0.25
    assert calibrate_min_similarity(others, own, {}) == 0.0


@pytest.mark.parametrize("count", [0, 1, 49])
def test_a_few_articles_calibrate_nothing(count: int) -> None:
    assert calibrate_min_similarity(on_nothing_alike(count), WORDS, {}) == 0.12
    assert calibrate_min_similarity(on_nothing_alike(count), replace(WORDS, language="own"), {}) == 0.0


@pytest.mark.parametrize(("words", "least"), [(4, 0.0069), (140, 0.024)])  # 0.07 * ((words + 60) / (words + 200))^2
def test_the_least_of_a_few_articles_with_texts_is_lower_for_shorter_ones(words: int, least: float) -> None:
    articles = [replace(one, text=(words - 4) * "bay ") for one in on_nothing_alike(9)]
    assert calibrate_min_similarity(articles, replace(WORDS, text_weight=0.8), {}) == least


def test_with_texts_it_is_that_of_the_shortest() -> None:
    articles = [replace(one, text="bay " * (0 if row < 2 else 136)) for row, one in enumerate(on_nothing_alike(60))]
    shortest, others = (4 + 60) / (4 + 200), (140 + 60) / (140 + 200)
    least = calibrate_min_similarity(articles, replace(WORDS, text_weight=0.8), {})
    assert least == pytest.approx(0.25 * shortest * others, abs=0.001)


def test_hidden_articles_are_not_compared() -> None:
    hidden = [replace(one, id=f"h{one.id}", hidden=True) for one in on_nothing_alike(60)]
    assert calibrate_min_similarity(hidden, WORDS, {}) == 0.12


def test_tuning_sets_it_unless_it_is_given() -> None:
    corpus = replace(stories(12), links={})
    split = Split.without_later(corpus)
    assert 0 < tune(corpus, split).settings.min_similarity < 0.2
    assert tune(corpus, split, given={"min_similarity": 0.5}).settings.min_similarity == 0.5
    assert tune(corpus, split, given={"learn": False}).settings.min_similarity == 0.0
