"""What an inspection says will disappoint, and how it sums up problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import Article, Corpus, Settings
from recommender.articles import parse_date
from recommender.corpus import SHARED_ID, ListForm
from recommender.inspection import Inspection, as_lines, inspect, problem_lines, settings_in_force
from recommender.sources import HIDING_STATUS, UNREADABLE_DATE, Problem

GERMAN = "Der Fluss ist über die Ufer getreten und das Wasser steht auf dem Platz, den die Leute nicht verlassen. " * 3
ENGLISH = "The river has risen and the water is in the square that was built by the people of the old town. " * 3


def made(id: str, **fields: object) -> Article:
    """An article that lacks nothing."""
    number = int(id.removeprefix("a"))
    whole = Article(
        id=id,
        entry={"title": id, "url": f"/{id}/", "excerpt": f"Excerpt {id}"},
        path=f"{id}.md",
        language="en",
        published_at=float(number),
        text="Text",
    )
    return replace(whole, **fields)  # type: ignore[arg-type]


def articles(count: int = 20, *, with_fault: int = 0, **fault: object) -> list[Article]:
    """Articles, of which the first so many have a fault."""
    return [made(f"a{number}", **(fault if number < with_fault else {})) for number in range(count)]


def inspection(some: Iterable[Article], *problems: Problem, **settings: object) -> Inspection:
    corpus = Corpus(articles=tuple(some), links={}, problems=problems)
    chosen = Settings.from_mapping(settings)
    return inspect(corpus, chosen, chosen=chosen)


def test_a_site_that_lacks_nothing_disappoints_nobody() -> None:
    assert inspection(articles()).shortcomings == ()


@pytest.mark.parametrize(
    ("some", "beginning"),
    [
        (articles(with_fault=20, entry={"title": "x"}), "No article has an address, so that an entry leads nowhere."),
        (articles(with_fault=3, entry={"title": "x"}), "3 of 20 articles lack an address,"),
        (articles(with_fault=3, entry={"title": "x", "url": "/x"}, text=""), "3 of 20 articles lack a text or an"),
        (articles(with_fault=3, published_at=None), "3 of 20 articles lack a date,"),
        (articles(with_fault=20, published_at=None), "No article has a date, so that time does not count. Give"),
        (articles(with_fault=11, published_at=3.5), "11 of 20 dates are one day,"),
        (articles(with_fault=11, hidden=True), "11 of 20 articles are hidden and in no list (draft or withdrawn 11)."),
        (articles(with_fault=11, visible_from=parse_date("2999-01-01")), "11 of 20 articles are hidden"),
        (articles(with_fault=11, visible_until=3.5), "11 of 20 articles are hidden and in no list (expired 11)."),
        (
            articles(with_fault=3, entry={"title": "x", "url": "/x", "excerpt": "Read on"}),
            "3 articles have the same excerpt, or begin with the same text, as a0.md,",
        ),
        (articles(19), "With 19 articles, lists show nearly all there is."),
        (
            [
                *articles(17),
                *(made(f"a{n}", language=None, text=t) for n, t in enumerate([GERMAN, GERMAN, ENGLISH, ENGLISH], 17)),
            ],
            "Articles without a language seem to be in German and English,",
        ),
    ],
)
def test_a_shortcoming_is_told_with_its_cure(some: list[Article], beginning: str) -> None:
    [told] = inspection(some).shortcomings
    assert told.startswith(beginning)


def test_where_the_site_is_known_the_cure_of_a_lacking_address_is_not_to_look_for_its_root(tmp_path: Path) -> None:
    (tmp_path / "eleventy.config.js").write_text("module.exports = () => ({ dir: { input: 'src' } });")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/src.json").write_text('{"permalink": "/{{ title | slugify2 }}/"}')
    (tmp_path / "src/crab.md").write_text("---\ntitle: Crab\ndate: 2024-01-01\n---\n")
    told = inspect(Corpus.from_path(tmp_path), Settings(), chosen=Settings()).shortcomings[0]
    assert told == (
        "No article has an address, so that an entry leads nowhere. Neither its configuration nor its front matter "
        "tells it: name a pattern (`--address /:year/:slug/`), or give each a `url: …`."
    )


def test_shortcomings_that_few_articles_have_are_not_told() -> None:
    some = articles(with_fault=2, entry={"title": "x"}, text="", published_at=None, hidden=True)
    assert inspection(some).shortcomings == ()


def test_what_is_in_force_comes_from_the_user_the_links_the_corpus_or_nobody() -> None:
    chosen = Settings(half_life_days=None, language="own", min_score=0.1)
    learnt = replace(chosen, half_life_days=30, min_score=0.1)
    origins = {one.name: one.origin for one in settings_in_force(learnt, chosen=chosen, given={"min_score"})}
    assert origins["half_life_days"] == "learnt in training"
    assert origins["language"] == "chosen for this corpus"
    assert origins["min_score"] == "given"
    assert origins["published"] == "default"


def test_five_lines_tell_the_most_important() -> None:
    some = [*articles(2, with_fault=1, hidden=True), made("a2", path="")]
    corpus = Corpus(articles=tuple(some), links={"a1": ("a0", "a2")}, list_forms={ListForm("related", "ids"): 1})
    chosen = Settings(title_weight=0.1, text_weight=0.5, half_life_days=None, language="own")
    assert as_lines(inspect(corpus, chosen, chosen=chosen)) == [
        "no files: 2 articles, and 1 known only from links",
        "they have: date 2, excerpt 2, text 2, address 2",
        "languages: en 2; hidden: draft or withdrawn 1",
        "before learning: title 10 %, excerpt 45 %, text 45 %; half_life_days none (chosen for this corpus), "
        "language own (chosen for this corpus)",
        "2 curated links in 1 list, 0 links in texts",
    ]


def test_unpublished_articles_count_as_hidden_where_they_are_not_suggested() -> None:
    some = articles(with_fault=2, published=False)
    assert inspection(some).hidden == {}
    assert inspection(some, published="only").hidden == {"published: false": 2}


def test_dates_and_ids_that_are_no_good_are_told_with_an_example() -> None:
    dates = [Problem(f"{name}.md", "the date 'soon' can't be read as a date", kind=UNREADABLE_DATE) for name in "ab"]
    ids = [Problem(f"{name}.md", "the ID 'x' is also that of y.md", kind=SHARED_ID) for name in "cde"]
    first, second = inspection(articles(), *dates, *ids).shortcomings
    assert first == "2 dates can't be read, as in a.md: the date 'soon' can't be read as a date."
    assert second.startswith("3 IDs are those of several articles, which look-ups find by their path only, as in c.md:")


def test_a_status_that_hides_articles_is_told_with_an_example() -> None:
    reason = "`status: past` hides it; if the article is not meant to be hidden, rename the key `status`"
    [told] = inspection(articles(), *(Problem(f"{name}.md", reason, kind=HIDING_STATUS) for name in "ab")).shortcomings
    assert told == f"2 articles are in no list because of the `status`, as in a.md: {reason}."


def test_problems_of_one_kind_are_one_line_and_others_twenty() -> None:
    several = [Problem(f"x/{number}.md", f"the ID {number} is taken", kind=SHARED_ID) for number in range(557)]
    alone = [Problem(f"y/{number}.md", f"key {number} is no text", 2) for number in range(22)]
    seen = inspection(articles(), alone[0], *several, *alone[1:])
    lines = list(problem_lines(seen))
    assert lines[:3] == [
        "y/0.md:2: key 0 is no text",
        f"557 × {SHARED_ID}; for instance x/0.md",
        "y/1.md:2: key 1 is no text",
    ]
    assert len(lines) == 22
    assert lines[-1] == "and 2 more: `recommender inspect` lists all"
    assert len(list(problem_lines(seen, most=None))) == 23
    assert list(problem_lines(seen.abridged())) == [*lines[:20], "and 3 more: `recommender inspect` lists all"]


def test_more_than_five_problems_with_one_reason_are_one_line() -> None:
    untitled = [Problem(f"{number}.md", "no title", 2) for number in range(6)]
    assert list(problem_lines(inspection([], *untitled))) == ["6 × no title; for instance 0.md:2"]
    assert list(problem_lines(inspection([], *untitled[:5]))) == [f"{number}.md:2: no title" for number in range(5)]


def test_names_with_control_characters_are_shown_escaped() -> None:
    [line] = problem_lines(inspection([], Problem("a\x1b[31m\n.md", "no title")))
    assert line == "a\\x1b[31m\\n.md: no title"
    assert str(Problem("a\x1b.md", "no\ntitle", 3)) == "a\\x1b.md:3: no\\ntitle"


def test_an_inspection_comes_back_from_its_plain_values() -> None:
    one = inspection(articles(with_fault=2, published_at=None), Problem("a.md", "no title"))
    assert Inspection.from_mapping(one.to_mapping()) == one


def test_curated_links_that_lead_nowhere_are_one_problem(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: {name}\nrelated: [gone, c]\n---\n")
    (tmp_path / "c.md").write_text("---\ntitle: c\n---\n")
    corpus = Corpus.from_path(tmp_path)
    [line] = problem_lines(inspect(corpus, Settings(), chosen=Settings()))
    assert line == "2 × a curated link to no article here, or to a hidden one; for instance a.md"
    (tmp_path / "b.md").unlink()
    [line] = problem_lines(inspect(Corpus.from_path(tmp_path), Settings(), chosen=Settings()))
    assert line == "a.md: dead link: no article here has 'gone' as ID or URL"
