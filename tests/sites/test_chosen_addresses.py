"""Addresses by a pattern and a base URL that were chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_sites import make_site

from recommender.articles import normalise_url
from recommender.errors import CorpusError
from recommender.sites import Page, Site, with_chosen_addresses
from recommender.sources import FileChoice, find_article_files, read_file

SITE = Site(
    generator="jekyll", reason="", corpus="site", base_urls={"": "https://old.example", "de": "https://old.example/de"}
)


def page(path: str = "site/_posts/2018-11-20-Clay oven.md", **fields: str) -> Page:
    """A page of 20 November 2018."""
    day = datetime(2018, 11, 20, tzinfo=UTC)
    return Page(path=path, fields=fields, title="Über den Ofen!", date=day, language="de")


@pytest.mark.parametrize(
    ("pattern", "fields", "address"),
    [
        ("/:year/:month/:day/:slug/", {}, "/2018/11/20/Clay%20oven/"),
        ("/:year/:i_month/:slug.html", {"slug": "oven"}, "/2018/11/oven.html"),
        ("/:path", {}, "/_posts/2018-11-20-Clay%20oven"),
        ("/:language/:title/", {}, "/de/%C3%BCber-den-ofen/"),
        ("/p/:id", {"id": "77", "slug": "oven"}, "/p/77"),
        ("/:name/", {"permalink": "/garden/oven/"}, "/garden/oven/"),
    ],
)
def test_a_pattern_makes_the_address_unless_the_front_matter_names_one(
    pattern: str, fields: dict[str, str], address: str
) -> None:
    chosen = with_chosen_addresses(SITE, pattern=pattern, base_url="https://new.example/")
    assert chosen.address(page(**fields)) == f"https://new.example{address}"
    kept = with_chosen_addresses(SITE, pattern=pattern, base_url="")
    assert kept.address(page(**fields)) == f"https://old.example{address}"


def test_an_index_is_called_by_its_folder_and_what_is_unknown_makes_no_address() -> None:
    chosen = with_chosen_addresses(SITE, pattern="/:path/", base_url="")
    assert chosen.address(page("site/garden/oven/index.md")) == "https://old.example/garden/oven/"
    dated = with_chosen_addresses(SITE, pattern="/:year/:slug/", base_url="")
    assert dated.address(Page(path="site/a.md", fields={}, title="A")) is None


def test_a_base_url_alone_moves_the_sites_own_addresses() -> None:
    moved = with_chosen_addresses(SITE, pattern="", base_url="https://new.example/blog/")
    assert moved.absolute("/a/", None) == "https://new.example/blog/a/"
    assert moved.absolute("/a/", "de") == "https://new.example/blog/de/a/"


@pytest.mark.parametrize(
    ("pattern", "base_url", "sentence"),
    [
        ("/:year/:author/", "", "there is no :author in address patterns; there are :path, :name, "),
        (":slug/", "", "':slug/' is not an address pattern"),
        ("https://site.example/:slug/", "", "is not an address pattern"),
        ("", "site.example", "'site.example' is not a base URL; it must be like https://site.example"),
    ],
)
def test_what_is_no_pattern_or_url_is_refused(pattern: str, base_url: str, sentence: str) -> None:
    with pytest.raises(CorpusError, match=sentence.replace("?", r"\?")):
        with_chosen_addresses(SITE, pattern=pattern, base_url=base_url)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bridgetown.config.yml", "template_engine: erb\n"),
        ("config.rb", "activate :blog\n"),
        ("config.toml", 'base_url = "https://bees.example"\n'),
        ("hugo.toml", 'baseURL = "https://bees.example/"\n'),
        ("mkdocs.yml", "site_name: Bees\nplugins: [blog]\n"),
        ("pelicanconf.py", "PATH = 'content'\nSITEURL = 'https://bees.example'\n"),
        ("quartz.config.ts", "const config = { configuration: { baseUrl: 'bees.example' } }\n"),
    ],
)
def test_a_file_that_is_included_from_outside_what_is_published_has_no_address(
    tmp_path: Path, name: str, text: str
) -> None:
    post = "---\ntitle: A\n---\n"
    make_site(tmp_path, {name: text, "content/a.md": post, "notes/b.md": post, "c.md": post})
    found = find_article_files(tmp_path, FileChoice(include=("**/*.md",)))
    assert {"notes/b.md", "c.md"} <= set(found.files)
    [source] = read_file(tmp_path, "notes/b.md", site=found.site).sources
    assert "url" not in source.entry


@pytest.mark.parametrize(
    ("base_url", "canonical", "expected"),
    [
        ("https://bees.example", "https://medium.example/p/1", "https://bees.example/a/"),
        ("https://bees.example", "https://www.bees.example/hive/a", "https://www.bees.example/hive/a"),
        ("", "https://medium.example/p/1", "https://medium.example/p/1"),
    ],
)
def test_a_canonical_url_on_another_host_is_no_address_of_a_page_that_the_site_publishes(
    tmp_path: Path, base_url: str, canonical: str, expected: str
) -> None:
    text = f"---\ntitle: A\ncanonicalUrl: {canonical}\n---\n"
    make_site(tmp_path, {"hugo.toml": f"baseURL = '{base_url}'\n", "content/a.md": text})
    [source] = read_file(tmp_path, "content/a.md", site=find_article_files(tmp_path).site).sources
    assert source.entry["url"] == expected
    assert normalise_url(canonical) in source.urls
