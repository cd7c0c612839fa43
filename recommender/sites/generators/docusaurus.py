"""Docusaurus: blogs, docs and pages of `docusaurus.config.*`, and their translations in `i18n`.

Sources: https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog, …/plugin-content-docs and
https://docusaurus.io/docs/i18n/introduction; what they leave open is as Docusaurus 3.10 does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from recommender.sites.addresses.docusaurus import Route, get_address
from recommender.sites.configuration import Configuration, find_file, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.permalinks import join_base_url
from recommender.sites.site import Site, normalise_language

_FILES = tuple(f"docusaurus.config.{suffix}" for suffix in ("ts", "js", "mts", "mjs", "cts", "cjs"))
_FOLDERS = ("", "website")  # of the configuration: many repositories keep the site beside the code
_EXCLUDED = ("**/_*", "**/*.test.*", "**/__tests__/**")  # by default
_BRACES = re.compile(r"\{([^{}]*)\}")
_PATHS = {"blog": "blog", "docs": "docs", "pages": "src/pages"}


def _configure(root: Path) -> Site | None:
    for folder in _FOLDERS:
        if file := find_file(root / folder, _FILES):
            return _site(root, folder, read_javascript(file) or {}, f"{folder}/{file.name}".lstrip("/"))
    return None


def _site(root: Path, folder: str, values: Configuration, file: str) -> Site:
    default = normalise_language(text_in(values, "i18n", "defaultLocale"))
    locales = {normalise_language(locale): locale for locale in texts_in(values, "i18n", "locales")}
    routes: dict[str, Route] = {}
    languages: dict[str, str] = {}
    excluded: list[str] = []
    for plugin, kind, options in _plugins(values):
        for path, translated, route in _routes(root / folder, plugin, kind, options):
            folders = [normpath(f"{folder}/{path}".lstrip("/"))]
            for language, locale in locales.items():
                translations = text_in(values, "i18n", "localeConfigs", locale, "path") or locale
                below = f"{text_in(values, 'i18n', 'path') or 'i18n'}/{translations}/{translated}"
                folders.append(normpath(f"{folder}/{below}".lstrip("/")))
                languages[folders[-1]] = language
            routes |= dict.fromkeys(folders, route)
            excluded += chain.from_iterable(_excluded(one, options) for one in folders)
    return Site(
        generator="docusaurus",
        markdown_is_mdx=True,
        reason=f"{file} is Docusaurus's",
        content_folders=tuple(sorted(routes)),
        excluded=("*.html", "*.markdown", "*.txt", *excluded),
        standalone=tuple(sorted(path for path, route in routes.items() if route.kind == "pages")),
        excerpt_separators=("{/* truncate */}",),
        languages=tuple(sorted(locales, key=lambda language: language != default)),
        language_folders=languages,
        base_urls=_base_urls(values, default, locales),
        address_of=get_address,
        options={
            "routes": {} if values.get("baseUrl", UNREAD) is UNREAD else routes,
            "trailing_slash": values.get("trailingSlash"),
        },
    )


def _plugins(values: Configuration) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The full name, the kind and the options of each plugin that publishes articles or pages."""
    for name, options in _named(values.get("presets")):
        if name in ("classic", "@docusaurus/preset-classic", "@docusaurus/classic"):
            for kind in _PATHS:
                of_kind = options.get(kind, {})
                if of_kind is not False and of_kind is not UNREAD:
                    yield f"docusaurus-plugin-content-{kind}", kind, of_kind if isinstance(of_kind, Mapping) else {}
    for name, options in _named(values.get("plugins")):
        kind = name.rpartition("content-")[2]
        if kind in _PATHS and name.endswith(f"content-{kind}"):
            id = text_in(options, "id")
            suffix = f"-{id}" if id not in ("", "default") else ""
            yield f"docusaurus-plugin-content-{kind}{suffix}", kind, options


def _named(plugins: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for plugin in plugins if isinstance(plugins, list) else ():
        name, options = [*plugin, {}, {}][:2] if isinstance(plugin, list) else (plugin, {})
        if isinstance(name, str) and isinstance(options, Mapping):
            yield name, options


def _routes(root: Path, plugin: str, kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str, Route]]:
    """Each folder of a plugin, the folder of its translations, and the route of its pages."""
    path = options.get("path", _PATHS[kind])
    base = options.get("routeBasePath", "" if kind == "pages" else kind)
    if not isinstance(path, str) or not isinstance(base, str):
        return
    if kind != "docs":
        yield path, plugin, Route(kind, base, numbers_stripped=False)
        return
    numbers = options.get("numberPrefixParser", True)
    stripped = numbers if isinstance(numbers, bool) else None
    id = text_in(options, "id")
    prefix = f"{id}_" if id not in ("", "default") else ""
    versions = _versions(root / f"{prefix}versions.json")
    last = text_in(options, "lastVersion") or (versions[0] if versions else "current")
    # Only the last of several versions: the pages of the others are near copies.
    part = text_in(options, "versions", last, "path")
    folder = path if last == "current" else f"{prefix}versioned_docs/version-{last}"
    name = last if last == "current" else f"version-{last}"
    yield folder, f"{plugin}/{name}", Route(kind, f"{base}/{part}", stripped)


def _excluded(folder: str, options: Mapping[str, Any]) -> Iterator[str]:
    """The globs that a plugin excludes from a folder; our globs do not distinguish `*` and `**`."""
    globs = texts_in(options, "exclude") if isinstance(options.get("exclude"), list) else _EXCLUDED
    within = "/" if folder == "." else f"/{folder}/"
    for glob in chain.from_iterable(map(_without_braces, globs)):
        yield from (f"{within}{glob}", f"{within}{glob.removeprefix('**/')}")
    included = [*chain.from_iterable(map(_without_braces, texts_in(options, "include")))]
    endings = {PurePosixPath(glob).suffix for glob in included}
    if included and "" not in endings:
        yield from (f"{within}*{ending}" for ending in (".md", ".mdx") if ending not in endings)


def _without_braces(glob: str) -> list[str]:
    """Expand a glob with alternatives: `*.{md,mdx}` into `*.md` and `*.mdx`."""
    found = _BRACES.search(glob)
    if found is None:
        return [glob]
    alternatives = (f"{glob[: found.start()]}{one}{glob[found.end() :]}" for one in found[1].split(","))
    return [*chain.from_iterable(map(_without_braces, alternatives))]


def _versions(file: Path) -> list[str]:
    """The names of the released versions, the last one first."""
    try:
        names = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _base_urls(values: Configuration, default: str, locales: Mapping[str, str]) -> dict[str, str]:
    url, base = text_in(values, "url"), text_in(values, "baseUrl")
    urls = {"": join_base_url(url, base)}
    for language, locale in locales.items():
        own = text_in(values, "i18n", "localeConfigs", locale, "baseUrl")
        own_url = text_in(values, "i18n", "localeConfigs", locale, "url")
        inferred = base if language == default else f"{base.strip('/')}/{locale}"
        urls[language] = join_base_url(own_url or url, own or inferred)
    return urls


GENERATOR = Generator("docusaurus", configure=_configure)
