"""Configurations of any shape are read or passed over: nothing is raised, and addresses are texts or unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_sites import make_site

from recommender.sites import Page, Site

KEYS = {
    "hugo.json": "baseURL buildFuture contentDir date defaultContentLanguage defaultContentLanguageInSubdir"
    " disableLanguages disabled en fr frontmatter lang languageCode languages module mounts no page pattern permalinks"
    " posts source target uglyURLs weight",
    "mkdocs.yml": "INHERIT blog blog_dir default docs_dir docs_structure exclude_docs i18n language languages locale"
    " plugins post_dir post_slugify post_url_date_format post_url_format post_url_max_categories site_url theme",
    "pelicanconf.py": "ARTICLE_EXCLUDES ARTICLE_PATHS ARTICLE_URL AUTHOR DEFAULT_CATEGORY DEFAULT_LANG"
    " FILENAME_METADATA LOCALE OUTPUT_PATH PAGE_PATHS PAGE_URL PATH PATH_METADATA SITEURL SLUGIFY_SOURCE",
    "conf.py": "BASE_URL DEFAULT_LANG INDEX_FILE PAGES POSTS PRETTY_URLS SITE_URL STRIP_INDEXES TRANSLATIONS"
    " TRANSLATIONS_PATTERN",
}
PATHS = ("content/posts/a/index.fr.md", "content/_index.md", "docs/blog/posts/2020-01-02-x.md", "posts/a.fr.md", "a.md")
TEXTS = (
    *(
        "",
        ".",
        "/",
        "..",
        "content",
        "docs",
        "posts",
        "posts/*.md",
        "en",
        "fr",
        "[",
        "https://[x",
        "a\x00b",
        "{",
        "{x!r}",
    ),
    *(":year/:slug", ":sections[9:2]", ":sections[", "{date:%}", "{date:%Y}/{slug}", "(?P<slug>(", "(?P<slug>x)?"),
)


def configurations(keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings of a generator's keys to values that may have any of them at any depth."""
    names = st.sampled_from(keys.split())
    plain = st.sampled_from((*TEXTS, True, False, None, 0, -1, 1.5)) | names
    nested = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
    return st.dictionaries(names, nested, min_size=1, max_size=8)


@pytest.mark.parametrize("name", KEYS)
@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_any_configuration_gives_a_site(name: str, data: st.DataObject) -> None:
    values = data.draw(configurations(KEYS[name]))
    fields = data.draw(
        st.dictionaries(st.sampled_from(("url", "slug", "build", "status", "lang")), st.sampled_from(TEXTS))
    )
    lines = ["POSTS = []", "SITE_URL = ''", *(f"{key} = {value!r}" for key, value in values.items())]
    text = "\n".join(lines) if name.endswith(".py") else json.dumps(values)
    with TemporaryDirectory() as folder:
        site = make_site(Path(folder), dict.fromkeys(PATHS, "") | {name: text, ".git/HEAD": ""})
        assert all(is_text_or_unknown(site, path, fields) for path in PATHS)


def is_text_or_unknown(site: Site, path: str, fields: Mapping[str, object]) -> bool:
    language = site.language_of(path, fields)
    page = Page(path=path, fields=fields, title="Füße", date=datetime(2020, 1, 2, tzinfo=UTC), language=language)
    found = site.address(page)
    return isinstance(site.has(path), bool) and isinstance(site.name_of(path), str) and isinstance(found, str | None)
