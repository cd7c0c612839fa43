"""Addresses of Nikola's posts and pages, all as Nikola 8 makes them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sample_sites import address, make_site, read_addresses

from recommender.corpus import Corpus, fingerprint

SETTINGS = """
BLOG_TITLE = 'x'
DEFAULT_LANG = 'en'
TRANSLATIONS = {DEFAULT_LANG: '', 'de': './german'}
POSTS = (('posts/*.md', {'en': 'blog', 'de': 'tagebuch'}, 'post.tmpl'),)
PAGES = (('pages/*.md', '', 'page.tmpl'), ('pages/*.txt', 'texts', 'page.tmpl'))
"""
POST = {"posts/a.md": ""}


def test_slugs_folders_and_languages(tmp_path: Path) -> None:
    site = make_site(tmp_path, POST | {"conf.py": SETTINGS})
    assert site.languages == ("en", "de")
    assert address(site, "posts/A_b & C.1.md") == "/blog/a_b-c1/"
    assert address(site, "posts/2024/a.de.md") == "/german/tagebuch/2024/a/"
    assert address(site, "posts/a.md", slug="Own") == "/blog/Own/"
    assert address(site, "posts/index.md") == "/blog/"
    assert address(site, "pages/sub/a.md") == "/sub/a/"
    assert address(site, "pages/a.txt") == "/texts/a/"
    assert address(site, "posts/日本.md") is None
    assert address(site, "other/a.md") is None


def test_addresses_that_are_not_pretty(tmp_path: Path) -> None:
    site = make_site(tmp_path, POST | {"conf.py": SETTINGS + "PRETTY_URLS = False\nSTRIP_INDEXES = False"})
    assert address(site, "posts/a.md") == "/blog/a.html"
    assert address(site, "posts/a.md", pretty_url="True") == "/blog/a/index.html"


def test_slugs_as_the_names_are(tmp_path: Path) -> None:
    site = make_site(tmp_path, POST | {"conf.py": SETTINGS + "USE_SLUGIFY = False"})
    assert address(site, "posts/日本: A.md") == "/blog/%E6%97%A5%E6%9C%AC-%20A/"


def test_files_that_no_rule_names_are_not_read(tmp_path: Path) -> None:
    site = make_site(tmp_path, POST | {"conf.py": SETTINGS})
    assert [file for file in ("posts/a.md", "posts/a.html", "themes/a.md") if site.has(file)] == ["posts/a.md"]


def test_sphinx_has_a_configuration_of_the_same_name(tmp_path: Path) -> None:
    assert make_site(tmp_path, POST | {"conf.py": "project = 'x'"}).generator == "folder"


def test_a_file_beside_a_post_holds_its_front_matter(tmp_path: Path) -> None:
    files = {
        "posts/a.meta": ".. title: Two files\n.. slug: two\n.. date: 2024-01-01 10:00:00 UTC\n.. tags: clay, oven\n",
        "posts/a.md": "Some text.\n",
        "posts/a.de.meta": ".. title: Zwei\n",
        "posts/a.de.md": "Etwas Text.\n",
        "posts/b.meta": "---\ntitle: In YAML\n---\n",
        "posts/b.md": "Text.\n",
    }
    make_site(tmp_path, {"conf.py": SETTINGS, **files})
    corpus = Corpus.from_path(tmp_path, cache=tmp_path / "cache.sqlite3")
    assert {article.title: article.entry["url"] for article in corpus.articles} == {
        "Two files": "/blog/two/",
        "Zwei": "/german/tagebuch/two/",
        "In YAML": "/blog/b/",
    }
    [german] = [article for article in corpus.articles if article.language == "de"]
    assert (german.entry["date"], german.text) == ("2024-01-01 10:00:00 UTC", "Etwas Text.")


def test_a_change_in_the_file_beside_a_post_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10**15)  # only files that are not quite new are cached
    meta = tmp_path / "posts" / "a.meta"
    make_site(tmp_path, {"conf.py": SETTINGS, "posts/a.md": "Text.\n", "posts/a.meta": ".. title: Old\n"})
    cache, before = tmp_path / "cache.sqlite3", fingerprint(tmp_path)
    for _ in range(2):
        assert [article.title for article in Corpus.from_path(tmp_path, cache=cache).articles] == ["Old"]
    meta.write_text(".. title: New\n")
    assert [article.title for article in Corpus.from_path(tmp_path, cache=cache).articles] == ["New"]
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize(
    ("original", "expected", "hidden"),
    [
        ({}, "/german/tagebuch/orte-ade/", False),  # a post of its own
        (
            {"posts/Orte A.md": "<!--\n.. title: A\n.. slug: places\n-->\n\n.. slug: b\n"},
            "/german/tagebuch/places/",
            False,
        ),
        ({"posts/Orte A.md": "---\ntitle: A\nslug: 'places'\n---\n"}, "/german/tagebuch/places/", False),
        ({"posts/Orte A.md": "+++\ntitle = 'A'\nstatus = \"draft\"\n+++\n"}, "/german/tagebuch/orte-a/", True),
    ],
)
def test_a_translation_takes_slug_and_status_from_its_original(
    tmp_path: Path, original: dict[str, str], expected: str, hidden: bool
) -> None:
    site = make_site(tmp_path, {"conf.py": SETTINGS, "posts/Orte A.de.md": "", **original})
    assert address(site, "posts/Orte A.de.md") == expected
    assert site.hides("posts/Orte A.de.md", {}) is hidden
    assert address(site, "posts/Orte A.de.md", slug="own") == "/german/tagebuch/own/"


def test_a_link_is_that_of_the_original_that_a_post_is_about(tmp_path: Path) -> None:
    text = "---\ntitle: A\nlink: https://elsewhere.example/a\n---\nText.\n"
    make_site(tmp_path, {"conf.py": SETTINGS, "posts/a.md": text})
    assert read_addresses(tmp_path) == {"posts/a.md": "/blog/a/"}
