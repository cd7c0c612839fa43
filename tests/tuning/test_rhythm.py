from __future__ import annotations

from dataclasses import replace

import pytest
from samples import stories

from recommender import Article, Corpus, Settings
from recommender.tuning import estimate_rhythm

TIMELESS = Settings(half_life_days=None)


def in_rank_order(corpus: Corpus) -> list[Article]:
    return list(corpus.in_rank_order())


@pytest.mark.parametrize("days", [0.5, 2.0])
def test_where_a_story_passes_in_days_half_of_what_likeness_counts_does_too(days: float) -> None:
    rhythm = estimate_rhythm(in_rank_order(stories(60, days_between=days)), TIMELESS)
    assert rhythm is not None
    assert days / 2 < rhythm.half_life_days < 8 * days
    assert rhythm.evergreen == 0.5
    assert rhythm.contrast >= 3


def test_where_what_is_alike_lies_anywhere_there_is_no_rhythm() -> None:
    assert estimate_rhythm(in_rank_order(stories(60, days_between=30)), TIMELESS) is None


def test_articles_of_different_languages_are_no_pairs() -> None:
    english = [replace(one, language="en") for one in in_rank_order(stories(60))]
    translated = [
        replace(one, id=f"{one.id}.de", language="de", published_at=(one.published_at or 0) - 2_000) for one in english
    ]
    alone = estimate_rhythm(english, TIMELESS)
    own, mixed = (
        estimate_rhythm([*english, *translated], Settings(half_life_days=None, language=language))
        for language in ("own", "any")
    )
    assert alone is not None
    assert own is not None
    assert own.half_life_days == pytest.approx(alone.half_life_days, rel=0.2)
    assert own.contrast == pytest.approx(alone.contrast, rel=0.2)
    assert mixed is not None
    assert mixed.contrast > 1.5 * own.contrast  # the years between the languages would count


@pytest.mark.parametrize("articles", [0, 1, 49])
def test_few_articles_have_no_rhythm(articles: int) -> None:
    assert estimate_rhythm(in_rank_order(stories(60))[:articles], TIMELESS) is None


def test_articles_without_a_date_have_no_rhythm() -> None:
    assert estimate_rhythm(in_rank_order(stories(60, dated=False)), TIMELESS) is None


def test_articles_of_one_day_have_no_rhythm() -> None:
    same_day = [replace(one, published_at=20_000.0) for one in stories(60).articles]
    assert estimate_rhythm(same_day, TIMELESS) is None


def test_articles_without_words_have_no_rhythm() -> None:
    wordless = [replace(one, entry={"title": "?"}) for one in in_rank_order(stories(60))]
    assert estimate_rhythm(wordless, TIMELESS) is None
