"""Pelican: articles below `PATH`, pages in its folder `pages`; a category is a folder.

Sources: https://docs.getpelican.com/en/latest/settings.html and /content.html. Settings are read, never executed.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from recommender.sites.addresses.pelican import get_address
from recommender.sites.configuration import Configuration, mapping_in, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.permalinks import zone_of
from recommender.sites.python_settings import read_python_settings
from recommender.sites.site import Site, normalise_language

_DEFAULTS: Configuration = {
    "PATH": ".",
    "OUTPUT_PATH": "output",
    "ARTICLE_PATHS": [""],
    "PAGE_PATHS": ["pages"],
    "ARTICLE_URL": "{slug}.html",
    "ARTICLE_LANG_URL": "{slug}-{lang}.html",
    "DRAFT_URL": "drafts/{slug}.html",
    "DRAFT_LANG_URL": "drafts/{slug}-{lang}.html",
    "PAGE_URL": "pages/{slug}.html",
    "PAGE_LANG_URL": "pages/{slug}-{lang}.html",
    "DRAFT_PAGE_URL": "drafts/pages/{slug}.html",
    "DRAFT_PAGE_LANG_URL": "drafts/pages/{slug}-{lang}.html",
    "DEFAULT_LANG": "en",
    "DEFAULT_CATEGORY": "misc",
    "USE_FOLDER_AS_CATEGORY": True,
    "SLUGIFY_SOURCE": "title",
    "SLUGIFY_USE_UNICODE": False,
    "SLUGIFY_PRESERVE_CASE": False,
    "FILENAME_METADATA": "",
    "PATH_METADATA": "",
    "LOCALE": "en",
    "AUTHOR": "",
}
_SUBSTITUTIONS = ("SLUG_REGEX_SUBSTITUTIONS", "SLUG_SUBSTITUTIONS", "CATEGORY_REGEX_SUBSTITUTIONS")


def _configure(root: Path) -> Site | None:
    if not (root / "pelicanconf.py").is_file():
        return None
    # What is published is made by the second, which begins with `from pelicanconf import *`.
    settings = read_python_settings(root / "publishconf.py", read_python_settings(root / "pelicanconf.py"))
    values = {**_DEFAULTS, **settings}
    content = _joined(text_in(values, "PATH"))
    articles = [_joined(content, path) for path in texts_in(values, "ARTICLE_PATHS")]
    pages = [_joined(content, path) for path in texts_in(values, "PAGE_PATHS")]
    excluded = [_joined(content, path) for path in texts_in(values, "ARTICLE_EXCLUDES")]
    language = text_in(settings, "DEFAULT_LANG")
    return Site(
        generator="pelican",
        reason="pelicanconf.py is Pelican's",
        content_folders=() if "" in articles else (*articles, *pages),
        excluded=(_joined(text_in(values, "OUTPUT_PATH")), *excluded),
        section_stems=(),
        standalone=tuple(pages),
        needs_front_matter=True,
        parses_lines=not any("yaml" in plugin for plugin in texts_in(values, "PLUGINS")),
        default_fields={
            key.lower(): value
            for key, value in mapping_in(values, "DEFAULT_METADATA").items()
            if isinstance(value, str)
        },
        needs_date=values.get("DEFAULT_DATE", "") == "",
        zone=zone_of(text_in(values, "TIMEZONE")),
        holds_back_future=values.get("WITH_FUTURE_DATES") is False,
        languages=(normalise_language(language),) if language else (),
        base_urls={"": text_in(values, "SITEURL")},
        address_of=get_address,
        options={
            **{key: values[key] for key in _DEFAULTS},
            "content": f"{content}/" if content else "",
            "has_own_slugs": not set(_SUBSTITUTIONS).isdisjoint(values),
        },
    )


def _joined(*parts: str) -> str:
    joined = str(PurePosixPath(*(part.strip("/") for part in parts)))
    return "" if joined == "." else joined


GENERATOR = Generator("pelican", configure=_configure)
