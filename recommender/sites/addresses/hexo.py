"""Addresses of Hexo's posts.

Sources: https://hexo.io/docs/permalinks; where it is silent, `plugins/processor/post.ts` and
`plugins/filter/post_permalink.ts` below https://github.com/hexojs/hexo/tree/master/lib, and `slugize.ts` of
https://github.com/hexojs/hexo-util/tree/master/lib.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, in_zone
from recommender.sites.site import Site

_TOKEN = re.compile(r":(\w*[^_\W])")
_SEGMENTS = {"year": r"\d{4}", "month": r"\d{2}", "day": r"\d{2}", "i_month": r"\d{1,2}", "i_day": r"\d{1,2}"}
_OF_THE_DATE = frozenset({*_SEGMENTS, "hour", "minute", "second"})
_SIGNS = re.compile(r"""[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:"'<>,.?/]+""")
_CONTROLS = re.compile(r"[\x00-\x1f]")
_LETTERS = str.maketrans(
    {"ß": "s", "ẞ": "S", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T"}
)


def get_address(site: Site, page: Page) -> str | None:
    """The address of a post, without the base URL; `None` if it depends on values in no file."""
    folder = next((one for one in site.content_folders if page.path.startswith(f"{one}/")), None)
    if folder is None:
        return None
    path = page.path.removeprefix(f"{folder}/")
    named = _parse_name(site.options["name"], path.removesuffix(PurePosixPath(path).suffix))
    own = page.fields.get("permalink")
    if isinstance(own, str) and own:
        made: str | None = "/" + own.removeprefix("/")
    else:
        texts = {key: value for key, value in page.fields.items() if isinstance(value, str)}
        texts = {**site.options["defaults"], **texts, **named}
        wanted = {*_TOKEN.findall(site.options["pattern"])} - {"category", *_OF_THE_DATE}
        values = {
            **{key: texts[key] for key in wanted & texts.keys()},
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
    """Parse a post's path below `_posts` by the pattern of new posts' names; yields at least a title."""
    parts = _TOKEN.split(pattern.removesuffix(PurePosixPath(pattern).suffix))
    names = parts[1::2]
    form = "".join(
        f"({_SEGMENTS.get(part, '.+?')})" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    found = re.fullmatch(form, path)
    return {"title": _slugize(path)} | (dict(zip(names, found.groups(), strict=True)) if found else {})


def _dates(site: Site, page: Page, named: Mapping[str, str]) -> list[datetime | None]:
    """The possible dates of a page, for a site built in its own time zone and in UTC: Hexo uses the machine's zone.

    Hexo converts a time with an offset to UTC and then treats it as being in the site's zone.
    """
    if "date" in page.fields:
        date = page.date
        if date is not None and date.tzinfo is not site.zone:
            date = in_zone(date, UTC)
    else:
        year, month, day = (named.get(key) or named.get(f"i_{key}", "") for key in ("year", "month", "day"))
        date = _day(year, month, day)
    date = None if date is None else date.replace(tzinfo=site.zone)
    return [date] if date is None else [date, in_zone(date, UTC)]


def _day(year: str, month: str, day: str) -> datetime | None:
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def _category(site: Site, page: Page) -> dict[str, str]:
    """The last of the nested categories; for several lists, the last depends on Hexo's database."""
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
