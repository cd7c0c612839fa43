"""Series in lists: the other parts first, in their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from samples import article, corpus_of

from recommender import Article, Corpus, Recommender, Settings
from recommender.articles import Series
from recommender.corpus import choose_defaults
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay
from recommender.training import publish


def part(id: str, number: float | None = None, *, date: str | None = None, name: str = "tiny compiler") -> Article:
    return replace(article(id, f"Compiler: {id}", date=date), series=Series((name,), number))


NEAR = article("near", "Compiler: three or trees", date="2024-03-03")
ONE, TWO, THREE = part("one", 1, date="2024-03-09"), part("two", 2, date="2024-03-02"), part("three", 3)
CORPUS = corpus_of(NEAR, ONE, TWO, THREE)


def ids(recommender: Recommender, id: str, **options: object) -> list[str]:
    return [one.article.id for one in recommender.related(id, **options)]  # type: ignore[arg-type]  # options by name


def test_the_parts_that_follow_come_first_then_those_before_the_nearest_first() -> None:
    recommender = Recommender().fit(CORPUS)
    for _ in range(2):
        assert ids(recommender, "one") == ["two", "three", "near"]
        assert ids(recommender, "two") == ["three", "one", "near"]
        assert ids(recommender, "three") == ["two", "one", "near"]
        assert ids(recommender, "three", limit=1) == ["two"]
        assert set(ids(recommender, "near")) == {"one", "two", "three"}
        answers = {one.article.id: one.score for one in recommender.related("three")}
        plain = Recommender(settings=Settings(series="ignore")).fit(CORPUS).related("three")
        assert answers == {one.article.id: one.score for one in plain}  # the scores stay their own
        recommender.precompute_lists()
    assert [one.article.id for _, related in recommender.related_all(limit=1) for one in related].count("two") == 2


def test_parts_without_a_number_come_after_those_with_one_by_date() -> None:
    parts = [part("c"), part("a", date="2024-03-02"), part("b", date="2024-03-01"), part("z", 1)]
    recommender = Recommender().fit(corpus_of(*parts))
    assert ids(recommender, "z") == ["b", "a", "c"]
    assert ids(recommender, "a") == ["c", "b", "z"]


def test_parts_obey_the_rules_pins_come_before_them_and_bans_win() -> None:
    hidden, unpublished = replace(TWO, hidden=True), replace(THREE, published=False)
    four, other = part("four", 4), part("other", 5, name="letters")
    wishing = replace(ONE, pinned=("near",), banned=("four",))
    recommender = Recommender().fit(corpus_of(NEAR, wishing, hidden, unpublished, four, other))
    assert ids(recommender, "one") == ["near", "three", "other"]
    assert ids(recommender, "one", published="only") == ["near", "other"]
    assert ids(recommender, "four", exclude=["three"])[0] == "one"


def test_parts_in_another_language_are_left_out_where_lists_keep_to_their_own() -> None:
    english = [replace(one, language="en") for one in (ONE, THREE)]
    other = replace(TWO, language="nl")
    recommender = Recommender(settings=Settings(language="own")).fit(corpus_of(*english, other))
    assert ids(recommender, "one") == ["three"]


def test_live_parts_take_their_places_and_are_known_by_the_lists_that_they_enter() -> None:
    base = LiveOverlay(Recommender().fit(CORPUS).precompute_lists())
    text = "---\nid: half\ntitle: Nothing alike\nseries: Tiny Compiler\nseries_order: 2.5\n---\n"
    overlay = base.with_changes(LiveChanges({"half": PostedArticle.parse(text, "markdown")}))
    assert ids(overlay.recommender, "two") == ["half", "three", "one", "near"]
    assert ids(overlay.recommender, "half")[:3] == ["three", "two", "one"]
    assert set(overlay.listed_by("half")) == {"one", "two", "three"}


@pytest.mark.parametrize(("without", "chosen"), [(0, "first"), (2, "first"), (3, "ignore")])
def test_other_parts_come_first_unless_most_curated_lists_leave_them_out(without: int, chosen: str) -> None:
    parts = [part(f"p{number}", number) for number in range(5)]
    links = {one.id: ("near",) if n < without else (f"p{(n + 1) % 5}",) for n, one in enumerate(parts)}
    assert choose_defaults(corpus_of(NEAR, *parts, links=links)).series == chosen
    four = dict.fromkeys(list(links)[:4], ("near",))
    assert choose_defaults(corpus_of(NEAR, *parts, links=four)).series == "first"  # too few tell nothing


def test_a_series_is_read_from_files_and_kept_in_a_model(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        lines = f"---\ntitle: Compiler {number}\nseries: [Tiny compiler]\nseries_order: {number}\n---\n"
        (tmp_path / f"p{number}.md").write_text(lines)
    publish(Corpus.from_path(tmp_path), tmp_path / "models")
    assert ids(Recommender.load(tmp_path / "models"), "p2") == ["p3", "p1"]
