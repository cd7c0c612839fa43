"""Articles and addresses of Middleman, as its documentation gives them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

POST = "source/2024-01-02-bees-1.2.html.markdown"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("activate :blog", "/2024/01/02/bees-1-2.html"),
        ('activate :blog do |blog|\n  # blog.permalink = "x"\nend', "/2024/01/02/bees-1-2.html"),
        ('activate :blog do |blog|\n  blog.permalink = ":year/:title.html"\nend', "/2024/bees-1-2.html"),
        ("activate :blog, permalink: '/news/{title}'\nactivate :directory_indexes", "/news/bees-1-2"),
        ("activate :blog\nactivate :directory_indexes", "/2024/01/02/bees-1-2/"),
        ('activate :blog do |blog|\n  blog.permalink = "#{here}/{title}.html"\nend', None),
        ('activate :blog do |blog|\n  blog.permalink = "{unknown}/{title}.html"\nend', None),
        ('set :http_prefix, "/a"\nactivate :blog', "/a/2024/01/02/bees-1-2.html"),
        ("activate :directory_indexes", "/2024-01-02-bees-1.2/"),
    ],
)
def test_addresses_of_articles(tmp_path: Path, config: str, expected: str | None) -> None:
    site = make_site(tmp_path, {"config.rb": config})
    assert address(site, POST, date="2024-01-02") == expected


def test_each_of_several_blogs_has_its_articles_and_all_else_is_none(tmp_path: Path) -> None:
    config = (
        'activate :blog do |blog|\n  blog.name = "news"\n  blog.prefix = "news"\nend\n'
        'activate :blog do |blog|\n  blog.sources = "tips/:topic/:title.html"\n'
        '  blog.permalink = ":topic/:title.html"\nend\n'
    )
    site = make_site(tmp_path, {"config.rb": config})
    assert address(site, "source/news/2024-01-02-bees.html.md") == "/news/2024/01/02/bees.html"
    assert address(site, "source/tips/hive/wax.html.md") == "/hive/wax.html"
    assert site.has("source/tips/hive/wax.html.md")
    assert not site.has("source/about.html.md")
    assert not site.has("README.md")


def test_a_name_is_without_the_ending_of_what_is_made_of_it(tmp_path: Path) -> None:
    assert make_site(tmp_path, {"config.rb": "activate :blog"}).name_of(POST) == "2024-01-02-bees-1.2"


def test_a_configuration_of_compass_is_none_of_middleman(tmp_path: Path) -> None:
    assert make_site(tmp_path, {"config.rb": 'css_dir = "css"\n'}).generator == "folder"
