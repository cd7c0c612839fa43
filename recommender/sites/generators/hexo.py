"""Hexo: posts in `source/_posts`, drafts in `source/_drafts`; permalinks and names of new posts in `_config.yml`.

Sources: https://hexo.io/docs/configuration, /permalinks, /front-matter and /writing; where they are silent,
`plugins/processor/post.ts` and `plugins/filter/post_permalink.ts` below https://github.com/hexojs/hexo/tree/master/lib.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

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
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, join_base_url, zone_of
from recommender.sites.site import Site, normalise_language

_FILES = ("_config.yml", "_config.yaml", "_config.json")
_TOKEN = re.compile(r":(\w*[^_\W])")
_SEGMENTS = {"year": r"\d{4}", "month": r"\d{2}", "day": r"\d{2}", "i_month": r"\d{1,2}", "i_day": r"\d{1,2}"}
_OF_THE_DATE = frozenset({*_SEGMENTS, "hour", "minute", "second"})
_SIGNS = re.compile(r"""[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:"'<>,.?/]+""")
_CONTROLS = re.compile(r"[\x00-\x1f]")
_LETTERS = str.maketrans(
    {"ß": "s", "ẞ": "S", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T"}
)
_FOLDER_GLOB = re.compile(r"[^*?{}\[\]!()]+?(?=(?:/\*{1,2})+$|$)")
_PLACEHOLDERS = (
    "http://example.com",
    "http://yoursite.com",
    "https://example.com",
)  # of a configuration left as it came


def _configure(root: Path) -> Site | None:
    # Jekyll's configuration has the same name.
    file = find_file(root, _FILES)
    if file is None or not (depends_on(root, "hexo") or (root / "source" / "_posts").is_dir()):
        return None
    return None if (root / "Gemfile").is_file() else _site(read_configuration(file) or {}, f"{file.name} is Hexo's")


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
        holds_back_future=flag_in(values, "future") is False,
        languages=tuple(map(normalise_language, languages)),
        language_folders={f"{posts}/{one}": normalise_language(one) for one in languages},
        base_urls={"": join_base_url("", text_in(values, "root")) if url in _PLACEHOLDERS else join_base_url(url, "")},
        address_of=_address,
        options={
            "pattern": text_in(values, "permalink") or ":year/:month/:day/:title/",
            "name": text_in(values, "new_post_name") or ":title.md",
            "zone": zone_of(zone) if (zone := text_in(values, "timezone")) else None,
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
    """The files and whole folders that globs name; our own globs know no difference between `*` and `**`."""
    for glob in globs:
        if found := _FOLDER_GLOB.match(glob):
            yield found[0]


def _texts(value: object) -> dict[str, str]:
    return {key: str(item) for key, item in value.items()} if isinstance(value, Mapping) else {}


def _address(site: Site, page: Page) -> str | None:
    folder = next((one for one in site.content_folders if page.path.startswith(f"{one}/")), None)
    if folder is None:
        return None
    path = page.path.removeprefix(f"{folder}/")
    named = _parse_name(site.options["name"], path.removesuffix(PurePosixPath(path).suffix))
    own = page.fields.get("permalink")
    if isinstance(own, str) and own:
        made: str | None = "/" + own.removeprefix("/")
    else:
        texts = {key: value for key, value in page.fields.items() if isinstance(value, str) and key != "category"}
        values = {
            **{
                key: text
                for key, text in {**site.options["defaults"], **texts, **named}.items()
                if key not in _OF_THE_DATE
            },
            "name": PurePosixPath(named["title"]).name,
            "post_title": _slugize(page.title, case=1),
            **_category(site, page),
        }
        possible = {expand(site.options["pattern"], date, values) for date in _dates(site, page, named)}
        made = possible.pop() if len(possible) == 1 else None
    if made is None:
        return None
    if site.options["assets"] and not made.endswith(("/", ".html")):
        made += "/"
    if not site.options["keeps_index"]:
        made = re.sub(r"index\.html$", "", made)
    if not site.options["keeps_html"] and not made.endswith("/index.html"):
        made = made.removesuffix(".html")
    return escape(made)


def _parse_name(pattern: str, path: str) -> dict[str, str]:
    """What the path of a post below `_posts` says by the pattern of new posts' names; at least a title."""
    parts = _TOKEN.split(pattern.removesuffix(PurePosixPath(pattern).suffix))
    names = parts[1::2]
    form = "".join(
        f"({_SEGMENTS.get(part, '.+?')})" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    found = re.fullmatch(form, path)
    return {"title": _slugize(path)} | (dict(zip(names, found.groups(), strict=True)) if found else {})


def _dates(site: Site, page: Page, named: Mapping[str, str]) -> list[datetime | None]:
    """The date of a page as the site is built in UTC and in its own time zone: Hexo takes the machine's.

    Times with an offset are in UTC, all others in the site's zone.
    """
    date = None if page.date is None else page.date.astimezone(UTC)
    if "date" not in page.fields:
        year, month, day = (named.get(key) or named.get(f"i_{key}") for key in ("year", "month", "day"))
        date = datetime(int(year), int(month), int(day), tzinfo=UTC) if year and month and day else None
    zone = site.options["zone"]
    return [date] if date is None or zone is None else [date, date.replace(tzinfo=zone).astimezone(UTC)]


def _category(site: Site, page: Page) -> dict[str, str]:
    """The last of the nested categories; which one is last of several lists, only Hexo's database says."""
    given = page.fields.get("categories") or page.fields.get("category") or []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return {}
    mapped = (site.options["category_map"].get(name, name) for name in names)
    slugs = [_slugize(name, case=site.options["case"]) for name in mapped]
    return {"category": "/".join(slugs) or site.options["default_category"]}


def _slugize(text: str, *, case: object = 0) -> str:
    plain = "".join(map(_without_accent, text)).translate(_LETTERS)
    slug = _SIGNS.sub("-", _CONTROLS.sub("", plain)).strip("-")
    return slug.lower() if case == 1 else slug.upper() if case == 2 else slug


def _without_accent(sign: str) -> str:
    """A Latin letter without its accents; letters of other scripts as they are."""
    base = unicodedata.normalize("NFD", sign)[0]
    return base if base.isascii() or base in "ÆæØø" else sign


GENERATOR = Generator("hexo", configure=_configure)
