"""Addresses of Pelican's articles, all as Pelican 4 makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

from recommender.corpus import Corpus

SETTINGS = "PATH = 'content'\n"
ARTICLE = {"content/a.md": ""}


def test_quick_start_s_settings_give_names_of_files_from_titles(tmp_path: Path) -> None:
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": SETTINGS})
    assert address(site, "content/Deep/x.md", "It’s <i>Füße</i> – 1.5 & C#_x") == "/its-fusse-15-c_x.html"
    assert address(site, "content/a.md", "日本") is None
    assert address(site, "content/pages/about.md", "About Us") == "/pages/about-us.html"
    assert address(site, "content/a.md", "A", lang="fr") == "/a-fr.html"
    assert address(site, "content/a.md", "A", status="draft", lang="fr") == "/drafts/a-fr.html"
    assert address(site, "content/a.md", "A", status="skip") is None
    assert address(site, "content/a.md", "A", slug="Own_One") == "/Own_One.html"
    assert address(site, "content/a.md", "A", url="x/") == "/x/"


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("{date:%Y}/{date:%b}/{date:%d}/{slug}/", "/2024/May/01/a-b/"),
        ("{category}/{lang}/{author}", "/bread-butter/en/anna-ofen"),
        ("{path}", "/Bread%20&%20Butter/x.md"),
        ("{series}/{slug}", "/ovens/a-b"),
        ("{unknown}/{slug}", None),
        ("{date}/{slug}", None),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, made: str | None) -> None:
    settings = f"{SETTINGS}AUTHOR = 'Anna Ofen'\nARTICLE_URL = {pattern!r}"
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": settings})
    path = "content/Bread & Butter/x.md"
    assert address(site, path, "A b", "2024-05-01T23:30:00-04:00", series="ovens") == made


def test_first_of_several_authors(tmp_path: Path) -> None:
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": SETTINGS + "ARTICLE_URL = '{author}'"})
    assert address(site, "content/a.md", author="Öl; Anna") == "/ol-anna"
    assert address(site, "content/a.md", authors="Öl, Anna; Lehm, Ben") == "/ol-anna"
    assert address(site, "content/a.md", authors="Anna Öl, Ben Lehm") == "/anna-ol"


def test_months_in_other_languages_are_unknown(tmp_path: Path) -> None:
    settings = SETTINGS + "LOCALE = 'de_DE'\nARTICLE_URL = '{date:%b}/{slug}'"
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": settings})
    assert address(site, "content/a.md", "A", "2024-05-01") is None


def test_slugs_in_names_of_files(tmp_path: Path) -> None:
    settings = SETTINGS + r"FILENAME_METADATA = r'(?P<date>\d{4}-\d{2}-\d{2})_(?P<slug>.*)'"
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": settings})
    assert address(site, "content/2024-05-01_Name.md", "Title") == "/Name.html"
    assert address(site, "content/name.md", "Title") == "/title.html"


def test_slugs_by_other_rules(tmp_path: Path) -> None:
    settings = SETTINGS + "SLUGIFY_SOURCE = 'basename'\nSLUGIFY_USE_UNICODE = True\nSLUGIFY_PRESERVE_CASE = True"
    site = make_site(tmp_path, ARTICLE | {"pelicanconf.py": settings})
    assert address(site, "content/Ofen Ä.md", "Title") == "/Ofen-%C3%84.html"
    site = make_site(tmp_path, {"pelicanconf.py": SETTINGS + "SLUG_REGEX_SUBSTITUTIONS = []"})
    assert address(site, "content/a.md", "Title") is None


def test_published_settings_come_first_and_what_is_no_plain_value_is_unknown(tmp_path: Path) -> None:
    files = {
        "pelicanconf.py": SETTINGS + "import os\nSITEURL = ''\nARTICLE_URL = os.environ['X']",
        "publishconf.py": "from pelicanconf import *\nSITEURL = 'https://a.example'\n",
    }
    site = make_site(tmp_path, ARTICLE | files)
    assert address(site, "content/a.md", "A") is None
    assert address(site, "content/pages/a.md", "A") == "https://a.example/pages/a.html"


def test_folders_of_articles_and_pages(tmp_path: Path) -> None:
    settings = SETTINGS + "ARTICLE_PATHS = ['blog']\nPAGE_PATHS = ['info']\nARTICLE_EXCLUDES = ['blog/old']"
    site = make_site(tmp_path, {"pelicanconf.py": settings, "content/blog/a.md": ""})
    files = ["content/blog/a.md", "content/blog/old/a.md", "content/info/a.md", "content/a.md", "output/a.html"]
    assert [file for file in files if site.has(file)] == ["content/blog/a.md", "content/info/a.md"]


def test_metadata_of_all_articles(tmp_path: Path) -> None:
    settings = (
        SETTINGS + "DEFAULT_METADATA = {'Status': 'draft', 'category': 'News'}\nARTICLE_URL = '{category}/{slug}'"
    )
    make_site(
        tmp_path,
        {
            "pelicanconf.py": settings,
            "content/a.md": "Title: A\n\nText.\n",
            "content/b.md": "Title: B\nDate: 2024-05-01\nStatus: published\nCategory: Local\n\nText.\n",
        },
    )
    corpus = Corpus.from_path(tmp_path)
    assert {article.id: (article.entry["url"], article.hidden) for article in corpus.articles} == {
        "a": ("/drafts/a.html", True),
        "b": ("/local/b", False),
    }


def test_an_article_without_a_date_is_not_built_unless_the_settings_date_it(tmp_path: Path) -> None:
    files = {
        "content/a.md": "Title: A\n\nText.\n",
        "content/b.md": "Title: B\nDate: 2024-05-01\n\nText.\n",
        "content/2024-05-02-c.md": "Title: C\n\nText.\n",
    }
    for settings, hidden in ((SETTINGS, {"a"}), (f"{SETTINGS}DEFAULT_DATE = 'fs'\n", set[str]())):
        make_site(tmp_path, {"pelicanconf.py": settings, **files})
        assert {article.id for article in Corpus.from_path(tmp_path).articles if article.hidden} == hidden


def test_front_matter_between_dashes_holds_lists_only_if_a_plugin_reads_it_as_yaml(tmp_path: Path) -> None:
    # Pelican itself reads it line by line, and what follows the first line that is no `key: value` as the text.
    text = "---\ntitle: A\ndate: 2024-05-01\n---\n\nText.\n"
    for settings, format in ((SETTINGS, "header"), (f"{SETTINGS}PLUGINS = ['yaml_metadata']\n", "yaml")):
        make_site(tmp_path, {"pelicanconf.py": settings, "content/a.md": text})
        assert [file.format for file in Corpus.from_path(tmp_path).article_files] == [format]
