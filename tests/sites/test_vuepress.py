"""Addresses of VuePress; those of the defaults are what VuePress 2 built."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites import Page, find_site


@pytest.mark.parametrize(
    ("config", "path", "fields", "expected"),
    [
        ("", "docs/README.md", {}, "/"),
        ("", "docs/guide/readme.md", {}, "/guide/"),
        ("", "docs/guide/index.md", {}, "/guide/"),
        ("", "docs/guide/Über v1.2.md", {}, "/guide/%C3%9Cber%20v1.2.html"),
        ("", "docs/guide/a.md", {"permalink": "/own/place/"}, "/own/place/"),
        ("", "docs/guide/a.md", {"permalink": "/:year/:slug/"}, None),
        ("", "docs/guide/a.md", {"permalinkPattern": ":year/:slug"}, None),
        ("", "docs/_posts/a.md", {}, None),
        ("", "README.md", {}, None),
        ("base: '/b/'", "docs/a.md", {}, "/b/a.html"),
        ("base: BASE", "docs/a.md", {}, None),
        ("permalinkPattern: ':year/:slug'", "docs/a.md", {}, None),
        ("permalinkPattern: ':year/:slug'", "docs/a.md", {"permalink": "/own.html"}, "/own.html"),
    ],
)
def test_addresses(tmp_path: Path, config: str, path: str, fields: dict[str, object], expected: str | None) -> None:
    (tmp_path / "docs/.vuepress").mkdir(parents=True)
    (tmp_path / "docs/.vuepress/config.js").write_text(f"module.exports = {{ {config} }}")
    assert find_site(tmp_path, []).address(Page(path=path, fields=fields, title="")) == expected
