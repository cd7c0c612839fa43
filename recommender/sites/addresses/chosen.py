"""Addresses by a chosen pattern and base URL, which override the site's conventions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from recommender.errors import CorpusError
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, slugify
from recommender.sites.site import Site

POSTED = Site(generator="posted", reason="it was posted and has no file")
"""The conventions for posted articles, which have no file, and so no folder, and a name only if they have no ID."""

_TOKENS = ("path", "name", "slug", "title", "language", "id")
_DATES = ("year", "month", "day", "i_month", "i_day", "short_year")
_DATE_IN_NAME = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_]")
_ADDRESS_KEYS = ("permalink", "url", "link")


def with_chosen_addresses(site: Site, *, pattern: str, base_url: str) -> Site:
    """The site with a chosen address pattern and base URL; empty texts change nothing.

    Args:
        pattern: such as `/:year/:month/:slug/`. `:path` is the file's path relative to the corpus, without extension;
            `:name` its name without a date; `:slug` and `:id` come from the front matter, else the name; `:title` is
            the slugified title. An address in the front matter takes precedence.
        base_url: such as `https://site.example`.

    Raises:
        CorpusError: one of the two is invalid.
    """
    if base_url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", base_url):
        raise CorpusError(f"{base_url!r} is not a base URL; it must be like https://site.example")
    if base_url:
        own, chosen = site.base_urls.get("", "").rstrip("/"), base_url.rstrip("/")
        below = {language: url.removeprefix(own) for language, url in site.base_urls.items() if url.startswith(own)}
        site = replace(site, base_urls={**{language: chosen + path for language, path in below.items()}, "": chosen})
    if not pattern:
        return site
    _check(pattern)
    options = {**site.options, "address_pattern": pattern}
    return replace(site, address_of=address_by_pattern, base_urls={"": site.base_urls.get("", "")}, options=options)


def address_by_pattern(site: Site, page: Page) -> str | None:
    """The address in a page's front matter, else that of the chosen pattern."""
    for key in _ADDRESS_KEYS:
        named = page.fields.get(key)
        if isinstance(named, str) and named.startswith("/") and ":" not in named:
            return named.strip()
    made = expand(site.options["address_pattern"], page.date, _values(site, page))
    return None if made is None else escape(made)


def _values(site: Site, page: Page) -> dict[str, str]:
    values = {"title": slugify(page.title)}
    if page.language:
        values["language"] = page.language
    is_posted = site.generator == POSTED.generator
    if not page.path.endswith(".jsonl") and not is_posted:
        path = page.path.removeprefix(f"{site.corpus}/")
        stem = site.stem_of(path)
        folder = str(PurePosixPath(path).parent)
        values["path"] = folder if stem in site.index_stems else f"{folder}/{stem}".removeprefix("./")
    if "path" in values or (is_posted and not (page.fields.get("slug") or page.fields.get("id"))):
        values["name"] = _DATE_IN_NAME.sub("", site.name_of(page.path))
    for token in ("slug", "id"):
        if text := page.fields.get(token) or page.fields.get("slug") or page.fields.get("id") or values.get("name"):
            values[token] = str(text)
    return values


def _check(pattern: str) -> None:
    if not pattern.startswith("/") or pattern.startswith("//"):
        raise CorpusError(
            f"{pattern!r} is not an address pattern; it must be like /:year/:slug/, with the rest as the base URL"
        )
    known = dict.fromkeys(_TOKENS, "x")
    for token in re.findall(r":\w+", pattern):
        if expand(token, datetime(2000, 1, 1, tzinfo=UTC), known) is None:
            names = ", ".join(f":{name}" for name in (*_TOKENS, *_DATES))
            raise CorpusError(f"there is no {token} in address patterns; there are {names} and more of the date")
