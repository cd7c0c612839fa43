"""MkDocs, and the blog of its theme Material: posts with dates and slugs in their addresses, other pages by path.

Sources: https://www.mkdocs.org/user-guide/configuration/, https://squidfunk.github.io/mkdocs-material/plugins/blog/ and
https://ultrabug.github.io/mkdocs-static-i18n/.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from recommender.sites.configuration import (
    Configuration,
    find_file,
    flag_in,
    list_in,
    mapping_in,
    merge,
    read_configuration,
    text_in,
)
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, texts_of
from recommender.sites.site import Site, normalise_language

_FILES = ("mkdocs.yml", "mkdocs.yaml")
_FOLDERS_OF_BLOG = ("archive", "category", "author", "page")
_TOKEN = re.compile(r"\{(\w+)\}")
_DATE_TOKEN = re.compile(r"[A-Za-z]+")
_DATE_FORMATS = {"yyyy": "{:%Y}", "yy": "{:%y}", "MM": "{:%m}", "M": "{0.month}", "dd": "{:%d}", "d": "{0.day}"}
_LOWER_SLUGS = {"kwds": {"case": "lower"}}  # what is left of `!!python/object/apply:pymdownx.slugs.slugify`


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None:
        return None
    values = read_configuration(file) or {}
    if inherited := text_in(values, "INHERIT"):
        values = merge(read_configuration(root / inherited) or {}, values)
    docs = posixpath.normpath(text_in(values, "docs_dir") or "docs")
    blogs = [_blog(options, docs) for options in _plugins(values, "blog", "material/blog")]
    own_pages = [f"{blog['folder']}/{name}" for blog in blogs for name in ("index.*md", *_FOLDERS_OF_BLOG)]
    i18n = next(_plugins(values, "i18n"), {})
    built = [one for one in list_in(i18n, "languages") if flag_in(one, "build") is not False]
    codes = [
        code for one in sorted(built, key=lambda one: not flag_in(one, "default")) if (code := text_in(one, "locale"))
    ]
    has_folders = text_in(i18n, "docs_structure") == "folder"
    only = text_in(values, "theme", "language") or text_in(values, "theme", "locale")
    return Site(
        generator="mkdocs",
        reason=f"{file.name} is MkDocs'",
        content_folders=(docs,),
        excluded=tuple(_excluded(text_in(values, "exclude_docs"), docs)),
        section_stems=(),
        standalone=(f"{docs}/index.*md", f"{docs}/README.md", *own_pages),
        holds_back_future=any(blog["holds_back_future"] for blog in blogs),
        excerpt_separators=tuple(blog["separator"] for blog in blogs if blog["separator"]),
        languages=tuple(map(normalise_language, codes or filter(None, [only]))),
        language_folders={f"{docs}/{code}": normalise_language(code) for code in codes if has_folders},
        language_suffixes=bool(codes) and not has_folders,
        base_urls={"": text_in(values, "site_url")},
        address_of=_address,
        options={
            "docs": docs,
            "blogs": blogs,
            "prefixes": {normalise_language(code): code for code in codes[1:]},
            "uses_folders": flag_in(values, "use_directory_urls") is not False,
        },
    )


def _plugins(values: Configuration, *names: str) -> Iterator[Configuration]:
    """The options of each use of a plugin."""
    for one in list_in(values, "plugins") or [values.get("plugins")]:
        for name, options in ({one: {}} if isinstance(one, str) else mapping_in(one)).items():
            if name in names and flag_in(options, "enabled") is not False:
                yield options if isinstance(options, Mapping) else {}


def _blog(options: Configuration, docs: str) -> dict[str, Any]:
    folder = posixpath.normpath(text_in(options, "blog_dir") or "blog")
    posts = (text_in(options, "post_dir") or "{blog}/posts").replace("{blog}", folder)
    return {
        "folder": posixpath.normpath(posixpath.join(docs, folder)),
        "posts": posixpath.normpath(posixpath.join(docs, posts)),
        "path": folder,
        "pattern": text_in(options, "post_url_format") or "{date}/{slug}",
        "date": text_in(options, "post_url_date_format") or "yyyy/MM/dd",
        "separator": text_in(options, "post_excerpt_separator"),
        "holds_back_future": flag_in(options, "draft_if_future_date") is True,
        "knows_slugs": options.get("post_slugify", _LOWER_SLUGS) == _LOWER_SLUGS,
        "hyphen": text_in(options, "post_slugify_separator") or "-",
        "categories": options.get("post_url_max_categories", 1),
    }


def _excluded(patterns: str, docs: str) -> Iterator[str]:
    """The globs of a text in `.gitignore` syntax, without negated ones."""
    for line in patterns.splitlines():
        pattern = line.partition(" #")[0].strip()
        if pattern and pattern[0] not in "!#":
            yield f"{docs}/{pattern.strip('/')}" if "/" in pattern.rstrip("/") else pattern.rstrip("/")


def _address(site: Site, page: Page) -> str | None:
    docs = site.options["docs"]
    path = PurePosixPath(page.path).parent / site.stem_of(page.path)
    if not path.is_relative_to(docs):
        return None
    language = site.language_of(page.path, {}) or ""
    made: str | None = str(path.relative_to(docs))
    blog = next((blog for blog in site.options["blogs"] if path.is_relative_to(blog["posts"])), None)
    if blog is not None:
        made = _post_path(blog, page, path.name)
    elif translations := next((folder for folder in map(str, path.parents) if folder in site.language_folders), ""):
        made = str(path.relative_to(translations))
    if made is None:
        return None
    folder, _, name = made.rpartition("/")
    is_index = name in ("index", "README")
    ending = (
        ("" if is_index else f"{name}/") if site.options["uses_folders"] else f"{'index' if is_index else name}.html"
    )
    prefix = site.options["prefixes"].get(language, "")
    return escape("/" + "".join(f"{part}/" for part in (prefix, folder) if part) + ending)


def _post_path(blog: Mapping[str, Any], page: Page, name: str) -> str | None:
    limit = blog["categories"]
    categories = texts_of(page.fields, "categories", separator=None)[: limit if isinstance(limit, int) else 1]
    tokens = {
        "date": None if page.date is None else _format_date(blog["date"], page.date),
        "slug": text_in(page.fields, "slug") or (_slugify(page.title, blog["hyphen"]) if blog["knows_slugs"] else None),
        "file": name,
        "categories": "/".join(_slugify(category, "-") for category in categories),
    }
    values = [tokens.get(token) for token in _TOKEN.findall(blog["pattern"])]
    if None in values:
        return None
    replaced = iter(values)
    made = _TOKEN.sub(lambda _: next(replaced) or "", blog["pattern"])
    return posixpath.normpath(posixpath.join(blog["path"], made.strip("/")))


def _format_date(pattern: str, date: datetime) -> str | None:
    """Format a date by a numeric pattern, such as `yyyy/MM/dd`; names of months would depend on the locale."""
    if not set(_DATE_TOKEN.findall(pattern)) <= _DATE_FORMATS.keys():
        return None
    return _DATE_TOKEN.sub(lambda match: _DATE_FORMATS[match[0]].format(date), pattern)


def _slugify(text: str, hyphen: str) -> str:
    normal = unicodedata.normalize("NFC", re.sub(r"</?[^>]*>", "", text)).strip().lower()
    return re.sub(r"[^\w\- ]", "", normal).replace(" ", hyphen)


GENERATOR = Generator("mkdocs", configure=_configure)
