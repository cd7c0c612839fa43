"""Addresses of Bridgetown, as its documentation gives them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

POST = "src/_posts/2024/2024-01-02-Bees-1.2.md"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", "/hive/2024/01/02/bees-1.2/"),
        ("permalink: simple", "/hive/bees-1.2/"),
        ("permalink: simple_ext", "/hive/bees-1.2.html"),
        ("permalink: /blog/:year/:slug.*", "/blog/2024/bees-1.2.html"),
        ("collections:\n  posts:\n    permalink: /:locale/news/:slug/", "/news/bees-1.2/"),
        ("url: https://bees.example\nbase_path: /a", "https://bees.example/a/hive/2024/01/02/bees-1.2/"),
    ],
)
def test_addresses_of_posts(tmp_path: Path, config: str, expected: str) -> None:
    site = make_site(tmp_path, {"bridgetown.config.yml": config or "template_engine: erb"})
    assert address(site, POST, date="2024-01-02", category="Hive") == expected


def test_the_initializer_counts_as_configuration(tmp_path: Path) -> None:
    code = 'Bridgetown.configure do |config|\n  url "https://bees.example"\n  permalink "simple"\nend\n'
    site = make_site(tmp_path, {"config/initializers.rb": code})
    assert address(site, POST, date="2024-01-02") == "https://bees.example/bees-1.2/"


def test_a_collection_has_pages_where_it_says_so(tmp_path: Path) -> None:
    config = (
        "collections:\n  docs:\n    output: true\n  tips:\n    output: false\n"
        "  news:\n    output: true\n    permalink: simple\n"
    )
    site = make_site(tmp_path, {"bridgetown.config.yml": config})
    assert address(site, "src/_docs/hive/wax.md") == "/docs/hive/wax/"
    assert address(site, "src/_news/wax.md", category="Hive") == "/news/hive/wax/"
    assert not site.has("src/_tips/wax.md")


def test_defaults_of_a_folder_hide_its_posts(tmp_path: Path) -> None:
    files = {"bridgetown.config.yml": "url: ''", "src/_posts/drafts/_defaults.yml": "published: false"}
    site = make_site(tmp_path, files)
    assert site.hides("src/_posts/drafts/bees.md", {})
    assert not site.hides("src/_posts/bees.md", {})
    assert not site.hides("src/_posts/drafts/bees.md", {"published": "true"})
