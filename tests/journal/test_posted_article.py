"""Addresses of posted articles: their own, else by the pattern that was chosen, else none."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from recommender.journal import PostedArticle


@pytest.mark.parametrize(
    ("pattern", "fields", "url"),
    [
        ("/:year/:slug/", {}, "https://quay.test/news/2024/a-comet/"),
        ("/:year/:slug/", {"slug": "own"}, "https://quay.test/news/2024/own/"),
        ("/:language/:title/", {"lang": "de"}, "https://quay.test/news/de/a-comet/"),
        ("/:language/:title/", {}, None),
        ("/x/:name", {}, "https://quay.test/news/x/a-comet"),
        ("/x/:name", {"id": "c"}, None),
        ("/:path/", {}, None),
        ("/:year/:id/", {"id": "c", "date": "soon"}, None),
        ("/:year/:slug/", {"sourceUrl": "https://else.test/c"}, None),
        ("/:slug/", {"permalink": "/own/"}, "https://quay.test/news/own/"),
        ("", {"permalink": "/own/"}, "https://quay.test/news/own/"),
        ("", {}, None),
    ],
)
def test_a_posted_article_has_the_address_that_it_names_or_that_the_pattern_makes(
    pattern: str, fields: Mapping[str, str], url: str | None
) -> None:
    text = json.dumps({"title": "A Comet!", "date": "2024-03-20", **fields})
    posted = PostedArticle.parse(text, "json", address_pattern=pattern, base_url="https://quay.test/news")
    assert posted.article.entry.get("url") == url
    assert (f"{url}".removeprefix("https://").rstrip("/") in posted.article.urls) == (url is not None)
