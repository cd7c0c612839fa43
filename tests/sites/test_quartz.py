"""Notes of Quartz: their names are their titles, and their paths their addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

from recommender.corpus import Corpus

CONFIG = """import * as Plugin from "./quartz/plugins"
const config: QuartzConfig = {
  configuration: { locale: "en-US", baseUrl: "bees.example/a", ignorePatterns: ["private", "templates"] },
  plugins: { filters: [Plugin.RemoveDrafts()] },
}
export default config
"""
FILES = {
    "quartz.config.ts": CONFIG,
    "content/index.md": "---\ntags: [a]\n---\nWelcome.",
    "content/hive/Wax & Honey.md": "---\ncreated: 2024-01-02\n---\nSee [[My bees|them]].",
    "content/My bees.md": "---\ntags: [a]\n---\nThey hum.",
    "content/private/Diary.md": "---\ntags: [a]\n---\nSecret.",
    "docs/setup.md": "---\ntitle: Of Quartz itself\n---\n",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/index.md", ""),
        ("content/hive/index.md", "hive/"),
        ("content/My bees.md", "My-bees"),
        ("content/hive/Wax & Honey.md", "hive/Wax--and--Honey"),
        ("content/Why?.md", "Why"),
    ],
)
def test_addresses(tmp_path: Path, path: str, expected: str) -> None:
    assert address(make_site(tmp_path, FILES), path) == f"https://bees.example/a/{expected}"


def test_version_5_is_configured_in_yaml(tmp_path: Path) -> None:
    config = "configuration:\n  locale: de-DE\n  baseUrl: bees.example\n  ignorePatterns:\n    - private\nplugins: []\n"
    site = make_site(tmp_path, FILES | {"quartz.config.yaml": config})
    assert (site.generator, site.languages) == ("quartz", ("de-de",))
    assert address(site, "content/hive/My bees.md") == "https://bees.example/hive/My-bees"
    assert not site.has("content/private/Diary.md")


def test_a_vault_of_obsidian_has_notes_without_front_matter(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    make_site(
        tmp_path,
        {"My bees.md": "They hum, see [[Wax]].", "hive/Wax.md": "---\ntags: [a]\n---\n## Of wax\n", "b.md": ""},
    )
    corpus = Corpus.from_path(tmp_path)
    assert {article.id: article.entry["title"] for article in corpus.articles} == {"My bees": "My bees", "Wax": "Wax"}
    assert corpus.text_links == {"My bees": ("Wax",)}


def test_notes_have_their_names_as_titles_and_wiki_links_as_links(tmp_path: Path) -> None:
    make_site(tmp_path, FILES)
    corpus = Corpus.from_path(tmp_path)
    assert {article.id: article.entry["title"] for article in corpus.articles} == {
        "My bees": "My bees",
        "Wax & Honey": "Wax & Honey",
    }
    assert corpus.text_links == {"Wax & Honey": ("My bees",)}
