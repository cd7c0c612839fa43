"""Which articles are copies of one text, which is the original, and whether a site's editors link copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from samples import article, corpus_of

from recommender import Article, Corpus
from recommender.corpus import CopyFinder, choose_defaults

DAM = "Engineers inspected the dam above Velm after the rain and found it safe."


def originals(*articles: Article) -> dict[str, str]:
    """Of each article that is a copy, the original."""
    finder = CopyFinder()
    for one in articles:
        finder.add(one)
    found = finder.find().originals.tolist()
    return {one.id: articles[row].id for one, row in zip(articles, found, strict=True) if articles[row] is not one}


def test_the_same_title_and_excerpt_are_a_copy_and_the_earliest_is_the_original() -> None:
    undated = article("undated", "Dam is safe", DAM)
    late = article("late", "Dam is safe", DAM, "2024-03-20")
    early = article("early", "Dam is safe", DAM, "2024-03-19")
    assert originals(undated, late, early) == {"undated": "early", "late": "early"}


@pytest.mark.parametrize(
    ("title", "excerpt", "is_copy"),
    [
        ("DAM  is safe!", DAM.upper(), True),
        ("Dam is safe", f"{DAM} (Wire)", True),  # a credit at the end
        ("Dam is safe", f"{DAM[:64]}…", True),  # cut
        ("Dam is not safe", DAM, False),
        ("Dam is safe", f"Again: {DAM}", False),
        ("Dam is safe", "Engineers inspected the dam above Wend.", False),
    ],
)
def test_what_is_compared_is_the_title_and_the_beginning(title: str, excerpt: str, is_copy: bool) -> None:
    first = article("first", "Dam is safe", DAM, "2024-03-19")
    assert originals(first, article("other", title, excerpt, "2024-03-20")) == ({"other": "first"} if is_copy else {})


def test_texts_tell_parts_of_a_column_apart_that_share_title_and_excerpt() -> None:
    first = replace(article("first", "Notes", DAM, "2024-03-19"), text="Monday: the ferry sailed on time again.")
    second = replace(article("second", "Notes", DAM, "2024-03-20"), text="Tuesday: the ferry did not sail at all.")
    reprint = replace(second, id="reprint", published_at=None)
    assert originals(first, second, reprint) == {"reprint": "second"}


def test_a_title_alone_or_another_language_makes_no_copy() -> None:
    assert originals(article("a", "Notes", "Short."), article("b", "Notes", "Short.")) == {}
    english, other = (replace(article(id, "Dam", DAM), language=id) for id in ("en", "nl"))
    assert originals(english, other) == {}


def test_the_canonical_address_names_the_original_whatever_its_date_and_words(tmp_path: Path) -> None:
    heads = {
        "copy": "title: Dam is safe\ndate: 2024-03-19\ncanonicalUrl: https://wire.example/dam?utm_source=x",
        "reprint": f"title: Dam is safe\nexcerpt: {DAM}\ndate: 2024-03-18",
        "wire": f"title: Dam is safe\nexcerpt: {DAM}\ndate: 2024-03-20\nsourceUrl: https://wire.example/dam",
        "own": "title: Rain\ncanonicalUrl: https://wire.example/rain\nsourceUrl: https://wire.example/rain",
        "front": "title: Snow\ncanonicalUrl: https://wire.example/",
        "front-too": "title: Hail\ncanonicalUrl: https://wire.example/",
    }
    for name, head in heads.items():
        (tmp_path / f"{name}.md").write_text(f"---\n{head}\n---\n")
    articles = Corpus.from_path(tmp_path).articles
    assert originals(*articles) == {"copy": "wire", "reprint": "wire"}
    without_it = [one for one in articles if one.id not in ("wire", "reprint")]
    assert originals(*without_it, replace(without_it[0], id="other", published_at=None)) == {"other": "copy"}


def test_an_address_that_a_whole_site_names_as_canonical_is_a_mistake() -> None:
    articles = [replace(article(f"a{n}", f"Number {n}"), canonical_url="site.example/blog") for n in range(21)]
    assert originals(*articles) == {}
    assert len(originals(*articles[:20])) == 19


def test_copies_are_suggested_where_editors_link_them_and_else_one_of_them() -> None:
    first, second = (article(id, "Dam is safe", DAM, f"2024-03-{day}") for day, id in ((19, "first"), (20, "second")))
    others = article("rain", "Rain"), article("snow", "Snow")

    def chosen(**links: tuple[str, ...]) -> str:
        return choose_defaults(corpus_of(first, second, *others, links=links)).copies

    assert chosen() == chosen(rain=("snow",)) == chosen(rain=("first",)) == "one"
    assert chosen(first=("second", "rain")) == chosen(rain=("first", "second")) == "any"
    assert chosen(first=("second",), rain=("first",), snow=("first",)) == "one"  # one of three that could
