"""Addresses, dates and names of articles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from samples import article

from recommender.articles import (
    Article,
    build_entry,
    get_address_keys,
    get_entry_url,
    get_text,
    get_title,
    make_dated_slug,
    normalise_url,
    parse_date,
)
from recommender.ranking import Suggestion


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://quay.example/a", "quay.example/a"),
        ("http://quay.example/a/", "quay.example/a"),
        ("HTTPS://WWW.Quay.Example/A", "quay.example/A"),
        ("https://quay.example/a#top", "quay.example/a"),
        ("https://quay.example/a/#top", "quay.example/a"),
        ("https://quay.example/a?page=2", "quay.example/a?page=2"),
        ("https://quay.example/a?u=http://b.example/", "quay.example/a?u=http://b.example"),
        ("https://quay.example:8080/a", "quay.example:8080/a"),
        ("https://www2.quay.example", "www2.quay.example"),
        ("https://quay.example/", "quay.example"),
        ("  https://quay.example/a\n", "quay.example/a"),
        ("quay.example/a", "quay.example/a"),
        ("https://quay.example/渡轮", "quay.example/渡轮"),
        ("#top", ""),
        ("", ""),
    ],
)
def test_addresses_are_compared_without_scheme_www_fragment_and_trailing_slash(url: str, normal: str) -> None:
    assert normalise_url(url) == normal
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://quay.example/a/", ("quay.example/a", "/a")),
        ("http://localhost:4000/a?utm_source=x", ("localhost:4000/a", "/a")),
        ("/a/", ("/a",)),
        ("https://quay.example/", ("quay.example",)),
        ("#top", ()),
    ],
)
def test_a_page_is_looked_up_by_its_address_and_then_by_its_path(url: str, keys: tuple[str, ...]) -> None:
    assert get_address_keys(url) == keys


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1970-01-01", 0.0),
        ("1970-01-02T12:00:00Z", 1.5),
        ("1970-01-02T12:00:00", 1.5),
        ("1970-01-02T12:00", 1.5),
        ("1970-01-02 12:00:00", 1.5),
        ("1970-01-02T12:00:00.000Z", 1.5),
        ("1970-01-02T14:00:00+02:00", 1.5),
        ("1970-01-02T14:00:00+0200", 1.5),
        ("1970-01-02T06:30:00-05:30", 1.5),
        ("1970-01-02 14:00:00 +02:00", 1.5),
        ("1970-01-02 12:00:00 Z", 1.5),
        (" 1970-01-03 ", 2.0),
        ("1969-12-31", -1.0),
        ("2020-01-01", 18262.0),
        (None, None),
        ("", None),
        ("last Tuesday", None),
        ("2024", None),
        ("2024-02-30", None),
        ("2024-03-01T25:00:00Z", None),
        ("01/03/2024", None),
        ("2024-03-01T12:00:00 IST", None),
    ],
)
def test_a_date_is_days_since_1970_in_utc(text: str | None, days: float | None) -> None:
    assert parse_date(text) == days


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_the_first_and_the_last_moment_are_dates(text: str) -> None:
    assert parse_date(text) is not None


@pytest.mark.parametrize(
    ("title", "date", "slug"),
    [
        ("Harbour ferry", "2024-03-01T12:00:00Z", "2024-03-01-harbour-ferry"),
        ("Harbour ferry", "2024-03-01", "2024-03-01-harbour-ferry"),
        ("Harbour ferry", None, "harbour-ferry"),
        ("Harbour ferry", "last Tuesday", "harbour-ferry"),
        ("Drive.ai", None, "driveai"),
        ("machine—learning", None, "machinelearning"),
        ("machine — learning", None, "machine-learning"),
        ("machine-learning - now", None, "machine-learning-now"),
        ("Montréal", None, "montral"),
        ("3K×3K", None, "3k3k"),
        ("“Don’t,” they say!", None, "dont-they-say"),
        ("snake_case", None, "snakecase"),
        ("  -Ferry-  ", None, "ferry"),
        ("AI 人工智能", None, "ai"),
        ("人工智能 来了", "2024-03-01", "2024-03-01-人工智能-来了"),
        ("Новый паром!", None, "новый-паром"),
        ("!?", "2024-03-01", "2024-03-01"),
        ("_ _", None, ""),
        ("🚢", None, ""),
    ],
)
def test_a_slug_is_what_the_site_would_call_the_file(title: str, date: str | None, slug: str) -> None:
    assert make_dated_slug(title, date) == slug


def test_an_entry_has_its_keys_in_the_contracts_order() -> None:
    fields = {
        "images": [{"height": "3", "title": "no", "width": "2", "url": "i"}],
        "quality": "1",
        "provider": {"domain": "d", "logo": "no", "name": "n"},
        "type": "t",
        "cdnAmpUrl": "c",
        "ampUrl": "a",
        "sourceUrl": "s",
        "publishedDateTime": "2024-03-01",
        "excerpt": "e",
        "heat": "12",
        "title": "ignored: the title is given",
    }
    assert json.dumps(build_entry(fields, "T")) == json.dumps(
        {
            "title": "T",
            "excerpt": "e",
            "publishedDateTime": "2024-03-01",
            "sourceUrl": "s",
            "ampUrl": "a",
            "cdnAmpUrl": "c",
            "type": "t",
            "provider": {"name": "n", "domain": "d"},
            "quality": 1,
            "images": [{"url": "i", "width": 2, "height": 3}],
        }
    )
    other = {"cdnAmpWebUrl": "c", "ampWebUrl": "a", "webUrl": "w"}
    assert list(build_entry(other, "T")) == ["title", "webUrl", "ampWebUrl", "cdnAmpWebUrl"]


@pytest.mark.parametrize(
    ("text", "quality"), [("59", 59), ("-1", -1), ("0", 0), ("59.5", "59.5"), ("high", "high"), ("", None), ("~", None)]
)
def test_a_quality_is_a_number_where_it_is_a_whole_one(text: str, quality: object) -> None:
    assert build_entry({"quality": text}, "T").get("quality") == quality


@pytest.mark.parametrize("images", ["i", [], ["i"], [{}], [{"url": ""}], {"url": "i"}])
def test_images_without_a_url_are_none(images: object) -> None:
    assert build_entry({"images": images}, "T") == {"title": "T"}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"a": "1", "b": "2"}, "1"),
        ({"a": "", "b": "2"}, "2"),
        ({"a": " null ", "b": "2"}, "2"),
        ({"a": ["1"], "b": "2"}, "2"),
        ({"b": "2"}, "2"),
        ({}, None),
    ],
)
def test_the_first_key_that_holds_a_text_counts(fields: dict[str, Any], text: str | None) -> None:
    assert get_text(fields, "a", "b") == text


@pytest.mark.parametrize(
    ("title", "read"),
    [("A ", "A "), ("null", "null"), ("~", "~"), ("", None), (" ", None), (["A"], None), (None, None)],
)
def test_a_title_is_any_text_but_an_empty_one(title: object, read: str | None) -> None:
    assert get_title({"title": title}) == read


@pytest.mark.parametrize(
    ("entry", "link"), [({"sourceUrl": "s"}, "s"), ({"webUrl": "w"}, "w"), ({"ampUrl": "a"}, None), ({}, None)]
)
def test_the_link_of_an_entry_is_found_in_either_spelling(entry: dict[str, str], link: str | None) -> None:
    assert get_entry_url(entry) == link


def test_an_article_without_an_excerpt_has_an_empty_one() -> None:
    article = Article(id="a", entry={"title": "T"})
    assert (article.title, article.excerpt) == ("T", "")
    assert Article(id="a", entry={"title": "T", "excerpt": "E"}).excerpt == "E"


def test_an_article_and_a_suggestion_fit_a_line() -> None:
    assert repr(article("flood", "Wend floods the old town")) == "Article('flood', 'Wend floods the old town')"
    long = article("2024-03-19-wend-bursts-its-banks", "The Wend bursts its banks after a night of rain")
    assert repr(long) == "Article('2024-03-1...its-banks', 'The Wend bu...ght of rain')"
    assert repr(Suggestion(long, 0.12345)) == f"Suggestion(0.123, {long!r})"
    assert len(repr(Suggestion(long, 0.12345))) == 80
