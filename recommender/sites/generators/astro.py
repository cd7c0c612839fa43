"""Astro: collections that routes below `src/pages` publish, pages there, and the documents of Starlight.

Sources: https://docs.astro.build/en/guides/content-collections/, …/reference/configuration-reference/ and
https://starlight.astro.build/reference/configuration/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from typing import Any

from recommender.sites.addresses.astro import Route, find_routes, get_address
from recommender.sites.configuration import Configuration, depends_on, find_file, read_text, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, Call, parse_constant, parse_exported, read_javascript
from recommender.sites.permalinks import join_base_url, origin_of
from recommender.sites.site import Site, normalise_language

_SUFFIXES = ("ts", "mts", "mjs", "js", "cjs", "cts")
_FILES = tuple(f"astro.config.{suffix}" for suffix in _SUFFIXES)
_COLLECTIONS = tuple(f"{name}.{suffix}" for name in ("content.config", "content/config") for suffix in _SUFFIXES)
_MODULES = (*(f".{suffix}" for suffix in _SUFFIXES), "/index.ts", "/index.js")
_SITE = re.compile(r"\bsite\s*:\s*(\w+(?:\.\w+)*)\s*[,}\n]")
_IMPORT = re.compile(r"""\bimport\s*(\{[^}]*\}|\w+)\s*from\s*["'](\.[^"']+)["']""")
_OF_PAGES = ("pages", "page")  # collections that hold About and the like, by their usual names


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None and (depends_on(root, "astro") is None or not (root / "src" / "pages").is_dir()):
        return None
    values = (read_javascript(file) if file else None) or {}
    return _site(root, values, f"{file.name} is Astro's" if file else "package.json depends on astro")


def _site(root: Path, values: Configuration, reason: str) -> Site:
    source = normpath(text_in(values, "srcDir") or "src").strip("/")
    collections = _collections(root, source)
    starlight = _starlight(values)
    routes = find_routes(root / source / "pages")
    if starlight is not None:
        routes["docs"] = Route("[...slug]")
        collections.setdefault("docs", f"{source}/content/docs")
    folders = {folder: name for name, folder in collections.items() if folder}
    languages = _languages(values, starlight)
    within = (f"{source}/pages", *folders)
    site = text_in(values, "site") or _imported_site(root)
    origin = origin_of(site)
    is_known = values.get("base") is not UNREAD and text_in(values, "build", "format") in ("", "directory", "file")
    return Site(
        generator="astro",
        reason=reason,
        content_folders=tuple(sorted({f"{source}/content", *within})),
        excluded=_excluded(source, folders),
        standalone=tuple(folder for folder, name in folders.items() if name in _OF_PAGES),
        standalone_folders=(source, f"{source}/pages"),
        date_keys=("pubDatetime",),
        languages=tuple(languages.values()),
        language_folders={f"{folder}/{path}": code for folder in within for path, code in languages.items() if path},
        base_urls={"": join_base_url(origin, text_in(values, "base"))},
        address_of=get_address,
        options={
            "pages": f"{source}/pages",
            "folders": folders,
            "routes": routes,
            "starlight": starlight is not None,
            "ending": _ending(values),
            "is_known": is_known,
        },
    )


def _imported_site(root: Path) -> str:
    """The site's address, if the configuration imports it as a constant or a part of one; else empty."""
    file = find_file(root, _FILES)
    code = read_text(file) if file else ""
    named = _SITE.search(code)
    name, *keys = named[1].split(".") if named else [""]
    for imported in _IMPORT.finditer(code) if name else ():
        if name not in re.findall(r"\w+", imported[1]):
            continue
        base = root / imported[2]
        path = find_file(base.parent, (base.name, *(f"{base.name}{end}" for end in _MODULES)))
        text = read_text(path) if path else ""
        constant = re.search(rf"""\b{name}\s*(?::\s*\w+)?\s*=\s*["'`](https?://[^"'`\s]+)""", text)
        if not keys:
            return constant[1] if constant else ""
        values = parse_constant(text, name) if imported[1].lstrip().startswith("{") else parse_exported(text)
        return text_in(values, *keys)
    return ""


def _excluded(source: str, folders: Mapping[str, str]) -> tuple[str, ...]:
    """Names that begin with `_`, for pages and legacy collections; a loader's pattern applies only to files."""
    of_old = sorted(
        {f"{source}/pages", *(folder for folder, name in folders.items() if folder == f"{source}/content/{name}")}
    )
    return ("_*.md", "_*.mdx", *(f"/{folder}/{glob}" for folder in of_old for glob in ("_*", "*/_*")))


def _ending(values: Configuration) -> str:
    if text_in(values, "build", "format") == "file":
        return ".html"
    return "" if text_in(values, "trailingSlash") == "never" else "/"


def _collections(root: Path, source: str) -> dict[str, str]:
    """The folder of each collection, by name; empty if the folder or its IDs are unknown."""
    file = find_file(root / source, _COLLECTIONS)
    declared = read_javascript(file, "collections") if file else None
    if declared is None:
        try:
            names = sorted(path.name for path in (root / source / "content").iterdir() if path.is_dir())
        except OSError:
            names = []
        return {name: f"{source}/content/{name}" for name in names}
    return {name: _folder(source, name, options) for name, options in declared.items()}


def _folder(source: str, name: str, options: object) -> str:
    if not isinstance(options, Mapping):
        return ""
    match options.get("loader"):
        case None:
            return f"{source}/content/{name}"
        case Call("docsLoader", _):
            return f"{source}/content/docs"
        case Call("glob", [{"base": str(base), **given}]) if "generateId" not in given:
            return normpath(base).strip("/")
    return ""


def _starlight(values: Configuration) -> Mapping[str, Any] | None:
    """The options of Starlight, where the site uses it."""
    integrations = values.get("integrations")
    for integration in integrations if isinstance(integrations, list) else ():
        match integration:
            case Call("starlight", [dict(options)]):
                return options
    return None


def _languages(values: Configuration, starlight: Configuration | None) -> dict[str, str]:
    """Languages by folder, the default one first; its folder may be empty."""
    if starlight is not None:
        locales = starlight.get("locales")
        named = locales if isinstance(locales, Mapping) else {}
        found = {
            "" if path == "root" else path: normalise_language(text_in(named, path, "lang") or path) for path in named
        }
        default = text_in(starlight, "defaultLocale")
    else:
        i18n = values.get("i18n")
        locales = i18n.get("locales") if isinstance(i18n, Mapping) else None
        found = {}
        for locale in locales if isinstance(locales, list) else ():
            match locale:
                case str():
                    found[locale] = normalise_language(locale)
                case {"path": str(path), "codes": [str(code), *_]}:
                    found[path] = normalise_language(code)
        default = text_in(values, "i18n", "defaultLocale")
    return dict(sorted(found.items(), key=lambda item: item[0] not in ("", default)))


GENERATOR = Generator("astro", configure=_configure)
