"""The series that an article is a part of, and its number in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from recommender.articles.fields import fold_key, get_text, get_texts

# Keys of Hugo's and Pelican's themes and plugins, without case, dashes and underscores.
_NAME_KEYS = ("series", "seriesname", "seriestitle", "inseries")
_PART_KEYS = (
    *("seriesorder", "seriesweight", "seriesindex", "seriespart", "seriesnumber"),
    *("orderinseries", "part", "partnumber"),
)
_NAMES = frozenset(_NAME_KEYS)
# Keys of a series that is a mapping, as on some Jekyll sites.
_NESTED_NAME_KEYS = ("name", "id", "slug", "title")
_NESTED_PART_KEYS = ("index", "order", "part", "number", "weight")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


class Series(NamedTuple):
    """The series that an article is a part of, in lower case, and its part number, if declared."""

    names: tuple[str, ...] = ()
    part: float | None = None


NO_SERIES = Series()


@lru_cache(maxsize=1 << 12)
def _plain_key(key: str) -> str:
    return fold_key(key).replace(" ", "")


def get_series(fields: Mapping[str, object]) -> Series:
    """Read the series from a front matter: a text, a list, or a mapping with a name and a number."""
    if _NAMES.isdisjoint(map(_plain_key, fields)):  # most articles
        return NO_SERIES
    plain = {_plain_key(key): value for key, value in fields.items()}
    nested = plain.get("series")
    names: tuple[str, ...] = ()
    part = get_text(plain, *_PART_KEYS)
    if isinstance(nested, Mapping):
        name = get_text(nested, *_NESTED_NAME_KEYS)
        names = () if name is None else (name,)
        part = get_text(nested, *_NESTED_PART_KEYS) or part
    else:
        names = next((found for key in _NAME_KEYS if (found := get_texts(plain, key))), ())
    names = tuple(dict.fromkeys(" ".join(name.casefold().split()) for name in names))
    number = _NUMBER.search(part) if names and part is not None else None
    return Series(names, None if number is None else float(number.group()))
