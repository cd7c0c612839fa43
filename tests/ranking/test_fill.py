"""Lists that are too short, filled with the newest articles or with those of the same section."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from samples import article, corpus_of

from recommender import Article, Corpus, Recommender, Settings
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay
from recommender.ranking import Options
from recommender.training import publish

DAM = "Engineers inspected the dam above Velm after the rain and found it safe."


def of_section(section: str, one: Article) -> Article:
    return replace(one, section=section, entry={**one.entry, "provider": {"name": section}})


JELLY = of_section("kitchen", article("jelly", "Quince jelly", date="2024-03-10"))
QUINCES = of_section("garden", article("quinces", "Quinces", date="2024-03-01"))
MODEM = of_section("kitchen", article("modem", "Modem", date="2024-03-02"))
OWLS = of_section("garden", article("owls", "Owls", date="2024-03-12"))
UNDATED = of_section("kitchen", article("undated", "Bread"))
DRAFT = of_section("kitchen", article("draft", "Soup", date="2024-03-13", hidden=True))
CORPUS = corpus_of(JELLY, QUINCES, MODEM, OWLS, UNDATED, DRAFT)


def filled(recommender: Recommender, id: str, **options: object) -> list[tuple[str, bool]]:
    """The list, and of each entry whether it is a suggestion."""
    suggestions = recommender.related(id, **options)  # type: ignore[arg-type]  # options by name
    return [(one.article.id, one.score > 0) for one in suggestions]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["quinces"]),
        ({"fill": "newest"}, ["quinces", "owls", "modem", "undated"]),
        ({"fill": "section"}, ["quinces", "modem", "undated"]),
        ({"fill": "newest", "limit": 2}, ["quinces", "owls"]),
        ({"fill": "newest", "limit": 1}, ["quinces"]),
        ({"fill": "newest", "exclude": ["owls"]}, ["quinces", "modem", "undated"]),
        ({"fill": "newest", "max_age_days": 8}, ["owls", "modem"]),
        ({"fill": "newest", "provider_cap": 1}, ["quinces", "modem"]),  # the garden has its one
    ],
)
def test_a_short_list_is_filled_with_the_newest_that_the_rules_leave(options: Options, expected: list[str]) -> None:
    recommender = Recommender().fit(CORPUS)
    for _ in range(2):
        assert filled(recommender, "jelly", **options) == [(id, id == "quinces") for id in expected]
        recommender.precompute_lists()
    assert next(recommender.related_many(["jelly"], **options)) == recommender.related("jelly", **options)
    assert filled(recommender, "draft", fill="section", limit=1) == [("jelly", False)]


def test_neither_banned_articles_nor_other_languages_nor_copies_fill_a_list() -> None:
    first, second = (article(id, "Dam is safe", DAM, f"2024-03-0{day}") for day, id in ((1, "first"), (2, "second")))
    own = replace(article("own", "Owls"), banned=("banned",), pinned=("second",), language="en")
    others = [
        replace(one, language="en") for one in (first, second, article("banned", "Bread"), article("soup", "Soup"))
    ]
    brood = replace(article("brood", "Brood", date="2024-03-09"), language="nl")
    recommender = Recommender(settings=Settings(language="own")).fit(corpus_of(own, *others, brood))
    assert [id for id, _ in filled(recommender, "own", fill="newest")] == ["second", "soup"]
    assert [id for id, _ in filled(recommender, "soup", fill="newest")] == ["first", "banned", "own"]


def test_live_articles_fill_lists_too() -> None:
    text = "---\nid: live\ntitle: Cheese\ncategories: [Garden]\ndate: 2024-03-11\n---\n"
    overlay = LiveOverlay(Recommender().fit(CORPUS)).with_changes(
        LiveChanges({"live": PostedArticle.parse(text, "markdown")})
    )
    found = filled(overlay.recommender, "jelly", fill="newest")
    assert [id for id, _ in found] == ["quinces", "owls", "live", "modem", "undated"]
    assert filled(overlay.recommender, "live", fill="section") == [("owls", False), ("quinces", False)]


def test_a_section_is_the_first_category_else_the_folder_of_its_posts(tmp_path: Path) -> None:
    files = {
        "blog/2024/2024-03-01-one.md": "title: One",
        "blog/2024-03-02-two/index.md": "title: Two",
        "news/three.md": "title: Three\ncategories: [Blog, Other]",
        "blog/four.md": "title: Four\ncategory: Letters",
    }
    for name, head in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"---\n{head}\n---\n")
    corpus = Corpus.from_path(tmp_path)
    assert {one.title: one.section for one in corpus.articles} == {
        "One": "blog",
        "Two": "blog",
        "Three": "blog",
        "Four": "letters",
    }
    publish(corpus, tmp_path / "models")
    loaded = Recommender.load(tmp_path / "models")
    assert {id for id, _ in filled(loaded, "three", fill="section")} == {"2024-03-01-one", "2024-03-02-two"}
