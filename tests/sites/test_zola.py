"""Addresses of Zola's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

BASE = {"config.toml": "base_url = 'https://a.example'", "content/blog/a.md": ""}


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("content/blog/Rust-1.12/index.md", "/blog/rust-1-12/"),
        ("content/Big Section/a.md", "/Big%20Section/a/"),
        ("content/2018-10-10-hello.md", "/hello/"),
        ("content/2018-10-10T12:00:00Z_hello.md", "/hello/"),
        ("content/2018-10-10/index.md", "/2018-10-10/"),
        ("content/héhé, it’s.md", "/hehe-it-s/"),
        ("content/日本.md", None),
        ("content/index.md", "/"),
        ("content/blog/_index.md", "/blog/"),
    ],
)
def test_paths_in_addresses(tmp_path: Path, path: str, made: str | None) -> None:
    assert address(make_site(tmp_path, BASE), path) == (made and f"https://a.example{made}")


def test_own_path_keeps_its_case_and_own_slug_does_not(tmp_path: Path) -> None:
    site = make_site(tmp_path, BASE)
    assert address(site, "content/blog/a.md", path="/2020/Big") == "https://a.example/2020/Big/"
    assert address(site, "content/blog/a.md", slug="Big & Small") == "https://a.example/blog/big-small/"


def test_slugs_that_are_safe_or_left_as_they_are(tmp_path: Path) -> None:
    text = "base_url = ''\n[slugify]\npaths = '{}'\npaths_keep_dates = true"
    site = make_site(tmp_path, {**BASE, "config.toml": text.format("safe")})
    assert address(site, "content/blog/2020-01-02-日本: a. .md") == "/blog/2020-01-02-%E6%97%A5%E6%9C%AC%20a/"
    site = make_site(tmp_path, {**BASE, "config.toml": text.format("off")})
    assert address(site, "content/blog/A: b.md") == "/blog/A:%20b/"


def test_languages_but_the_default_one_have_a_folder(tmp_path: Path) -> None:
    text = "base_url = ''\ndefault_language = 'de'\n[languages.de]\n[languages.fr]"
    site = make_site(tmp_path, {**BASE, "config.toml": text})
    assert site.languages == ("de", "fr")
    assert address(site, "content/blog/a.fr.md") == "/fr/blog/a/"
    assert address(site, "content/_index.fr.md") == "/fr/"
    assert address(site, "content/blog/a.md") == "/blog/a/"


def test_page_that_is_not_built_has_no_address(tmp_path: Path) -> None:
    assert address(make_site(tmp_path, BASE), "content/blog/a.md", render="false") is None
