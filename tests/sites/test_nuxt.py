"""Addresses of Nuxt Content, as its documentation gives them."""

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
    ],
)
def test_addresses(tmp_path: Path, path: str, expected: str) -> None:
    assert address(make_site(tmp_path, PACKAGE), path) == expected


def test_the_configuration_gives_the_rest(tmp_path: Path) -> None:
    config = "export default defineNuxtConfig({ site: { url: 'https://bees.example' }, app: { baseURL: '/a/' } })"
    site = make_site(tmp_path, PACKAGE | {"nuxt.config.ts": config})
    assert address(site, "content/blog/1.bees.md") == "https://bees.example/a/blog/bees"


def test_partials_and_what_lies_elsewhere_are_no_articles(tmp_path: Path) -> None:
    post = "---\ntitle: Bees\n---\n"
    make_site(tmp_path, PACKAGE | dict.fromkeys(("README.md", "content/_part.md", "content/blog/1.bees.md"), post))
    assert read_addresses(tmp_path) == {"content/blog/1.bees.md": "/blog/bees"}
