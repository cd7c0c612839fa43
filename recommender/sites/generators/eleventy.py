"""Eleventy: any folders below the input folder; permalinks in front matter and in data files of folders.

Sources: https://www.11ty.dev/docs/config/, /docs/permalinks/, /docs/data-template-dir/ and /docs/plugins/i18n/; where
they are silent, `Template.js` and `TemplatePermalink.js` below https://github.com/11ty/eleventy/tree/main/src.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath

from recommender.sites.addresses.eleventy import get_address
from recommender.sites.addresses.eleventy_data import read_base_url, read_data_files, read_ignored
from recommender.sites.configuration import (
    Configuration,
    depends_on,
    find_file,
    read_configuration,
    read_text,
    text_in,
    texts_in,
)
from recommender.sites.generator import Generator
from recommender.sites.javascript import read_javascript
from recommender.sites.site import Site, is_language_code, normalise_language

_FILES = (".eleventy.js", *(f"eleventy.config.{ending}" for ending in ("js", "mjs", "cjs", "ts", "mts", "cts")))
_HIDING_FIELDS = (("permalink", "false"), ("permalink.build", "false"), ("eleventyExcludeFromCollections", "true"))
_OWN_KEYS = ("dir", "pathPrefix", "templateFormats", "markdownTemplateEngine", "htmlTemplateEngine")
_INPUT = re.compile(r"""setInputDirectory\(\s*["'`]([^"'`]+)|--input[= ]["']?([^\s"']+)""")
_DEFAULT_LANGUAGE = re.compile(r"""defaultLanguage\s*:\s*["'`]([\w-]+)""")
_IGNORED = re.compile(r"""ignores\.add\(\s*["'`]([^"'`]+)""")
_CHANGES_ADDRESSES = re.compile(r"""addUrlTransform\(|addGlobalData\(\s*["'`]permalink["'`]""")


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None and depends_on(root, "@11ty/eleventy") is None:
        return None
    file = file or root / _FILES[0]
    code = read_text(file)
    values = read_javascript(file, keys=_OWN_KEYS) or read_javascript(file, "config") or {}
    scripts = (read_configuration(root / "package.json") or {}).get("scripts")
    given = _INPUT.search(f"{code}\n{' '.join(map(str, scripts.values())) if isinstance(scripts, dict) else ''}")
    folders = values.get("dir", {})
    folder = given[1] or given[2] if given else folders.get("input", ".") if isinstance(folders, Mapping) else None
    source = PurePosixPath(folder if isinstance(folder, str) else ".").as_posix()
    reason = f"{file.name if file.is_file() else 'package.json'} is Eleventy's"
    return _site(root, source, values, code, reason, is_known=isinstance(folder, str))


def _site(root: Path, source: str, values: Configuration, code: str, reason: str, *, is_known: bool) -> Site:
    within = "" if source == "." else f"{source}/"
    folders = [
        normpath(f"{within}{text_in(values, 'dir', key) or default}")
        for key, default in (("includes", "_includes"), ("data", "_data"), ("layouts", "_layouts"))
    ]
    output = normpath(text_in(values, "dir", "output") or "_site")
    default = _DEFAULT_LANGUAGE.search(code)
    data = read_data_files(root, source)
    languages = {folder: str(one["lang"]) for folder, one in data.items() if isinstance(one.get("lang"), str)}
    if default and (root / source).is_dir():
        named = [path.name for path in (root / source).iterdir() if path.is_dir() and is_language_code(path.name)]
        languages = {f"{within}{name}": name for name in named} | languages
    formats = texts_in(values, "templateFormats")
    global_data = root / folders[1]
    return Site(
        generator="eleventy",
        reason=reason,
        content_folders=(source,),
        excluded=(
            *("*.txt", "*.mdx", "*.markdown", *(("*.html",) if formats and "html" not in ",".join(formats) else ())),
            *(f"/{folder}" for folder in (*folders, output) if not _lies_in(source, folder)),
            *(f"/{path.removeprefix('./')}" for path in (*read_ignored(root), *_IGNORED.findall(code))),
        ),
        standalone=(f"/{within}index.*",),
        has_sections=True,
        tag_separator=",",
        hiding_fields=_HIDING_FIELDS,
        inherited_fields={path: hiding for path, one in data.items() if (hiding := _hiding_fields(one))},
        languages=(normalise_language(default[1]),) if default else (),
        language_folders={folder: normalise_language(language) for folder, language in languages.items()},
        base_urls={"": read_base_url(global_data, values.get("pathPrefix", ""))},
        address_of=get_address,
        options={
            "source": within,
            "permalinks": {
                # Unknown if only code defines it, or if the pages have none.
                path: one["permalink"] if isinstance(one["permalink"], str) else None
                for path, one in data.items()
                if "permalink" in one
            },
            "is_known": is_known
            and _CHANGES_ADDRESSES.search(code) is None
            and not any("permalink" in read_text(path) for path in global_data.glob("eleventyComputed.*")),
        },
    )


def _hiding_fields(data: Mapping[str, object]) -> dict[str, object]:
    """The data of a folder or page that affects whether pages are built and listed, as front matter."""
    keys = {key.partition(".")[0] for key, _ in _HIDING_FIELDS}
    return {key: _as_front_matter(value) for key, value in data.items() if key in keys}


def _as_front_matter(value: object) -> object:
    """Convert a value of JSON or JavaScript to front matter, whose scalars are texts."""
    if isinstance(value, Mapping):
        return {key: _as_front_matter(item) for key, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else value


def _lies_in(folder: str, other: str) -> bool:
    """Whether a folder is another one or below it."""
    return other == "." or f"{folder}/".startswith(f"{other}/")


GENERATOR = Generator("eleventy", configure=_configure)
