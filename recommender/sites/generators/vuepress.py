"""VuePress: each Markdown file below the folder of `.vuepress` is a page at its own path or permalink.

Sources: https://vuepress.vuejs.org/guide/page.html, …/guide/i18n.html and …/reference/config.html; the same of
https://v1.vuepress.vuejs.org/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from recommender.sites.configuration import Configuration, find_file, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, join_base_url
from recommender.sites.site import Site, normalise_language

_FOLDERS = ("", "docs", "src")  # of `.vuepress`
_FILES = tuple(f".vuepress/config.{suffix}" for suffix in ("ts", "mts", "cts", "js", "mjs", "cjs"))
_INDEX = re.compile(r"(^|/)(?:readme|index)$", re.I)


def _configure(root: Path) -> Site | None:
    for folder in _FOLDERS:
        if file := find_file(root / folder, _FILES):
            reason = f"{file.relative_to(root).as_posix()} is VuePress's"
            return _site(folder, read_javascript(file) or {}, reason)
    return None


def _site(folder: str, values: Configuration, reason: str) -> Site:
    locales = values.get("locales")
    named = locales if isinstance(locales, Mapping) else {}
    languages = {
        path.strip("/"): normalise_language(language) for path in named if (language := text_in(named, path, "lang"))
    }
    default = languages.pop("", "") or normalise_language(text_in(values, "lang"))
    within = {f"{folder}/{path}".strip("/"): language for path, language in languages.items()}
    homes = (folder, *within)
    return Site(
        generator="vuepress",
        reason=reason,
        content_folders=(folder,) if folder else (),
        excluded=("node_modules", ".vuepress"),
        standalone=tuple(f"{home}/{name}.md" for home in homes for name in ("README", "readme", "index")),
        languages=tuple(filter(None, (default, *languages.values()))),
        language_folders=within,
        base_urls={"": join_base_url("", text_in(values, "base"))},
        address_of=_address,
        options={
            "source": f"{folder}/".lstrip("/"),
            "is_known": values.get("base") is not UNREAD,
            "has_pattern": any(values.get(key) for key in ("permalink", "permalinkPattern")),
        },
    )


def _address(site: Site, page: Page) -> str | None:
    source = site.options["source"]
    if not site.options["is_known"] or not page.path.startswith(source):
        return None
    if permalink := text_in(page.fields, "permalink"):
        return None if ":" in permalink else escape(f"/{permalink.lstrip('/')}")
    # Slugs in patterns, and the folders that blog plugins use for `_posts`, are defined by code.
    if site.options["has_pattern"] or text_in(page.fields, "permalinkPattern") or "_posts/" in page.path:
        return None
    path = page.path.removeprefix(source).rpartition(".")[0]
    return escape(f"/{_INDEX.sub(lambda match: match[1], path)}" if _INDEX.search(path) else f"/{path}.html")


GENERATOR = Generator("vuepress", configure=_configure)
