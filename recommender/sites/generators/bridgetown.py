"""Bridgetown: posts in `src/_posts`, collections beside them; `_defaults.yml` speaks for the pages of a folder.

Sources: https://www.bridgetownrb.com/docs/content/permalinks, …/docs/collections, …/docs/configuration/initializers and
…/docs/content/front-matter-defaults; where they are silent, `permalink_processor.rb` of
https://github.com/bridgetownrb/bridgetown. Initializers are Ruby and are read, never executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from recommender.sites.configuration import (
    Configuration,
    find_file,
    flag_in,
    mapping_in,
    read_configuration,
    read_text,
    text_in,
)
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, in_zone, join_base_url, slugify, texts_of, zone_of
from recommender.sites.site import Site

_FILES = ("bridgetown.config.yml", "bridgetown.config.yaml")
_INITIALIZERS = "config/initializers.rb"
_SETTING = re.compile(r"""^ {0,4}(url|base_path|permalink|timezone|source)\s+["']([^"'\n]*)["']""", re.MULTILINE)
_STYLES = {
    "pretty": "/:categories/:year/:month/:day/:slug/",
    "pretty_ext": "/:categories/:year/:month/:day/:slug.*",
    "date": "/:categories/:year/:month/:day/:slug.*",
    "simple": "/:categories/:slug/",
    "simple_ext": "/:categories/:slug.*",
}
_KEPT_SIGNS = "._~!$&'()+,;=@"
_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-(.+)")
_LOCALE = re.compile(r"/?(?:\[locale\]|:locale)(?=/)")


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    code = read_text(root / _INITIALIZERS)
    if file is None and "Bridgetown.configure" not in code:
        return None
    values = {**((read_configuration(file) if file else None) or {}), **dict(_SETTING.findall(code))}
    return _site(root, values, f"{file.name if file else _INITIALIZERS} is Bridgetown's")


def _site(root: Path, values: Configuration, reason: str) -> Site:
    source = text_in(values, "source").strip("./") or "src"
    permalink = text_in(values, "permalink") or "pretty"
    declared = {name: one for name, one in mapping_in(values, "collections").items() if name not in ("data", "pages")}
    patterns = {"posts": text_in(declared, "posts", "permalink") or permalink}
    for name, one in declared.items():
        if name != "posts" and flag_in(one, "output") is True:
            pattern = text_in(one, "permalink") or "/:collection/:path/"
            patterns[name] = f"/:collection{_STYLES[pattern]}" if pattern in _STYLES else pattern
    return Site(
        generator="bridgetown",
        reason=reason,
        content_folders=tuple(f"{source}/_{name}" for name in (*patterns, "drafts")),
        tag_separator=" ",
        hiding_fields=(("published", "false"),),
        inherited_fields=_folder_defaults(root, source),
        holds_back_future=flag_in(values, "future") is not True,
        base_urls={"": join_base_url(text_in(values, "url"), text_in(values, "base_path"))},
        address_of=_address,
        options={
            "source": source,
            "patterns": {name: _LOCALE.sub("", _STYLES.get(pattern, pattern)) for name, pattern in patterns.items()},
            "zone": zone_of(text_in(values, "timezone")),
        },
    )


def _folder_defaults(root: Path, source: str) -> dict[str, Mapping[str, object]]:
    """The front-matter defaults of each folder, from `_defaults.yml`."""
    found: dict[str, Mapping[str, object]] = {}
    for file in sorted((root / source).rglob("_defaults.y*ml")):
        given = read_configuration(file) or {}
        texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in given.items()}
        found[file.parent.relative_to(root).as_posix()] = texts
    return found


def _address(site: Site, page: Page) -> str | None:
    if own := text_in(page.fields, "permalink"):
        return None if ":" in own or not own.startswith("/") else escape(own)
    path = PurePosixPath(page.path)
    if not path.is_relative_to(site.options["source"]):
        return None  # a file that the site does not publish
    path = path.relative_to(site.options["source"])
    collection = path.parts[0].removeprefix("_")
    pattern = site.options["patterns"].get(collection)
    if pattern is None:
        return None
    stem = path.stem
    dated = _DATED.fullmatch(stem)
    named = text_in(page.fields, "slug") or (dated[1] if dated else stem)
    listed = (*texts_of(page.fields, "category", separator=None), *texts_of(page.fields, "categories", separator=" "))
    values = {
        "slug": slugify(named, keep=_KEPT_SIGNS),
        "title": slugify(page.title, keep=_KEPT_SIGNS),
        "name": slugify(stem, keep=_KEPT_SIGNS),
        "path": path.relative_to(path.parts[0]).with_suffix("").as_posix(),
        "collection": collection,
        "categories": "/".join(dict.fromkeys(slugify(one, keep=_KEPT_SIGNS) for one in listed)),
    }
    date = None if page.date is None else in_zone(page.date, site.options["zone"])
    made = expand(pattern.replace(".*", ".html"), date, values)
    return None if made is None else escape(made)


GENERATOR = Generator("bridgetown", configure=_configure)
