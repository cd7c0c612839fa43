"""Addresses of the posts, documents and pages of Docusaurus.

Sources: https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog and …/plugin-content-docs; what they
leave open is as Docusaurus 3.10 does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import join, normpath
from typing import NamedTuple

from recommender.sites.configuration import text_in
from recommender.sites.page import Page
from recommender.sites.permalinks import escape
from recommender.sites.site import Site

_DATED = re.compile(r"(.*)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*?)(?:/index)?", re.A)
_NUMBER_PREFIX = re.compile(r"(?!\d+[-_.]\d)\d+\s*[-_.]+\s*([^-_.\s].*)", re.A)


class Route(NamedTuple):
    """Where the pages of one folder are published."""

    kind: str
    path: str
    numbers_stripped: bool | None  # None where a function decides


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if the configuration does not define it."""
    folders = (str(folder) for folder in PurePosixPath(page.path).parents)
    folder = next((folder for folder in folders if folder in site.options["routes"]), None)
    if folder is None:
        return None
    route: Route = site.options["routes"][folder]
    path = page.path if folder == "." else page.path.removeprefix(f"{folder}/")
    slug = {"blog": _post_slug, "docs": _document_slug, "pages": _page_slug}[route.kind](path, page.fields, route)
    if slug is None:
        return None
    address = re.sub(r"/{2,}", "/", f"/{route.path}/{slug}")
    if address != "/" and isinstance(site.options["trailing_slash"], bool):
        address = address.rstrip("/") + ("/" if site.options["trailing_slash"] else "")
    return escape(address)


def _post_slug(path: str, fields: Mapping[str, object], _: Route) -> str:
    name = path.rpartition(".")[0]
    if slug := text_in(fields, "slug"):
        return slug
    if dated := _DATED.fullmatch(name):
        return f"{dated[2].replace('-', '/')}/{dated[1]}{dated[3]}"
    return name.removesuffix("/index")


def _page_slug(path: str, fields: Mapping[str, object], _: Route) -> str:
    return text_in(fields, "slug") or re.sub(r"(^|/)index$", r"\1", path.rpartition(".")[0])


def _document_slug(path: str, fields: Mapping[str, object], route: Route) -> str | None:
    slug = text_in(fields, "slug")
    if slug.startswith("/"):
        return slug
    *folders, name = PurePosixPath(path).with_suffix("").parts
    strip = False if fields.get("parse_number_prefixes") in (False, "false") else route.numbers_stripped
    if strip is None and any(_NUMBER_PREFIX.fullmatch(part) for part in (*folders, name)):
        return None
    bare = [
        numbered[1] if strip and (numbered := _NUMBER_PREFIX.fullmatch(part)) else part for part in (*folders, name)
    ]
    below = "/".join(["", *bare[:-1], ""])
    is_index = name.lower() in ("index", "readme", *(folder.lower() for folder in folders[-1:]))
    if not slug and is_index:
        return below
    made = join(below, slug or text_in(fields, "id") or bare[-1])
    return normpath(made) + ("/" if made.endswith("/") else "")
