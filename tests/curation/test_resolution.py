"""Which article an item of a list names to an editor: the same one as in the corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recommender import Corpus, Recommender
from recommender.curation import ArticleFinder
from recommender.frontmatter import Value

POSTS = {
    "2024-01-01-crab": "Harbour crab",
    "2024-01-02-ferry": "Harbour ferry",
    "2024-01-03-ferry": "Moon ferry",
    "2024-01-04-crab-again": "Harbour crab",
}


@pytest.mark.parametrize(
    ("item", "id"),
    [
        ("2024-01-01-crab", "2024-01-01-crab"),
        ("crab", "2024-01-01-crab"),
        ("ferry", None),
        ("2024/01/01/crab", "2024-01-01-crab"),
        ("_posts/2024-01-01-crab.md", "2024-01-01-crab"),
        ("https://quay.example/news/2024/crab/", "2024-01-01-crab"),
        ("/news/2024/crab/", "2024-01-01-crab"),
        ("/2024/moon/", "2024-01-03-ferry"),
        ("Moon ferry", "2024-01-03-ferry"),
        ("Harbour crab", None),
        ({"title": "Harbour crab", "date": "2024-01-04"}, "2024-01-04-crab-again"),
        ({"title": "Moon ferry", "date": "2024-01-05"}, "2024-01-05-moon-ferry"),  # another one, which the item adds
    ],
)
def test_an_item_names_the_same_article_in_the_corpus_and_to_an_editor(
    item: Value, id: str | None, tmp_path: Path
) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text("url: https://quay.example\nbaseurl: /news\npermalink: /:year/:title/\n")
    for name, title in POSTS.items():
        slug = "permalink: /2024/moon/\n" if title == "Moon ferry" else ""
        (tmp_path / "_posts" / f"{name}.md").write_text(f"---\ntitle: {title}\n{slug}---\n")
    (tmp_path / "_posts/2024-02-01-list.md").write_text(f"---\ntitle: List\nrelated: {json.dumps([item])}\n---\n")
    corpus = Corpus.from_path(tmp_path)
    recommender = Recommender().fit(corpus)
    found = ArticleFinder(recommender).find(item)
    assert (found.id if found else None) == id
    assert corpus.links.get("2024-02-01-list", ()) == ((id,) if id else ())
