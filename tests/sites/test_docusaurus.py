"""Addresses of Docusaurus; those of the defaults are what Docusaurus 3.10 built."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites import Page, Site, find_site

CONFIG = """
const config = {{
  url: 'https://example.org', baseUrl: '/',
  {more}
  presets: [['classic', {{ docs: {docs}, blog: {blog} }}]],
}};
export default config;
"""


def make_site(root: Path, more: str = "", docs: str = "{}", blog: str = "{}", folder: str = ".") -> Site:
    (root / folder).mkdir(exist_ok=True)
    (root / folder / "docusaurus.config.js").write_text(CONFIG.format(more=more, docs=docs, blog=blog))
    return find_site(root, [])


def address(site: Site, path: str, **fields: object) -> str | None:
    return site.address(Page(path=path, fields=fields, title="", language=site.language_of(path, fields)))


@pytest.mark.parametrize(
    ("path", "fields", "expected"),
    [
        ("blog/2019-05-28-first.md", {}, "/blog/2019/05/28/first"),
        ("blog/2019-05-28-first/index.md", {}, "/blog/2019/05/28/first"),
        ("blog/2019/05/28/first.md", {}, "/blog/2019/05/28/first"),
        ("blog/2019/05/28-first.mdx", {}, "/blog/2019/05/28/first"),
        ("blog/2020-1-2-Über uns & Co.md", {}, "/blog/2020/1/2/%C3%9Cber%20uns%20&%20Co"),
        ("blog/releases/2022-03-04-v1.2.md", {}, "/blog/2022/03/04/releases/v1.2"),
        ("blog/UPPER-Case.md", {}, "/blog/UPPER-Case"),
        ("blog/don't.stop.md", {}, "/blog/don't.stop"),
        ("blog/2019-05-28-first.md", {"slug": "/my/own path/Grüße"}, "/blog/my/own%20path/Gr%C3%BC%C3%9Fe"),
        ("blog/first.md", {"slug": "trailing/"}, "/blog/trailing/"),
        ("docs/index.md", {}, "/docs/"),
        ("docs/intro.md", {}, "/docs/intro"),
        ("docs/02-guides/01-Set up.md", {}, "/docs/guides/Set%20up"),
        ("docs/02-guides/README.md", {}, "/docs/guides/"),
        ("docs/guides/guides.md", {}, "/docs/guides/"),
        ("docs/02-guides/2021-11-foo.md", {}, "/docs/guides/2021-11-foo"),
        ("docs/02-guides/7.0-foo.md", {}, "/docs/guides/7.0-foo"),
        ("docs/02-guides/03-numbered.md", {"parse_number_prefixes": "false"}, "/docs/02-guides/03-numbered"),
        ("docs/02-guides/own.md", {"slug": "../elsewhere"}, "/docs/elsewhere"),
        ("docs/02-guides/own.md", {"slug": "/top/"}, "/docs/top/"),
        ("docs/02-guides/own.md", {"id": "my-id"}, "/docs/guides/my-id"),
        ("src/pages/about.md", {}, "/about"),
        ("src/pages/team/index.md", {}, "/team/"),
        ("README.md", {}, None),
    ],
)
def test_addresses_of_the_defaults(tmp_path: Path, path: str, fields: dict[str, object], expected: str | None) -> None:
    made = address(make_site(tmp_path), path, **fields)
    assert made == (None if expected is None else f"https://example.org{expected}")


@pytest.mark.parametrize(
    ("more", "blog", "expected"),
    [
        ("trailingSlash: true,", "{}", "https://example.org/blog/2019/05/28/first/"),
        ("trailingSlash: false,", "{}", "https://example.org/blog/2019/05/28/first"),
        ("", "{ routeBasePath: '/' }", "https://example.org/2019/05/28/first"),
        ("", "{ routeBasePath: BASE }", None),
        ("", "false", None),
        ("", "{ path: 'posts' }", None),
        ("baseUrl: process.env.BASE ?? '/',", "{}", None),
    ],
)
def test_addresses_by_configuration(tmp_path: Path, more: str, blog: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, more, blog=blog), "blog/2019-05-28-first.md") == expected


@pytest.mark.parametrize(
    ("blog", "read"),
    [
        ("{}", ["a.md", "b.mdx", "e.wip.md", "notes/c.md"]),
        ("{ exclude: ['**/*.{wip,old}.md', 'notes/**'] }", ["_d.md", "a.md", "b.mdx"]),
        ("{ exclude: [] }", ["_d.md", "a.md", "b.mdx", "e.wip.md", "notes/c.md"]),
        ("{ exclude: GLOBS }", ["a.md", "b.mdx", "e.wip.md", "notes/c.md"]),
        ("{ include: ['**/*.mdx'] }", ["b.mdx"]),
        ("{ include: ['**/*.{md,mdx}'] }", ["a.md", "b.mdx", "e.wip.md", "notes/c.md"]),
    ],
)
def test_a_plugin_says_which_files_it_takes(tmp_path: Path, blog: str, read: list[str]) -> None:
    site = make_site(tmp_path, blog=blog)
    files = ("_d.md", "a.html", "a.md", "b.mdx", "e.wip.md", "notes/c.md")
    assert [file for file in files if site.has(f"blog/{file}")] == read


def test_numbers_that_a_function_strips_leave_the_address_unknown(tmp_path: Path) -> None:
    site = make_site(tmp_path, docs="{ numberPrefixParser: (name) => name }")
    assert address(site, "docs/01-intro.md") is None
    assert address(site, "docs/intro.md") == "https://example.org/docs/intro"


def test_of_several_versions_the_last_is_read(tmp_path: Path) -> None:
    (tmp_path / "versions.json").write_text('["2.0", "1.0"]')
    site = make_site(tmp_path)
    assert site.has("versioned_docs/version-2.0/intro.md")
    assert not site.has("versioned_docs/version-1.0/intro.md")
    assert not site.has("docs/intro.md")
    assert address(site, "versioned_docs/version-2.0/intro.md") == "https://example.org/docs/intro"


def test_further_instances_and_translations_have_folders_of_their_own(tmp_path: Path) -> None:
    site = make_site(
        tmp_path,
        """i18n: { defaultLocale: 'en', locales: ['de', 'en', 'pt-BR'],
        localeConfigs: { de: { baseUrl: '/deutsch/' } } },
        plugins: [['@docusaurus/plugin-content-blog', { id: 'news', path: './news', routeBasePath: 'all/news' }]],""",
    )
    assert site.languages == ("en", "de", "pt-br")
    assert address(site, "news/a.md") == "https://example.org/all/news/a"
    assert address(site, "i18n/de/docusaurus-plugin-content-blog-news/a.md") == "https://example.org/deutsch/all/news/a"
    folder = "i18n/pt-BR/docusaurus-plugin-content-docs/current"
    assert site.language_of(f"{folder}/intro.md", {}) == "pt-br"
    assert address(site, f"{folder}/intro.md") == "https://example.org/pt-BR/docs/intro"


def test_the_site_may_lie_beside_the_code(tmp_path: Path) -> None:
    site = make_site(tmp_path, docs="{ path: '../docs' }", folder="website")
    assert address(site, "docs/intro.md") == "https://example.org/docs/intro"
    assert address(site, "website/blog/a.md") == "https://example.org/blog/a"
    assert not site.has("README.md")
