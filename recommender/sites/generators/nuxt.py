"""Nuxt Content: each file below `content` has the path of its folders and name, without the numbers that order them.

Source: https://content.nuxt.com/docs/collections/types#path-generation.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from recommender.sites.configuration import Configuration, depends_on, find_file, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, join_base_url, spell_in_ascii
from recommender.sites.site import Site

_FILES = tuple(f"nuxt.config.{suffix}" for suffix in ("ts", "js", "mjs", "mts"))
_NUMBER = re.compile(r"^\d+\.(?=.)")
_VERSION = re.compile(r"\d+(?:\.\d+)*(?:\.x)?")
_DROPPED = re.compile(r"""[^\w\s$*+~.()'"!:@-]+""")
_BASE_URLS = (("site", "url"), ("siteUrl",), ("runtimeConfig", "public", "siteUrl"), ("sitemap", "hostname"))


def _configure(root: Path) -> Site | None:
    if not (root / "content").is_dir():
        return None
    file = find_file(root, _FILES)
    package = depends_on(root, "@nuxt/content", "docus")
    values: dict[str, Any] = (read_javascript(file) if file else None) or {}
    modules = values.get("modules")
    if package is None and not (isinstance(modules, list) and "@nuxt/content" in modules):
        return None
    base = values.get("app", {})
    return Site(
        generator="nuxt",
        reason=f"package.json depends on {package}" if package else f"{file.name if file else ''} uses @nuxt/content",
        content_folders=("content",),
        excluded=(".*", "*.html", "*.txt", "*.markdown", "*.mdx", "content/**/_*", "content/_*"),
        standalone=("content/index.md", "content/*.index.md"),
        has_sections=True,
        base_urls={"": join_base_url(_base_url(values), text_in(values, "app", "baseURL"))},
        address_of=_address,
        options={"is_known": base is not UNREAD and (not isinstance(base, dict) or base.get("baseURL") is not UNREAD)},
    )


def _base_url(values: Configuration) -> str:
    return next(filter(None, (text_in(values, *keys) for keys in _BASE_URLS)), "")


def _address(site: Site, page: Page) -> str | None:
    if not site.options["is_known"]:
        return None
    parts = [_part(part) for part in page.path.rpartition(".")[0].split("/")[1:]]
    return None if None in parts else escape("/" + "/".join(filter(None, parts)))


def _part(name: str) -> str | None:
    """A part of the address; empty for the page of a folder itself."""
    if _VERSION.fullmatch(name):
        return name
    name = _NUMBER.sub("", name).removesuffix(".draft")
    if name == "index":
        return ""
    spelt = spell_in_ascii(name)
    return None if spelt is None else re.sub(r"[\s-]+", "-", _DROPPED.sub("", spelt).strip().lower())


GENERATOR = Generator("nuxt", configure=_configure)
