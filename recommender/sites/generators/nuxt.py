"""Nuxt Content: each file below `content` has the path of its folders and name, without the numbers that order them.

Sources: https://content.nuxt.com/docs/collections/types#path-generation, …/docs/collections/sources and
…/docs/integrations/i18n; for the signs in names, the npm package slugify, which it uses.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from recommender.sites.configuration import Configuration, depends_on, find_file, list_in, mapping_in, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, join_base_url, spell_in_ascii
from recommender.sites.site import Site

_FILES = tuple(f"nuxt.config.{suffix}" for suffix in ("ts", "js", "mjs", "mts"))
_COLLECTIONS = tuple(f"content.config.{suffix}" for suffix in ("ts", "js", "mjs", "mts"))
_NUMBER = re.compile(r"^\d+\.")
_VERSION = re.compile(r"\d+(?:\.\d+)*(?:\.x)?")
_SPELT = str.maketrans(
    {"$": "dollar", "%": "percent", "&": "and", "<": "less", ">": "greater", "|": "or", "€": "euro", "—": ""}
    | {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "…": "..."}
)
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
    pages, others = _sources(root, mapping_in(values, "i18n"))
    return Site(
        generator="nuxt",
        reason=f"package.json depends on {package}" if package else f"{file.name if file else ''} uses @nuxt/content",
        content_folders=("content",),
        excluded=(".*", "*.html", "*.txt", "*.markdown", "*.mdx", "*.draft.md", "content/**/_*", "content/_*", *others),
        standalone=("content/index.md", "content/*.index.md"),
        has_sections=True,
        base_urls={"": join_base_url(_base_url(values), text_in(values, "app", "baseURL"))},
        address_of=_address,
        options={
            "is_known": base is not UNREAD and (not isinstance(base, dict) or base.get("baseURL") is not UNREAD),
            "prefixes": pages,
        },
    )


def _sources(root: Path, i18n: Configuration) -> tuple[list[tuple[str, str, str | None]], list[str]]:
    """The sources of pages that are not at the path of their folder, and the globs of files that are not pages.

    Such a source is a glob, its folder and the path instead of it; `None` where only code defines that.
    """
    file = find_file(root, _COLLECTIONS)
    values = (read_javascript(file) if file else None) or {}
    moved, data = [], []
    for collection in mapping_in(values, "collections").values():
        given = collection.get("source") if isinstance(collection, dict) else None
        for source in given if isinstance(given, list) else [given]:
            one = source if isinstance(source, dict) else {"include": source}
            include = text_in(one, "include").removeprefix("/")
            if not include or "cwd" in one or "repository" in one:
                continue
            glob = f"content/{include.replace('**/', '*')}"
            folder = glob.partition("*")[0].rpartition("/")[0]
            if text_in(collection, "type") == "data":
                data.append(glob)
            elif "prefix" in one:
                prefix = one["prefix"] if isinstance(one["prefix"], str) else None
                moved.append(
                    (glob, f"{folder}/", prefix if prefix is None or prefix.strip("/") else _locale(i18n, folder))
                )
    return moved, data


def _locale(i18n: Configuration, folder: str) -> str:
    """What the module for languages puts before the paths of a language's folder."""
    locale = folder.rpartition("/")[2]
    codes = [one if isinstance(one, str) else text_in(one, "code") for one in list_in(i18n, "locales")]
    strategy = text_in(i18n, "strategy") or "prefix_except_default"
    is_bare = strategy == "no_prefix" or (strategy != "prefix" and locale == text_in(i18n, "defaultLocale"))
    return locale if locale in codes and not is_bare else ""


def _base_url(values: Configuration) -> str:
    return next(filter(None, (text_in(values, *keys) for keys in _BASE_URLS)), "")


def _address(site: Site, page: Page) -> str | None:
    if not site.options["is_known"]:
        return None
    if (own := text_in(page.fields, "path")).startswith("/"):
        return escape(own)
    path = page.path.rpartition(".")[0]
    source = next((one for one in site.options["prefixes"] if fnmatchcase(page.path, one[0])), None)
    _, folder, prefix = source or ("", "content/", "")
    if prefix is None:
        return None
    parts = [_part(part) for part in f"{prefix}/{path.removeprefix(folder)}".split("/")]
    return None if None in parts else escape("/" + "/".join(filter(None, parts)))


def _part(name: str) -> str | None:
    """A part of the address; empty for the page of a folder itself."""
    if _VERSION.fullmatch(name):
        return name
    name = _NUMBER.sub("", name).removesuffix(".draft")
    if name == "index":
        return ""
    spelt = spell_in_ascii(name.translate(_SPELT))
    return None if spelt is None else "-".join(re.split(r"[\s-]+", _DROPPED.sub("", spelt).strip("- ").lower()))


GENERATOR = Generator("nuxt", configure=_configure)
