"""To readers, an article that may not be suggested is as one that is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from samples import article, corpus_of

from recommender import Recommender
from recommender.articles import parse_date
from recommender.errors import UnknownArticleError

PAST, FUTURE = parse_date("2001-01-01"), parse_date("2999-01-01")
CORPUS = corpus_of(
    article("resigned", "Minister Vaal resigns", date="2024-03-01"),
    article("resign", "Minister Vaal to resign on Friday", date="2024-03-02", hidden=True),
    replace(article("resigner", "Minister Vaal, who resigns", date="2024-03-03"), visible_from=FUTURE),
    replace(article("resigns", "Minister Vaal resigned", date="2024-03-04"), visible_until=PAST),
    article("resigning", "Minister Vaal is resigning", date="2024-03-05", published=False),
    replace(article("resignation", "Minister Vaal: a resignation", date="2024-03-06", hidden=True), unlisted=True),
    links={"resigned": ["resign", "resigning", "resigns", "resignation"]},
)
EDITORS = Recommender().fit(CORPUS)
KEPT_BACK = ["resign", "resigner", "resigns"]


@pytest.mark.parametrize("id", KEPT_BACK)
@pytest.mark.parametrize(
    "look_up",
    [
        lambda one, key: one.article(key),
        lambda one, key: one.article_by_url(f"https://site.example/{key}"),
        lambda one, key: one.related(key),
        lambda one, key: one.answer(key),
        lambda one, key: one.curated(key),
        lambda one, key: one.explain("resigned", key),
        lambda one, key: one.explain(key, "resigned"),
        lambda one, key: one.placements("resigned", [key]),
        lambda one, key: one.with_settings(half_life_days=1.0).related(key),
    ],
)
def test_readers_find_nothing_that_may_not_be_suggested(look_up: Callable[[Recommender, str], object], id: str) -> None:
    look_up(EDITORS, id)
    with pytest.raises(UnknownArticleError) as caught:
        look_up(EDITORS.for_readers(), id)
    assert set(caught.value.closest or ()) <= {"resigned", "resigning"}


def test_an_error_names_the_closest_that_may_be_suggested() -> None:
    with pytest.raises(UnknownArticleError) as caught:
        EDITORS.for_readers().article("resign")
    assert caught.value.closest == ("resigning", "resigned")
    with pytest.raises(UnknownArticleError) as caught:
        EDITORS.for_readers(published_only=True).article("resign")
    assert caught.value.closest == ("resigned",)


def test_curated_links_are_those_that_may_be_suggested() -> None:
    def curated(recommender: Recommender) -> list[str]:
        return [one.id for one in recommender.curated("resigned")]

    assert curated(EDITORS) == ["resign", "resigning", "resigns", "resignation"]
    assert curated(EDITORS.for_readers()) == ["resigning"]
    assert curated(EDITORS.for_readers(published_only=True)) == []


def test_an_unlisted_article_is_found_by_its_id_and_address_and_named_nowhere() -> None:
    readers = EDITORS.for_readers()
    assert readers.article_by_url("https://site.example/resignation") == readers.article("resignation")
    assert [one.article.id for one in readers.related("resignation")] == ["resigning", "resigned"]
    assert readers.explain("resigned", "resignation").removed_by == "unlisted"
    assert [one.id for one in readers.search_titles("resignation")] == []
    with pytest.raises(UnknownArticleError) as caught:
        readers.article("resignatio")
    assert "resignation" not in (caught.value.closest or ())


def test_no_option_widens_what_readers_are_shown() -> None:
    readers = EDITORS.for_readers(published_only=True)
    assert [one.article.id for one in EDITORS.for_readers().related("resigned")] == ["resigning"]
    assert readers.related("resigned", published="any") == []
    assert readers.answer("resigned", published="any") == b'{"id":"resigned","related":[]}'
    assert readers.related_to_text("Minister Vaal resigning", published="any")[0].article.id == "resigned"
    assert readers.search_titles("resigning") == []
    assert readers.with_settings(half_life_days=1.0).related("resigned", published="any") == []


def test_previews_find_what_may_not_be_suggested_and_suggest_it_nowhere() -> None:
    previews = EDITORS.for_readers(published_only=True, previews=True)
    for id in [*KEPT_BACK, "resigning"]:
        assert previews.article(id).id == id
        assert [one.article.id for one in previews.related(id, published="any")] == ["resigned"]
    assert previews.related("resigned", published="any") == []
