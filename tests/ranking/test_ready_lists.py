"""Which lists are known without a search, so that a server need not ask a thread for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import article, corpus_of

from recommender import Recommender, Settings
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay

CORPUS = corpus_of(
    *(article(f"a{number}", f"Comet over bay number {number}") for number in range(60)),
    replace(article("pinned", "Comet over bay"), pinned=("a1",)),
    article("draft", "Comet over bay", hidden=True),
    article("alone", "Schoolgirl"),
)


@pytest.fixture(scope="module")
def trained() -> Recommender:
    return Recommender(settings=Settings(half_life_days=None)).fit(CORPUS).precompute_lists()


@pytest.mark.parametrize(
    ("id", "limit", "is_ready"),
    [
        ("a1", None, True),
        ("a1", 20, True),
        ("alone", None, True),
        ("a1", 21, False),
        ("pinned", None, False),
        ("draft", None, False),
        ("unknown", None, False),
    ],
)
def test_a_list_is_ready_where_it_was_made_in_batch_and_editors_wish_nothing_else(
    trained: Recommender, id: str, limit: int | None, is_ready: bool
) -> None:
    assert trained.for_readers().is_ready(id, limit=limit) is is_ready


def test_without_lists_that_were_made_in_batch_none_is_ready() -> None:
    assert not Recommender().fit(CORPUS).is_ready("a1")


@pytest.mark.parametrize(("count", "is_ready"), [(1, True), (101, False)])
def test_a_few_live_articles_are_put_in_and_have_no_ready_lists_themselves(
    trained: Recommender, count: int, is_ready: bool
) -> None:
    texts = {f"live-{number}": f"---\ntitle: Comet {number}\n---\n" for number in range(count)}
    posted = {
        id: PostedArticle.parse(text.replace("title", f"id: {id}\ntitle"), "markdown") for id, text in texts.items()
    }
    recommender = LiveOverlay(trained).with_changes(LiveChanges(posted)).recommender
    assert recommender.is_ready("a1") is is_ready
    assert not recommender.is_ready("live-0")
