"""Copies in lists: one of each text, and none of the article's own."""

from __future__ import annotations

from dataclasses import replace

from samples import article, corpus_of

from recommender import Recommender, Settings
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay

DAM = "Engineers inspected the dam above Velm after the rain and found it safe."
WIRE = article("wire", "Dam above Velm is safe", DAM, "2024-03-19T08:00:00Z")
GAZETTE = article("gazette", "Dam above Velm is safe", DAM, "2024-03-19T09:00:00Z")
HERALD = article("herald", "Dam above Velm is safe", DAM + " (Wire)", "2024-03-19T10:00:00Z")
RAIN = article("rain", "Three days of rain above Velm", "Rain filled the lake behind the dam.", "2024-03-18T08:00:00Z")
HOME = article("home", "Villages below Velm dam return home", "They went home.", "2024-03-20T08:00:00Z")
CORPUS = corpus_of(WIRE, GAZETTE, HERALD, RAIN, HOME)


def ids(recommender: Recommender, id: str, **options: object) -> list[str]:
    return [one.article.id for one in recommender.related(id, **options)]  # type: ignore[arg-type]  # options by name


def test_a_list_holds_the_original_and_no_copy_of_its_own_article() -> None:
    recommender = Recommender().fit(CORPUS)
    for _ in range(2):
        assert sorted(ids(recommender, "home")) == ["rain", "wire"]
        for copy in ("wire", "gazette", "herald"):
            assert sorted(ids(recommender, copy)) == ["home", "rain"]
        assert sorted(ids(recommender, "home", exclude=["herald"])) == ["rain"]  # its text is excluded
        assert [one.article.id for one in recommender.related_to_text("Dam above Velm")].count("wire") == 1
        recommender.precompute_lists()
    assert ids(Recommender().fit(corpus_of(WIRE, GAZETTE, HERALD, RAIN)), "herald") == ["rain"]  # the newest
    assert len(ids(Recommender(settings=Settings(copies="any")).fit(CORPUS), "home")) == 4
    assert len(recommender.search_titles("dam above velm")) == 3


def test_where_the_original_is_hidden_the_earliest_of_the_others_stands_for_it() -> None:
    hidden, unpublished = replace(WIRE, hidden=True), replace(GAZETTE, published=False)
    recommender = Recommender().fit(corpus_of(hidden, unpublished, HERALD, RAIN, HOME)).precompute_lists()
    assert sorted(ids(recommender, "home")) == ["gazette", "rain"]
    assert sorted(ids(recommender, "home", published="only")) == ["herald", "rain"]
    assert sorted(ids(recommender, "wire")) == ["home", "rain"]


def test_editors_may_pin_another_copy_than_the_original_and_banning_one_bans_the_text() -> None:
    pinning = replace(HOME, pinned=("herald", "gazette"))
    recommender = Recommender().fit(corpus_of(WIRE, GAZETTE, HERALD, RAIN, pinning))
    assert ids(recommender, "home") == ["herald", "rain"]
    banning = replace(HOME, banned=("herald",))
    assert ids(Recommender().fit(corpus_of(WIRE, GAZETTE, HERALD, RAIN, banning)), "home") == ["rain"]


def test_placements_and_explanations_name_what_is_suggested_instead() -> None:
    recommender = Recommender().fit(CORPUS)
    wire, gazette = recommender.placements("home", ["wire", "gazette"])
    assert (wire.removed_by, gazette.removed_by, gazette.rank) == (None, "copy", None)
    assert gazette.note == "It is a copy of wire."
    assert recommender.placements("herald", ["wire"])[0].note == "It is a copy of this article."
    assert recommender.explain("home", "gazette").removed_by == "copy"


def test_a_live_copy_stands_for_no_text_that_was_trained_and_replaces_no_original() -> None:
    text = f"---\nid: post\ntitle: {WIRE.title}\nexcerpt: {DAM}\ndate: 2024-03-19\n---\n"
    renamed = "---\nid: named\ntitle: Other words\ndate: 2024-03-19\ncanonicalUrl: https://site.example/wire\n---\n"
    base = LiveOverlay(Recommender().fit(CORPUS).precompute_lists())
    posted = [PostedArticle.parse(one, "markdown") for one in (text, renamed)]
    overlay = base.with_changes(LiveChanges({one.id: one for one in posted}))
    assert sorted(ids(overlay.recommender, "home")) == ["rain", "wire"]
    for copy in ("post", "named", "wire"):
        assert sorted(ids(overlay.recommender, copy)) in (["home", "rain"], [])
    assert overlay.listed_by("post") == []
    assert overlay.recommender.placements("home", ["named"])[0].note == "It is a copy of wire."
