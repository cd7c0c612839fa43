"""Zola: pages and sections below `content`; languages by suffix; slugs in ASCII.

Sources: https://www.getzola.org/documentation/content/page/, /content/multilingual/ and
/getting-started/configuration/; https://github.com/getzola/zola/blob/master/components/content/src/page.rs.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from recommender.sites.configuration import (
    Configuration,
    find_file,
    flag_in,
    mapping_in,
    read_configuration,
    text_in,
    texts_in,
)
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, spell_in_ascii
from recommender.sites.site import Site, normalise_language

_FILES = ("zola.toml", "config.toml")
_DATED_NAME = re.compile(r"\d{4}-[01]\d-[0-3]\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?\s?[_-](.+)")
_UNSAFE = re.compile(r'[<>:"/\\|?*]|[ .]+$')


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    values = read_configuration(file) if file is not None else None
    if file is None or values is None or "base_url" not in values or not (root / "content").is_dir():
        return None
    return _site(values, f"{file.name} is Zola's")


def _site(values: Configuration, reason: str) -> Site:
    languages = mapping_in(values, "languages")
    default = text_in(values, "default_language") or ("en" if languages else "")
    declared = [key for key in languages if key != default]
    # Other files are assets; our globs do not support braces.
    ignored = [glob for glob in texts_in(values, "ignored_content") if "{" not in glob]
    return Site(
        generator="zola",
        reason=reason,
        content_folders=("content",),
        excluded=("*.html", "*.txt", "*.markdown", "*.mdx", *(glob.removeprefix("**/") for glob in ignored)),
        has_sections=True,
        needs_front_matter=True,
        languages=tuple(map(normalise_language, filter(None, [default, *declared]))),
        language_suffixes=bool(declared),
        base_urls={"": text_in(values, "base_url")},
        address_of=_address,
        options={
            "prefixes": {normalise_language(key): key for key in declared},
            "slugs": text_in(values, "slugify", "paths") or "on",
            "keeps_dates": bool(flag_in(values, "slugify", "paths_keep_dates")),
        },
    )


def _address(site: Site, page: Page) -> str | None:
    if flag_in(page.fields, "render") is False or not page.path.startswith("content/"):
        return None
    if path := text_in(page.fields, "path").strip():
        return escape(f"/{path.strip('/')}/")
    prefix = site.options["prefixes"].get(site.language_of(page.path, {}), "")
    pure = PurePosixPath(page.path)
    folders = [part for part in (prefix, *PurePosixPath(site.bundle_folder(page.path)).parts[1:]) if part]
    is_home = len(pure.parts) == 2 and pure.stem.partition(".")[0] == "index"
    if is_home or site.kind_of(page) == "section":
        return escape("/" + "".join(f"{part}/" for part in folders))
    slug = _slug(site, page)
    return None if slug is None else escape(f"/{'/'.join((*folders, slug))}/")


def _slug(site: Site, page: Page) -> str | None:
    name = text_in(page.fields, "slug")
    if not name:
        name = site.name_of(page.path)
        dated = None if site.options["keeps_dates"] else _DATED_NAME.match(name)
        name = dated[1] if dated else name
    if site.options["slugs"] == "off":
        return name
    if site.options["slugs"] == "safe":
        return _UNSAFE.sub("", name)
    spelt = spell_in_ascii(name)
    return None if spelt is None else re.sub(r"[^a-z0-9]+", "-", spelt.lower()).strip("-")


GENERATOR = Generator("zola", configure=_configure)
