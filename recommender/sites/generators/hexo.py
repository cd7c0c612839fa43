"""Hexo: posts in `source/_posts`, drafts in `source/_drafts`; permalinks and names of new posts in `_config.yml`.

Sources: https://hexo.io/docs/configuration and /writing; where they are silent, `plugins/processor/post.ts` below
https://github.com/hexojs/hexo/tree/master/lib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from recommender.sites.addresses.hexo import get_address
from recommender.sites.configuration import (
    Configuration,
    depends_on,
    find_file,
    flag_in,
    read_configuration,
    text_in,
    texts_in,
)
from recommender.sites.generator import Generator
from recommender.sites.permalinks import join_base_url, zone_of
from recommender.sites.site import Site, normalise_language

_FILES = ("_config.yml", "_config.yaml", "_config.json")
_FOLDER_GLOB = re.compile(r"[^*?{}\[\]!()]+?(?=(?:/\*{1,2})+$|$)")
_PLACEHOLDERS = ("http://example.com", "https://example.com", "http://yoursite.com")  # of a new site


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    # Jekyll's configuration has the same name.
    looks_alike = (root / "source" / "_posts").is_dir() and not (root / "Gemfile").is_file()
    if file is None or not (looks_alike or depends_on(root, "hexo")):
        return None
    return _site(read_configuration(file) or {}, f"{file.name} is Hexo's")


def _recognise(_: Path, files: Sequence[str]) -> Site | None:
    is_hexo = any(file.startswith("source/_posts/") for file in files)
    return _site({}, "posts lie in source/_posts, as Hexo has them") if is_hexo else None


def _site(values: Configuration, reason: str) -> Site:
    source = text_in(values, "source_dir").strip("./") or "source"
    posts, drafts = f"{source}/_posts", f"{source}/_drafts"
    url = text_in(values, "url").rstrip("/")
    languages = [one for one in texts_in(values, "language") if one != "default"]
    assets = ("*.html",) if flag_in(values, "post_asset_folder") else ()
    return Site(
        generator="hexo",
        reason=reason,
        content_folders=(posts, drafts),
        excluded=(
            *("*.txt", "*.mdx", *assets),
            *(f"/{folder}/{deep}{sign}*" for folder in (posts, drafts) for deep in ("", "*/") for sign in "_."),
            *(f"/{source}/{path}" for path in _folders(texts_in(values, "skip_render"))),
        ),
        draft_folders=() if flag_in(values, "render_drafts") else ("_drafts",),
        hides_unpublished=True,
        zone=zone_of(text_in(values, "timezone")),
        holds_back_future=flag_in(values, "future") is False,
        languages=tuple(map(normalise_language, languages)),
        language_folders={f"{posts}/{one}": normalise_language(one) for one in languages},
        base_urls={"": join_base_url("", text_in(values, "root")) if url in _PLACEHOLDERS else join_base_url(url, "")},
        address_of=get_address,
        options={
            "pattern": text_in(values, "permalink") or ":year/:month/:day/:title/",
            "name": text_in(values, "new_post_name") or ":title.md",
            "assets": bool(assets),
            "defaults": _texts(values.get("permalink_defaults")),
            "default_category": text_in(values, "default_category") or "uncategorized",
            "category_map": _texts(values.get("category_map")),
            "case": values.get("filename_case"),
            "keeps_index": flag_in(values, "pretty_urls", "trailing_index") is not False,
            "keeps_html": flag_in(values, "pretty_urls", "trailing_html") is not False,
        },
    )


def _folders(globs: Iterable[str]) -> Iterator[str]:
    """The files and whole folders that globs match; our globs do not distinguish `*` and `**`."""
    for glob in globs:
        if found := _FOLDER_GLOB.match(glob):
            yield found[0]


def _texts(value: object) -> dict[str, str]:
    return {str(key): str(item) for key, item in value.items()} if isinstance(value, Mapping) else {}


GENERATOR = Generator("hexo", configure=_configure, recognise=_recognise)
