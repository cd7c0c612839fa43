"""Addresses of VitePress; those of the defaults are what VitePress 1.6 built."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites import Page, Site, find_site


def make_site(root: Path, config: str = "", folder: str = "docs") -> Site:
    (root / folder / ".vitepress").mkdir(parents=True)
    (root / folder / ".vitepress/config.mts").write_text(f"export default defineConfig({{ {config} }})")
    return find_site(root, [])


def address(site: Site, path: str) -> str | None:
    return site.address(Page(path=path, fields={}, title=""))


@pytest.mark.parametrize(
    ("config", "path", "expected"),
    [
        ("", "docs/index.md", "/"),
        ("", "docs/guide/index.md", "/guide/"),
        ("", "docs/guide/my-index.md", "/guide/my-index.html"),
        ("", "docs/guide/Über v1.2.md", "/guide/%C3%9Cber%20v1.2.html"),
        ("", "README.md", None),
        ("cleanUrls: true", "docs/guide/a.md", "/guide/a"),
        ("base: '/b/', sitemap: { hostname: 'https://example.org/b' }", "docs/a.md", "https://example.org/b/a.html"),
        ("srcDir: './src'", "docs/src/a.md", "/a.html"),
        ("base: process.env.BASE", "docs/a.md", None),
        ("rewrites: { 'x/:page': ':page' }", "docs/a.md", None),
        ("rewrites(id) { return id }", "docs/a.md", None),
    ],
)
def test_addresses(tmp_path: Path, config: str, path: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, config), path) == expected


def test_the_site_may_lie_at_the_root(tmp_path: Path) -> None:
    site = make_site(tmp_path, "srcExclude: ['drafts/**', '**/TODO.md']", folder=".")
    assert address(site, "guide/a.md") == "/guide/a.html"
    assert site.has("guide/a.md")
    assert not site.has("drafts/a.md")
    assert not site.has("guide/TODO.md")
    assert not site.has("packages/[pkg].md")


def test_home_pages_stand_by_themselves(tmp_path: Path) -> None:
    site = make_site(tmp_path, "locales: { root: { lang: 'en' }, fr: {} }", folder=".")
    kinds = {
        path: site.kind_of(Page(path=path, fields={}, title="")) for path in ("index.md", "fr/index.md", "a/index.md")
    }
    assert kinds == {"index.md": "standalone", "fr/index.md": "standalone", "a/index.md": "post"}
    assert site.languages == ("en", "fr")
