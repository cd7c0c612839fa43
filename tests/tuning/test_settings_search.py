from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from samples import stories

from recommender import Corpus, Settings
from recommender.search import Scoring
from recommender.tuning import GRID, MIN_LISTS, Split, TuningResult, tune

NO_LEAST: dict[str, Any] = {"min_similarity": 0.0}
"""What is in common by chance is left out of account: test_calibrated_similarity.py is about that."""


def timeless() -> Corpus:
    """Stories whose articles lie a hundred days apart, beside which others lie nearer."""
    return stories(60, days_between=100)


@pytest.fixture(scope="module")
def learnt() -> TuningResult:
    """What these stories teach."""
    return tune(timeless(), Split.of(timeless()))


@pytest.fixture(scope="module")
def misled() -> TuningResult:
    """What stories teach whose titles hold words of others."""
    corpus = stories(60, misleading=True)
    return tune(corpus, Split.of(corpus))


@pytest.fixture(scope="module")
def learnt_from_texts() -> TuningResult:
    """What they teach where texts hold the links."""
    corpus = linking_in_texts(timeless())
    return tune(corpus, Split.without_later(corpus))


def test_every_default_is_among_the_values_that_are_tried() -> None:
    for group in GRID:
        for name, values in group.items():
            assert getattr(Settings(), name) in values


def test_where_time_says_nothing_a_longer_half_life_is_learnt(learnt: TuningResult) -> None:
    half_life = learnt.settings.half_life_days
    assert half_life is None or half_life >= 60
    assert learnt.gain > 0.1
    assert "half_life_days" in learnt.changed


def test_where_titles_mislead_their_weight_is_learnt(misled: TuningResult) -> None:
    assert misled.settings.title_weight < 0.5
    assert misled.gain > 0


def test_where_the_defaults_do_nothing_is_changed() -> None:
    corpus = stories(60)
    result = tune(corpus, Split.of(corpus), given=NO_LEAST)
    assert result.changed == {}
    assert result.settings == Settings()


def test_of_a_large_archive_a_stretch_of_time_is_learnt_from() -> None:
    corpus = stories()
    split = Split.of(corpus)
    assert split.since is not None
    result = tune(corpus, split, max_articles=120)
    newest_first = sorted(corpus.articles, key=lambda one: (-(one.published_at or 0), one.id))
    newer = [one.id for one in newest_first if (one.published_at or 0) >= split.since]
    view = [*newer[-12:], *(one.id for one in newest_first[len(newer) :][:108])]
    lists = {id: targets for id, targets in split.earlier.items() if {id, *targets} <= set(view)}
    assert MIN_LISTS <= len(lists) < len(split.earlier)
    assert result.lists == len(lists)
    assert result.links == sum(map(len, lists.values()))


def test_of_many_lists_the_newest_are_learnt_from_among_articles_as_old_as_nearly_all_of_them_link() -> None:
    corpus = stories(40, misleading=True)
    newest_first = list(corpus.in_rank_order())
    row_of = {article.id: row for row, article in enumerate(newest_first)}
    far = newest_first[5].id
    linking_far = replace(corpus, links={**corpus.links, far: (*corpus.links[far], newest_first[-1].id)})
    newest = [article.id for article in newest_first[:60] if article.id != far]
    oldest = max(row_of[target] for id in newest for target in (id, *corpus.links[id]))
    kept = tuple(sorted(newest_first[: oldest + 1], key=lambda article: article.id))
    lists = {id: frozenset(corpus.links[id]) for id in newest}
    few = tune(linking_far, Split.without_later(linking_far), given=NO_LEAST, max_lists=60)
    assert few == tune(replace(corpus, articles=kept), Split(None, lists, {}), given=NO_LEAST)
    assert few != tune(corpus, Split(None, lists, {}), given=NO_LEAST)


@pytest.mark.parametrize("lists", [0, 3, MIN_LISTS - 1])
def test_a_few_lists_teach_nothing(lists: int) -> None:
    corpus = timeless()
    split = Split.of(corpus)
    few = Split(split.since, dict(sorted(split.earlier.items())[:lists]), split.later)
    result = tune(corpus, few, given=NO_LEAST)
    assert result.settings == Settings()
    assert result.summary() == (
        f"nothing learnt: {lists} curated lists, and at least 20 are needed to tell a gain from chance; "
        "the defaults are used"
    )


def test_what_is_given_is_not_learnt() -> None:
    result = tune(timeless(), Split.of(timeless()), given={"half_life_days": 3, "idf_power": 0.3})
    assert (result.settings.half_life_days, result.settings.idf_power) == (3, 0.3)
    assert result.changed.keys().isdisjoint({"half_life_days", "idf_power"})


def test_learning_can_be_switched_off() -> None:
    result = tune(timeless(), Split.of(timeless()), given={"learn": False})
    assert result.settings == Settings(learn=False)
    assert result.summary() == "nothing learnt: the settings say so"


def test_the_sentence_says_from_what_and_with_what_gain(learnt: TuningResult) -> None:
    since = Split.of(timeless()).since_text
    assert learnt.summary().startswith(f"learnt from {learnt.links:,} links in {learnt.lists} lists before {since}: ")
    assert f"gain over the defaults on the newest lists {learnt.gain:+.3f} nDCG@10" in learnt.summary()


def test_without_dates_time_is_not_learnt() -> None:
    corpus = stories(60, misleading=True, dated=False)
    result = tune(corpus, Split.of(corpus))
    assert set(result.changed) <= {"title_weight", "hub_exponent", "title_ngrams", "idf_power"}
    assert result.since is None


def test_what_earlier_lists_teach_is_the_same_without_later_ones_and_beside_links_in_texts(
    learnt: TuningResult,
) -> None:
    corpus = timeless()
    both = replace(corpus, text_links=linking_in_texts(corpus).text_links)
    split = Split.of(both)
    assert tune(both, Split(split.since, split.earlier, {})) == learnt


def linking_in_texts(corpus: Corpus) -> Corpus:
    """The same articles, whose texts hold the links of their lists: those to older ones."""
    days = {article.id: article.published_at or 0 for article in corpus.articles}
    older = {id: tuple(target for target in corpus.links[id] if days[target] < days[id]) for id in corpus.links}
    return replace(corpus, links={}, text_links={id: targets for id, targets in older.items() if targets})


def test_where_there_are_no_lists_links_in_texts_teach_about_time_and_hubs(learnt_from_texts: TuningResult) -> None:
    corpus, result = linking_in_texts(timeless()), learnt_from_texts
    assert result.evidence == "in-text"
    assert result.lists == len(corpus.text_links)
    by_default, by_texts = (
        Scoring.from_settings(each, np.zeros(0)).time_factor(np.zeros(1), np.array([-100.0]))[0]
        for each in (Settings(), result.settings)
    )
    assert by_default < 0.001
    assert by_texts > 0.3
    assert set(result.changed) <= {"half_life_days", "evergreen", "window_days", "hub_exponent"}
    assert result.summary().startswith(f"learnt from {result.links:,} links in {result.lists} texts: ")


def test_a_few_texts_with_links_teach_nothing() -> None:
    corpus = linking_in_texts(timeless())
    few = replace(corpus, text_links=dict(sorted(corpus.text_links.items())[: MIN_LISTS - 1]))
    result = tune(few, Split.without_later(few), given=NO_LEAST)
    assert result.settings == Settings()
    assert result.summary().startswith("nothing learnt: 19 dated texts with links, and at least 20 are needed")


def test_links_in_texts_lead_to_what_was_there_already(learnt_from_texts: TuningResult) -> None:
    corpus = linking_in_texts(timeless())
    newest = max(corpus.articles, key=lambda one: one.published_at or 0).id
    newer = {id: (*targets, newest) for id, targets in corpus.text_links.items() if id != newest}
    newer[newest] = corpus.text_links[newest]
    both_ways = replace(corpus, text_links=newer)
    assert tune(both_ways, Split.without_later(both_ways)) == learnt_from_texts


def test_of_a_large_archive_nothing_is_learnt_that_makes_each_search_cost_more(learnt: TuningResult) -> None:
    corpus = timeless()
    large = tune(corpus, Split.of(corpus), max_for_evergreen=len(corpus.articles) - 1)
    assert learnt.settings.evergreen > 0
    assert large.settings.evergreen == 0
    assert large.gain > 0


def slowly(corpus: Corpus) -> Corpus:
    """The same articles without links, of a site that publishes one in two days."""
    newest_first = list(corpus.in_rank_order())
    articles = (replace(one, published_at=20_000.0 - 2 * number) for number, one in enumerate(newest_first))
    return replace(corpus, articles=tuple(articles), links={})


def test_without_links_the_rhythm_of_a_site_that_is_no_news_says_how_time_counts() -> None:
    corpus = slowly(stories(60))
    result = tune(corpus, Split.without_later(corpus), given=NO_LEAST, defaults=Settings(half_life_days=None))
    assert result.rhythm is not None
    assert result.settings == result.rhythm.applied_to(Settings(half_life_days=None))
    assert set(result.changed) == {"half_life_days", "evergreen"}
    assert result.summary() == (
        f"learnt from the site's rhythm: half_life_days {result.settings.half_life_days:g}, evergreen 0.5 (similar "
        f"articles lie {result.rhythm.contrast:g} times as often near in time as far apart); nothing else: "
        "0 curated lists, and at least 20 are needed to tell a gain from chance"
    )


def test_the_rhythm_is_not_asked_where_time_is_given() -> None:
    corpus = slowly(stories(60))
    result = tune(corpus, Split.without_later(corpus), given={"half_life_days": None, **NO_LEAST})
    assert result.rhythm is None
    assert result.settings == Settings(half_life_days=None)


def test_where_words_matter_by_their_rareness_the_power_of_idf_is_learnt(misled: TuningResult) -> None:
    assert "idf_power" in misled.changed
