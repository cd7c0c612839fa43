"""Addresses of Eleventy's pages: those of their files, or permalinks of front matter and data files.

Sources: https://www.11ty.dev/docs/permalinks/ and https://www.11ty.dev/docs/data-eleventy-supplied/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from recommender.sites.page import Page
from recommender.sites.permalinks import escape
from recommender.sites.site import Site

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(.*)")
_TEMPLATE_CODE = re.compile(r"\{\{|\{%|<%|\$\{|#\{")
_SLUG = re.compile(r"\{\{-?\s*page\.(fileSlug|filePathStem)\s*-?\}\}")


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if it has none or only code defines it."""
    computed = page.fields.get("eleventyComputed")
    if not site.options["is_known"] or (isinstance(computed, Mapping) and "permalink" in computed):
        return None
    file = PurePosixPath(page.path)
    own = page.fields.get("permalink")
    if isinstance(own, Mapping) and own:
        own = own.get("build", "false")
    permalink = _inherited(site, file) if own is None else own
    if permalink == "":
        return escape(_default(file, site.options["source"]))
    if not isinstance(permalink, str) or permalink in ("true", "false"):
        return None
    path = PurePosixPath(page.path.removeprefix(site.options["source"]))
    stem = _without_date(path.stem)
    slug = (_without_date(path.parent.name) if stem == "index" else stem) or ""
    values = {"fileSlug": slug, "filePathStem": f"/{path.with_name(stem)}"}
    made = _SLUG.sub(lambda match: values[match[1]], permalink)
    return None if _TEMPLATE_CODE.search(made) else escape(_without_index(made))


def _inherited(site: Site, file: PurePosixPath) -> str | None:
    """The permalink in the data file of a page or of the nearest folder above it; empty if there is none."""
    permalinks = site.options["permalinks"]
    paths = (str(file.with_suffix("")), *map(str, file.parents))
    return next((permalinks[path] for path in paths if path in permalinks), "")


def _default(file: PurePosixPath, source: str) -> str:
    path = PurePosixPath(str(file).removeprefix(source))
    # A page with its folder's name is the folder's page.
    folder = path.parent if path.stem in ("index", path.parent.name) else path.parent / path.stem
    return "/" if str(folder) == "." else f"/{folder}/"


def _without_index(link: str) -> str:
    path = re.sub(r"/{2,}", "/", f"/{link}")
    return re.sub(r"/index(?:\.html|/)?$", "/", path)


def _without_date(name: str) -> str:
    dated = _DATED.search(name)
    return dated[1] if dated else name
