"""Addresses of Nuxt Content, all as Nuxt Content 3 makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site, read_addresses

PACKAGE = {"package.json": '{"dependencies": {"@nuxt/content": "^3.0.0"}}', "content/index.md": "# Home"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/index.md", "/"),
        ("content/about.md", "/about"),
        ("content/blog/index.md", "/blog"),
        ("content/blog/hello.md", "/blog/hello"),
        ("content/1.guide/2.installation.md", "/guide/installation"),
        ("content/1.guide/1.index.md", "/guide"),
        ("content/blog/16.New Website.md", "/blog/new-website"),
        ("content/v/3.4.md", "/v/3.4"),
        ("content/1.2.3.version.md", "/2.3.version"),
        ("content/-dash.md", "/dash"),
        ("content/a & b|c.md", "/a-and-borc"),
        ("content/50% off.md", "/50percent-off"),
        ("content/€ uro.md", "/euro-uro"),
        ("content/“x” a—b – ‘y’….md", "/%22x%22-ab-'y'..."),
        ("content/日本.md", None),
    ],
)
def test_addresses(tmp_path: Path, path: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, PACKAGE), path) == expected


def test_the_configuration_gives_the_rest(tmp_path: Path) -> None:
    config = "export default defineNuxtConfig({ site: { url: 'https://bees.example' }, app: { baseURL: '/a/' } })"
    site = make_site(tmp_path, PACKAGE | {"nuxt.config.ts": config})
    assert address(site, "content/blog/1.bees.md") == "https://bees.example/a/blog/bees"


def test_partials_and_what_lies_elsewhere_are_no_articles(tmp_path: Path) -> None:
    post = "---\ntitle: Bees\n---\n"
    make_site(tmp_path, PACKAGE | dict.fromkeys(("README.md", "content/_part.md", "content/blog/1.bees.md"), post))
    assert read_addresses(tmp_path) == {"content/blog/1.bees.md": "/blog/bees"}


def test_a_page_may_name_its_path(tmp_path: Path) -> None:
    assert address(make_site(tmp_path, PACKAGE), "content/a.md", path="/own/a") == "/own/a"


def test_collections_move_their_files_and_those_of_data_have_no_pages(tmp_path: Path) -> None:
    config = """export default defineContentConfig({ collections: {
      blog: defineCollection({ type: 'page', source: { include: 'blog/**/*.md', prefix: '/My posts' } }),
      code: defineCollection({ type: 'page', source: [{ include: 'code/**', prefix: prefixOf('code') }] }),
      home: defineCollection({ type: 'page', source: { include: 'old/*.md', prefix: '/' } }),
      people: defineCollection({ type: 'data', source: 'people/**.md' }),
      rest: defineCollection({ type: 'page', source: '**/*.md' }),
    } })"""
    site = make_site(tmp_path, PACKAGE | {"content.config.ts": config, "content/people/ann.md": ""})
    assert address(site, "content/blog/1.bees.md") == "/my-posts/bees"
    assert address(site, "content/blog/2024/bees.md") == "/my-posts/2024/bees"
    assert address(site, "content/code/bees.md") is None
    assert address(site, "content/old/bees.md") == "/bees"
    assert address(site, "content/wax/bees.md") == "/wax/bees"
    assert not site.has("content/people/ann.md")


@pytest.mark.parametrize(
    ("strategy", "english", "german"),
    [
        ("", "/bees", "/de/bees"),
        ("strategy: 'prefix', ", "/en/bees", "/de/bees"),
        ("strategy: 'no_prefix', ", "/bees", "/bees"),
    ],
)
def test_languages_of_collections_without_a_prefix_are_in_the_routes(
    tmp_path: Path, strategy: str, english: str, german: str
) -> None:
    files = {
        "nuxt.config.ts": f"""export default defineNuxtConfig({{
          i18n: {{ {strategy}locales: [{{ code: 'en' }}, 'de'], defaultLocale: 'en' }},
        }})""",
        "content.config.ts": """export default defineContentConfig({ collections: {
          content_en: defineCollection({ type: 'page', source: { include: 'en/**', prefix: '' } }),
          content_de: defineCollection({ type: 'page', source: { include: 'de/**', prefix: '' } }),
        } })""",
    }
    site = make_site(tmp_path, PACKAGE | files)
    assert [address(site, f"content/{language}/bees.md") for language in ("en", "de")] == [english, german]


def test_a_draft_by_its_name_is_no_article(tmp_path: Path) -> None:
    assert not make_site(tmp_path, PACKAGE).has("content/bees.draft.md")
