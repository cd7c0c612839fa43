"""Every article in columns, and which of them a selection holds: a corpus by hand, and the exact rows."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples import article, corpus_of
from waiting import until

from recommender import Article, Recommender, Settings
from recommender.artefacts import LocalModels
from recommender.catalogue import Catalogue
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay
from recommender.overview import (
    Bin,
    Figures,
    JudgedArticles,
    JudgedColumns,
    Overview,
    OverviewCache,
    Period,
    Selection,
    StateName,
)
from recommender.training import train

WORDS = {"title_terms": "words", "excerpt_terms": "words", "half_life_days": None, "hub_exponent": 0.0, "limit": 2}


def _with(made: Article, provider: str = "", **changes: Any) -> Article:
    entry = {**made.entry, "provider": {"name": provider}} if provider else made.entry
    return replace(made, entry=entry, **changes)


BAY = _with(
    article("bay", "comet bay night", date="2024-03-03T22:00:00Z"), "Post", language="en", topics=("Sky", "Sea")
)
NEAR = _with(article("near", "comet bay", date="2024-03-02"), "Post", language="de", topics=("Sky",))
SAME = _with(article("same", "comet night", date="2024-02-01"), "Echo", language="en", has_written_list=True)
THIN = article("thin", "bay window frame glass putty", date="2023-12-31")
ALONE = article("alone", "Schoolgirl", date="2024-03-03T23:00:00Z")
UNDATED = _with(article("undated", "comet bay night sky"), language="EN", topics=("sea",))
DRAFT = article("draft", "comet bay draft", date="2024-03-04", hidden=True)
SOON = replace(article("soon", "comet bay soon", date="2024-03-05"), visible_from=200_000.0)
GONE = replace(article("gone", "comet bay gone", date="2024-01-05"), visible_until=1.0)
UNPUBLISHED = article("unpublished", "comet bay unpublished", date="2024-01-04", published=False)
ARTICLES = (BAY, NEAR, SAME, THIN, ALONE, UNDATED, DRAFT, SOON, GONE, UNPUBLISHED)
LINKS = {"bay": ["near", "alone", "thin"], "alone": ["bay"]}
IN_RANK_ORDER = ["soon", "draft", "alone", "bay", "near", "same", "gone", "unpublished", "thin", "undated"]


def recommender(*articles: Article, **settings: object) -> Recommender:
    made = corpus_of(*(articles or ARTICLES), links=LINKS if not articles else {})
    return Recommender(settings=Settings.from_mapping({**WORDS, **settings})).fit(made)


def overview(**settings: object) -> Overview:
    fitted = recommender(**settings)
    return Overview.of(fitted)


def ids(view: Overview, **selected: Any) -> list[str]:
    everything = np.ones(len(view), np.bool_)
    return [view.article(position).id for position in Selection(**selected).positions(view, shown=everything).tolist()]


def test_articles_are_in_rank_order_with_what_their_lists_hold() -> None:
    fitted = recommender(published="only")
    view = Overview.of(fitted)
    lists = {one.id: fitted.related(one.id) for one in fitted}
    assert [view.article(position).id for position in range(len(view))] == IN_RANK_ORDER == list(lists)
    assert view.entries.tolist() == [len(found) for found in lists.values()]
    assert view.best_scores.tolist() == [max((one.score for one in found), default=0.0) for found in lists.values()]
    assert dict(zip(IN_RANK_ORDER, view.links.tolist(), strict=True)) == {
        **dict.fromkeys(IN_RANK_ORDER, 0),
        "bay": 3,
        "alone": 1,
    }


def test_only_lists_that_readers_see_count_as_suggesting() -> None:
    view = overview(published="only")
    assert dict(zip(IN_RANK_ORDER, view.suggested.tolist(), strict=True)) == {
        **dict.fromkeys(IN_RANK_ORDER, 0),
        # bay: undated, near; near: bay, undated; same: bay, undated; thin: near, bay; undated: bay, same
        "bay": 4,
        "undated": 3,
        "near": 2,
        "same": 1,
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("good", ["bay", "near", "same", "undated"]),
        ("weak", ["thin"]),
        ("none", ["alone"]),
        ("orphan", ["alone", "thin"]),
        ("hub", []),
        ("curated", ["alone", "bay"]),
        ("written", ["same"]),
        ("hidden", ["soon", "draft", "gone", "unpublished"]),
        ("draft", ["draft"]),
        ("to-come", ["soon"]),
        ("expired", ["gone"]),
        ("unpublished", ["unpublished"]),
        ("unlisted", []),
        ("copy", []),
        ("other", []),
    ],
)
def test_each_state_holds_its_articles(state: StateName, expected: list[str]) -> None:
    assert ids(overview(published="only"), state=state) == expected


def test_unpublished_articles_are_hidden_only_where_that_is_wanted() -> None:
    assert ids(overview(), state="hidden") == ["soon", "draft", "gone"]
    fitted = recommender()
    wanted = Overview.of(fitted.for_readers(published_only=True))
    assert ids(wanted, state="unpublished") == ["unpublished"]


def test_a_list_is_weak_if_it_is_short_or_scores_less_than_half_of_what_is_usual() -> None:
    view = overview(limit=5)
    short = [id for id, entries in zip(IN_RANK_ORDER, view.entries.tolist(), strict=True) if 0 < entries < 3]
    assert set(short) <= set(ids(view, state="weak"))
    thin = IN_RANK_ORDER.index("thin")
    assert 2 * view.best_scores[thin] < view.usual_score


def test_a_hub_is_in_more_than_five_times_as_many_lists_as_a_list_has_entries() -> None:
    others = [article(f"o{number}", f"comet {number}", date="2024-01-01") for number in range(6)]
    fitted = recommender(article("hub", "comet", date="2024-02-01"), *others, limit=1)
    view = Overview.of(fitted)
    assert (view.hub_from, ids(view, state="hub")) == (6, ["hub"])


def test_a_copy_that_lists_leave_out_is_no_orphan_and_has_a_list_of_its_own() -> None:
    text = "A long text of more than twenty letters about the comet"
    fitted = recommender(
        article("first", "comet bay", text, "2024-01-01"),
        article("second", "comet bay", text, "2024-01-02"),
        article("third", "comet night", "Another text", "2024-01-03"),
        copies="one",
    )
    view = Overview.of(fitted)
    assert ids(view, state="copy") == ids(view, state="hidden") == ["second"]
    assert "second" not in ids(view, state="orphan")
    assert bool(view.public[1])


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"since": date(2024, 3, 2)}, ["soon", "draft", "alone", "bay", "near"]),
        ({"until": date(2024, 1, 4)}, ["unpublished", "thin"]),
        ({"since": date(2024, 3, 3), "until": date(2024, 3, 3)}, ["alone", "bay"]),
        ({"provider": "Post"}, ["bay", "near"]),
        ({"provider": "post", "language": "en"}, ["bay"]),
        ({"topic": "Sea"}, ["bay", "undated"]),
        ({"topic": "Sk"}, []),
        ({"language": "en"}, ["bay", "same", "undated"]),
        ({"language": "none", "state": "none"}, ["alone"]),
        ({"least_suggested": 4}, ["bay"]),
        ({"least_suggested": 2, "most_suggested": 3}, ["near", "undated"]),
        ({"state": "good", "topic": "sky", "since": date(2024, 3, 3)}, ["bay"]),
    ],
)
def test_articles_that_meet_all_conditions_are_selected(conditions: dict[str, Any], expected: list[str]) -> None:
    assert ids(overview(published="only"), **conditions) == expected


@pytest.mark.parametrize(
    ("sort", "ascending", "expected"),
    [
        ("date", False, IN_RANK_ORDER),
        ("date", True, ["thin", "unpublished", "gone", "same", "near", "bay", "alone", "draft", "soon", "undated"]),
        ("suggested", False, ["bay", "undated", "near", "same", *IN_RANK_ORDER[:3], *IN_RANK_ORDER[6:9]]),
        ("links", False, ["bay", "alone", "soon", "draft", *IN_RANK_ORDER[4:]]),
        ("entries", True, ["alone", "soon", "draft", *IN_RANK_ORDER[3:]]),
    ],
)
def test_the_greatest_is_first_and_among_equals_the_newest(sort: Any, ascending: bool, expected: list[str]) -> None:
    assert ids(overview(published="only"), sort=sort, ascending=ascending) == expected


JUDGED = JudgedArticles.of(
    ["alone", "bay", "gone by now", "near"],
    {
        "this program": {"nDCG@10": np.array([0.0, 0.5, 0.1, 1.0]), "MRR": np.array([0.1, 0.2, 0.3, 0.4])},
        "BM25": {"nDCG@10": np.array([0.2, 0.12345, 0.1, 0.9]), "MRR": np.array([0.4, 0.3, 0.2, 0.1])},
    },
    {"topic: Sky": ["near", "bay", "gone by now", "alone"], "topic: Sea": ["bay"]},
)


@pytest.mark.parametrize(
    ("group", "other", "sorted_by", "expected"),
    [
        ("topic: Sky", "", {}, ["alone", "bay", "near"]),
        ("topic: Sky", "", {"provider": "Post"}, ["bay", "near"]),
        ("topic: Sea", "", {}, ["bay"]),
        ("topic: unknown", "", {}, []),
        ("topic: Sky", "BM25", {"sort": "ours"}, ["near", "bay", "alone"]),
        ("topic: Sky", "BM25", {"sort": "theirs", "ascending": True}, ["bay", "alone", "near"]),
        ("topic: Sky", "BM25", {"sort": "lead"}, ["bay", "near", "alone"]),
        ("topic: Sky", "unknown", {"sort": "theirs"}, ["near", "bay", "alone"]),
    ],
)
def test_judged_articles_are_selected_by_group_and_sorted_by_their_figures(
    group: str, other: str, sorted_by: dict[str, Any], expected: list[str]
) -> None:
    view = overview(published="only")
    columns = JudgedColumns.of(JUDGED, view, group, other=other)
    assert ids(view, judged=columns, **sorted_by) == expected


def test_figures_of_judged_articles_are_kept_beside_the_report(tmp_path: Path) -> None:
    view, report = overview(published="only"), tmp_path / "report.html"
    assert ids(view, judged=JudgedColumns.of(JudgedArticles.read(report), view, "topic: Sky")) == []
    (tmp_path / "report.html.json").write_bytes(JUDGED.to_json())
    columns = JudgedColumns.of(JudgedArticles.read(report), view, "topic: Sky", measure="MRR", other="BM25")
    bay = IN_RANK_ORDER.index("bay")
    assert (columns.measure, columns.system, columns.other) == ("MRR", "this program", "BM25")
    assert (columns.ours[bay], columns.theirs[bay]) == (0.2, 0.3)
    by_default = JudgedColumns.of(JudgedArticles.read(report), view, "topic: Sky", other="BM25")
    assert (by_default.measure, by_default.theirs[bay]) == ("nDCG@10", pytest.approx(0.12345, abs=1e-4))
    figures = {"nDCG@10": {"this program": [0.5]}}
    for damaged in (
        b"{",
        b"[]",
        JudgedArticles(["bay"], figures, {"topic: Sky": [1]}).to_json(),
        JudgedArticles(["bay", "near"], figures, {"topic: Sky": [0]}).to_json(),
        JudgedArticles(["bay"], {}, {"topic: Sky": [0]}).to_json(),
    ):
        (tmp_path / "report.html.json").write_bytes(damaged)
        assert ids(view, judged=JudgedColumns.of(JudgedArticles.read(report), view, "topic: Sky")) == []


def test_articles_are_sorted_by_their_best_scores() -> None:
    view = overview(published="only")
    scores = dict(zip(IN_RANK_ORDER, view.best_scores.tolist(), strict=True))
    assert ids(view, sort="score") == sorted(IN_RANK_ORDER, key=lambda name: -scores[name])
    assert ids(view, sort="score", ascending=True)[:2] == ["alone", "thin"]


def test_figures_count_what_may_be_shown() -> None:
    view = overview(published="only")
    figures = Figures.of(view, shown=np.ones(len(view), np.bool_))
    assert (figures.articles, figures.public) == (10, 6)
    assert {state: count for state, count in figures.states.items() if count} == {
        "good": 4,
        "weak": 1,
        "none": 1,
        "orphan": 2,
        "curated": 2,
        "written": 1,
        "hidden": 4,
        "draft": 1,
        "to-come": 1,
        "expired": 1,
        "unpublished": 1,
    }
    assert figures.languages == [("en", 2), ("EN", 1), ("de", 1), ("none", 2)]
    assert not figures.by_year
    assert figures.periods == [
        Period(date(2023, 12, 1), date(2023, 12, 31), good=0, weak=1, none=0),
        Period(date(2024, 1, 1), date(2024, 1, 31), good=0, weak=0, none=0),
        Period(date(2024, 2, 1), date(2024, 2, 29), good=1, weak=0, none=0),
        Period(date(2024, 3, 1), date(2024, 3, 31), good=2, weak=0, none=1),
    ]
    assert figures.bins == [Bin(0, 0, 2), Bin(1, 1, 1), Bin(2, 3, 2), Bin(4, 10, 1), Bin(11, None, 0)]
    without_hidden = Figures.of(view, shown=view.public)
    assert (without_hidden.articles, without_hidden.states["hidden"]) == (6, 0)


def test_of_many_months_years_are_counted() -> None:
    view_of = recommender(article("new", "comet", date="2024-06-01"), article("old", "comet", date="2019-06-01"))
    view = Overview.of(view_of)
    figures = Figures.of(view, shown=view.public)
    assert figures.by_year
    assert [(one.first, one.last, one.articles) for one in (figures.periods[0], figures.periods[-1])] == [
        (date(2019, 1, 1), date(2019, 12, 31), 1),
        (date(2024, 1, 1), date(2024, 12, 31), 1),
    ]
    assert len(figures.periods) == 6


def test_a_model_on_disk_gives_the_same_as_one_in_memory(tmp_path: Any) -> None:
    models = LocalModels(tmp_path / "models")
    train(corpus_of(*ARTICLES, links=LINKS), models, {**WORDS, "published": "only", "learn": False})
    loaded = Recommender.load(models)
    of_disk = Overview.of(loaded)
    in_memory = overview(published="only")
    for name in ("left_out", "entries", "best_scores", "suggested", "links", "written"):
        assert getattr(of_disk, name).tolist() == getattr(in_memory, name).tolist(), name
    for topic, found in (("sky", ["bay", "near"]), ("Sea", ["bay", "undated"])):
        assert ids(of_disk, topic=topic) == found
    assert loaded.article("bay").topics == BAY.topics
    assert isinstance(loaded.catalogue, Catalogue)


def test_live_articles_are_among_the_others() -> None:
    posted = {"id": "live", "title": "comet bay night", "date": "2024-03-06", "tags": ["Sky"], "lang": "en"}
    changes = LiveChanges().with_records((PostedArticle.parse(json.dumps(posted), "json").to_record(),))
    over = LiveOverlay(recommender(published="only").precompute_lists()).with_changes(changes).recommender
    view = Overview.of(over)
    assert ids(view)[:2] == ["live", "soon"]
    assert ids(view, topic="sky", language="en") == ["live", "bay"]
    assert view.entries[0] == 2
    assert view.suggested.tolist() == [
        sum(
            other.article.id == one.id
            for id in ("live", "alone", "bay", "near", "same", "thin", "undated")
            for other in over.related(id)
        )
        for one in over
    ]


def test_an_unlisted_article_is_never_suggested_and_no_orphan() -> None:
    link_only = replace(article("link-only", "comet bay night", date="2024-01-01", hidden=True), unlisted=True)
    view = Overview.of(recommender(BAY, NEAR, link_only))
    assert ids(view, state="unlisted") == ids(view, state="hidden") == ["link-only"]
    assert "link-only" not in ids(view, state="orphan")


def test_an_overview_is_kept_until_an_article_ceases_to_be_public() -> None:
    soon = time.time() / 86_400 + 1 / 86_400
    cache = OverviewCache(recommender(BAY, NEAR, replace(SAME, visible_until=soon)))
    first = cache.get()
    if ids(first, state="expired"):
        pytest.skip("the machine was busy for a second")
    assert cache.get() is first or ids(cache.get(), state="expired")
    until(lambda: ids(cache.get(), state="expired") == ["same"])
    assert cache.get() is cache.get() is not first
