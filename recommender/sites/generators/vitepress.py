"""VitePress: each Markdown file below the folder of `.vitepress` is a page at its own path.

Sources: https://vitepress.dev/guide/routing, …/guide/i18n and …/reference/site-config.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit

from recommender.sites.configuration import Configuration, find_file, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, join_base_url
from recommender.sites.site import Site, normalise_language

_FOLDERS = ("", "docs")  # of `.vitepress`: many repositories have the site beside the code
_SUFFIXES = ("ts", "mts", "cts", "js", "mjs", "cjs")
_FILES = tuple(f".vitepress/{name}.{suffix}" for name in ("config", "config/index") for suffix in _SUFFIXES)

_EXCLUDED = ("node_modules", ".vitepress", "[[]*")  # the last are templates of pages that code makes


def _configure(root: Path) -> Site | None:
    for folder in _FOLDERS:
        if file := find_file(root / folder, _FILES):
            reason = f"{file.relative_to(root).as_posix()} is VitePress's"
            return _site(folder, read_javascript(file) or {}, reason)
    return None


def _site(folder: str, values: Configuration, reason: str) -> Site:
    source = normpath(f"{folder}/{text_in(values, 'srcDir')}".strip("/")).removeprefix(".").strip("/")
    languages = _languages(values)
    hostname = text_in(values, "sitemap", "hostname")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(hostname)) if "://" in hostname else ""
    homes = (f"{source}/{path}".strip("/") for path in ("", *filter(None, languages)))
    return Site(
        generator="vitepress",
        reason=reason,
        content_folders=(source,) if source else (),
        excluded=(
            "node_modules",
            ".vitepress",
            "[[]*",
            *(_glob(source, one) for one in texts_in(values, "srcExclude")),
        ),
        standalone=tuple(f"{home}/index.md" if home else "/index.md" for home in homes),
        languages=tuple(languages.values()),
        language_folders={f"{source}/{path}".strip("/"): language for path, language in languages.items() if path},
        base_urls={"": join_base_url(origin, text_in(values, "base"))},
        address_of=_address,
        options={
            "source": source,
            "ending": "" if values.get("cleanUrls") is True else ".html",
            # Which files rewrites are for takes more than reading to tell.
            "is_known": not values.get("rewrites") and values.get("base") is not UNREAD,
        },
    )


def _languages(values: Configuration) -> dict[str, str]:
    """Languages by their folders, the default one, whose folder is the root, first."""
    locales = values.get("locales")
    named = locales if isinstance(locales, Mapping) else {}
    default = text_in(named, "root", "lang") or text_in(values, "lang")
    found = {"": normalise_language(default)} if default else {}
    others = (path for path in named if path != "root")
    return found | {path: normalise_language(text_in(named, path, "lang") or path) for path in others}


def _glob(source: str, pattern: str) -> str:
    return pattern.removeprefix("**/") if pattern.startswith("**/") else f"{source}/{pattern}"


def _address(site: Site, page: Page) -> str | None:
    source = site.options["source"]
    if not site.options["is_known"] or not page.path.startswith(f"{source}/" if source else ""):
        return None
    path = page.path.removeprefix(f"{source}/" if source else "").rpartition(".")[0]
    is_index = re.search(r"(?:^|/)index$", path)
    return escape(f"/{path.removesuffix('index')}" if is_index else f"/{path}{site.options['ending']}")


GENERATOR = Generator("vitepress", configure=_configure)
