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
# Keys of a series that is a mapping, as on some Jekyll sites.
_NESTED_NAME_KEYS = ("name", "id", "slug", "title")
_NESTED_PART_KEYS = ("index", "order", "part", "number", "weight")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


class Series(NamedTuple):
    """The series that an article is a part of, in lower case, and its part number, if declared."""

    names: tuple[str, ...] = ()
    part: float | None = None


NO_SERIES = Series()


def get_series(fields: Mapping[str, object]) -> Series:
    """Read the series from a front matter: a text, a list, or a mapping with a name and a number."""
    if not _may_name_series(tuple(fields)):
        return NO_SERIES
    plain = {fold_key(key).replace(" ", ""): value for key, value in fields.items()}
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


@lru_cache(maxsize=1 << 12)  # many files of a site have the same keys
def _may_name_series(keys: tuple[str, ...]) -> bool:
    return not {fold_key(key).replace(" ", "") for key in keys}.isdisjoint(_NAME_KEYS)
