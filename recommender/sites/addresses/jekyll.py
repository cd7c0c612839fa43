"""Addresses of Jekyll's posts and of the documents of its collections.

Sources: https://jekyllrb.com/docs/permalinks/; where it is silent, `document.rb`, `url.rb`, `frontmatter_defaults.rb`
and `drops/url_drop.rb` below https://github.com/jekyll/jekyll/tree/master/lib/jekyll.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TypeAlias

from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, in_zone, slugify, texts_of
from recommender.sites.site import Site

Defaults: TypeAlias = tuple[str, str, Mapping[str, object]]
"""The path and the type that values hold for, both may be empty, and these values."""

_MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown")
_KEPT_SIGNS = "._~!$&'()+,;=@"
_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-(.+)")
_HAS_OFFSET = re.compile(r":\d\d(?:\.\d+)?\s*(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$")
_YAML_TIMESTAMP = re.compile(r"^\d{4}-\d\d?-\d\d?(?:[Tt]|\s+)\d\d?:\d\d:\d\d(?:\.\d+)?$")


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if its pattern needs an unknown value."""
    path = page.path
    for folder in site.options["folders"]:
        path = path.removeprefix(f"{folder}/")
    pure = PurePosixPath(path)
    label = pure.parts[0].removeprefix("_")
    pattern = site.options["collections"].get(label) if pure.parts[0] == f"_{label}" else None
    if pattern is None and {"_posts", "_drafts"}.isdisjoint(pure.parts):
        return _address_of_page(site, page, pure)
    is_post = pattern is None
    dated = _DATED.fullmatch(pure.stem)
    if is_post and dated is None and "_posts" in pure.parts:
        return None  # Jekyll ignores it.
    given = {**_defaults_of(site, path, "posts" if is_post else label), **page.fields}
    permalink, slug = given.get("permalink"), given.get("slug")
    own = permalink if isinstance(permalink, str) else ""
    template: str = own or pattern or site.options["pattern"]
    title = slug if isinstance(slug, str) and slug else (dated[1] if dated else pure.stem).rstrip(".")
    categories = _categories(site, page, pure, given)
    values = {
        "title": slugify(title, keep_case=True, keep=_KEPT_SIGNS),
        "slug": slugify(title),
        "name": slugify(pure.stem),
        "path": path.removesuffix(pure.suffix).removeprefix(f"_{label}").rstrip("."),
        "collection": "posts" if is_post else label,
        "categories": "/".join(dict.fromkeys(category.lower() for category in categories)),
        "slugified_categories": "/".join(dict.fromkeys(slugify(category) for category in categories)),
        "output_ext": ".html" if pure.suffix in _MARKDOWN else pure.suffix,
    }
    address = expand(template, _date_of(site, page), values)
    return None if address is None else escape(address.replace("#", "%23"))


def _address_of_page(site: Site, page: Page, path: PurePosixPath) -> str | None:
    """The address of a page that is neither a post nor in a collection."""
    if isinstance(own := page.fields.get("permalink"), str) and own:
        return None if ":" in own else escape("/" + own.removeprefix("/"))
    if path.suffix not in (*_MARKDOWN, ".html"):
        return None
    made = path.parent if path.stem == "index" else path.with_suffix("")
    ending = "/" if path.stem == "index" else site.options["ending"].replace(":output_ext", ".html")
    return escape("/" if str(made) == "." else f"/{made}{ending}")


def _categories(site: Site, page: Page, path: PurePosixPath, given: Mapping[str, object]) -> list[str]:
    """Folders above `_posts` or `_drafts`, then those of the defaults, then the page's own."""
    above = next((index for index, part in enumerate(path.parts) if part in ("_posts", "_drafts")), 0)
    default = _defaults_of(site, str(path), "posts")
    listed = [texts_of(fields, "categories", separator=" ") for fields in (default, page.fields)]
    single = texts_of(given, "category", separator=None)
    return list(dict.fromkeys((*path.parts[:above], *listed[0], *listed[1], *single)))


def _defaults_of(site: Site, path: str, kind: str) -> dict[str, object]:
    """The defaults of a page; precedence is by length of the path, then those with a type, then later ones."""
    found: dict[str, object] = {}
    highest = (-1, False)
    for scope, scope_kind, values in site.options["defaults"]:
        applies = fnmatchcase(path, f"{scope}*") if "*" in scope else path.startswith(scope)
        if not applies or scope_kind not in ("", kind):
            continue
        rank = (len(scope), bool(scope_kind))
        if rank >= highest:
            found, highest = {**found, **values}, rank
        else:
            found = {**values, **found}
    return found


def _date_of(site: Site, page: Page) -> datetime | None:
    """The date in the site's time zone: only `date` and the name count, and YAML reads a time without offset as UTC."""
    written = page.fields.get("date")
    if written is None or page.date is None:
        day = site.date_of(page.path)
        return None if day is None else datetime.combine(day, time(), UTC)
    is_moment = any(form.search(str(written).strip()) for form in (_HAS_OFFSET, _YAML_TIMESTAMP))
    return in_zone(page.date, site.options["zone"]) if is_moment else page.date
