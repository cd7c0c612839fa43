"""Reads data files of Eleventy's folders and pages, its global data, and its ignore files.

Sources: https://www.11ty.dev/docs/data-template-dir/, /docs/data-global/ and /docs/ignores/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recommender.sites.configuration import find_file, read_configuration, read_text, text_in
from recommender.sites.javascript import read_javascript
from recommender.sites.permalinks import join_base_url

_DATA_FILE = re.compile(r"(.+?)(?:\.11tydata)?\.json|(.+?)\.11tydata\.[cm]?js")
_SITE_DATA = tuple(
    f"{name}.{ending}" for name in ("metadata", "site", "meta") for ending in ("json", "js", "cjs", "mjs")
)
_UNVISITED = ("node_modules", "bower_components")


def read_data_files(root: Path, source: str) -> dict[str, dict[str, Any]]:
    """The data of folders and of single pages (by path without extension), relative to the root."""
    data: dict[str, dict[str, Any]] = {}
    for folder, folders, files in os.walk(root / source):
        folders[:] = sorted(one for one in folders if one[0] not in "._" and one not in _UNVISITED)
        relative = Path(folder).relative_to(root)
        # Code comes before `.11tydata.json`, and this before `.json`.
        for name in sorted(files, key=lambda name: (not name.endswith(".json"), ".11tydata." in name, name)):
            if found := _DATA_FILE.fullmatch(name):
                stem = found[1] or found[2]
                key = (relative if stem == relative.name else relative / stem).as_posix()
                data[key] = {**data.get(key, {}), **_read_data(Path(folder) / name)}
    return data


def read_ignored(root: Path) -> Iterator[str]:
    """The globs that Eleventy ignores, relative to the root."""
    for name in (".gitignore", ".eleventyignore"):
        for line in read_text(root / name).splitlines():
            if line.strip() and not line.startswith(("#", "!")):
                yield line.strip().lstrip("/")


def read_base_url(data: Path, prefix: object) -> str:
    """The base URL in global data, as in the starter project, with the path prefix."""
    if not isinstance(prefix, str):
        return ""
    file = find_file(data, _SITE_DATA)
    values = {} if file is None else read_configuration(file) if file.suffix == ".json" else read_javascript(file)
    url = text_in(values or {}, "url")
    try:
        host = urlsplit(url)
    except ValueError:
        return ""
    if host.hostname is None or host.hostname.removeprefix("www.").startswith("example."):
        url = ""
    elif prefix:
        url = f"{host.scheme}://{host.netloc}"
    return join_base_url(url, prefix)


def _read_data(path: Path) -> dict[str, Any]:
    if path.suffix == ".json":
        return read_configuration(path) or {}
    values = read_javascript(path) or {}
    is_computed = "permalink" not in values and "permalink" in read_text(path)
    return values | {"permalink": None} if is_computed else values
