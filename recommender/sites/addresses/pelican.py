"""Addresses of Pelican's articles and pages, by `ARTICLE_URL` and similar settings.

Sources: https://docs.getpelican.com/en/latest/settings.html#url-settings;
https://github.com/getpelican/pelican/blob/main/pelican/contents.py and /utils.py.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import regex

from recommender.sites.configuration import text_in
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, spell_in_ascii, texts_of
from recommender.sites.site import Site

_TOKEN = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_NAME_IN_DATE = re.compile(r"%[-#]?[aAbBcpxX]")  # names of months and days, as the locale has them
_MATCH_SECONDS = 1.0


def get_address(site: Site, page: Page) -> str | None:
    """The address of an article or page; `None` if it has none or its pattern needs an unknown value."""
    status = text_in(page.fields, "status").lower()
    if status == "skip" or not page.path.startswith(site.options["content"]):
        return None
    if own := text_in(page.fields, "url"):
        return escape("/" + own.lstrip("/"))
    is_page = site.kind_of(page) == "standalone"
    kind = ("DRAFT_PAGE" if is_page else "DRAFT") if status == "draft" else "PAGE" if is_page else "ARTICLE"
    default = text_in(site.options, "DEFAULT_LANG").lower()
    language = text_in(page.fields, "lang").lower() or default
    pattern = text_in(site.options, f"{kind}_URL" if language == default else f"{kind}_LANG_URL")
    tokens = _tokens(site, page, language)
    values = [_date(site, page, spec) if name == "date" else tokens.get(name) for name, spec in _TOKEN.findall(pattern)]
    if not pattern or None in values:
        return None
    replaced = iter(values)
    made = _TOKEN.sub(lambda _: next(replaced) or "", pattern)
    return escape("/" + made.lstrip("/"))


def _tokens(site: Site, page: Page, language: str) -> dict[str, str | None]:
    path = page.path.removeprefix(site.options["content"])
    source = {"title": page.title, "basename": PurePosixPath(path).stem}.get(text_in(site.options, "SLUGIFY_SOURCE"))
    slug = text_in(page.fields, "slug") or _in_path(site, path, "slug")
    folder = PurePosixPath(path).parent.name if site.options["USE_FOLDER_AS_CATEGORY"] is True else ""
    category = text_in(page.fields, "category") or _in_path(site, path, "category") or folder
    several = text_in(page.fields, "authors")
    authors = texts_of(page.fields, "authors", separator=";" if ";" in several else ",")
    author = text_in(page.fields, "author") or next(iter(authors), text_in(site.options, "AUTHOR"))
    return {
        **{key: value for key, value in page.fields.items() if isinstance(value, str)},
        "path": path,
        "lang": language,
        "slug": slug or (None if source is None else _slugify(site, source)),
        "category": _slugify(site, category or text_in(site.options, "DEFAULT_CATEGORY")),
        "author": _slugify(site, author),
    }


def _date(site: Site, page: Page, spec: str) -> str | None:
    is_named_in_english = text_in(site.options, "LOCALE").startswith(("en", "C"))
    if page.date is None or not spec or (_NAME_IN_DATE.search(spec) and not is_named_in_english):
        return None
    return page.date.strftime(spec)


def _in_path(site: Site, path: str, group: str) -> str:
    """The match of a pattern from the settings in a file's name or path."""
    for key, text in (("FILENAME_METADATA", PurePosixPath(path).stem), ("PATH_METADATA", path)):
        pattern = text_in(site.options, key)
        if f"(?P<{group}>" in pattern:
            try:
                match = regex.match(pattern, text, timeout=_MATCH_SECONDS)
            except (regex.error, TimeoutError):
                continue
            if match is not None and match[group]:
                return str(match[group])
    return ""


def _slugify(site: Site, text: str) -> str | None:
    normal = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", "", text))
    spelt = normal if site.options["SLUGIFY_USE_UNICODE"] is True else spell_in_ascii(normal)
    if spelt is None or site.options["has_own_slugs"]:
        return None
    slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", spelt).strip())
    return slug if site.options["SLUGIFY_PRESERVE_CASE"] is True else slug.lower()
