"""Reads dates: finds the field that holds one, and parses it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.articles.fields import get_text

DATE_KEYS = (
    "publishedDateTime",
    "date",
    "pubDate",
    "publishDate",
    "publishedAt",
    "publicationDate",
    "datePublished",
    "date_published",
    "published_at",
    "published_date",
    "created",
    "created_at",
    "createdAt",
    "dateCreated",
)
"""The keys of the date, by precedence; `OTHER_DATE_KEYS` follow."""

OTHER_DATE_KEYS = (
    "published",
    "pubDatetime",
    "publishedDate",
    "publishedOn",
    "createdDate",
    "createdOn",
    "postDate",
    "postedOn",
    "datetime",
    "releaseDate",
)
"""Keys that are synonyms of `publishedDateTime`, if their value is a date and not a flag."""

_SECONDS_A_DAY = 86_400.0
_BLANK_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$|Z$)")  # YAML allows it, ISO 8601 does not
_PLAIN_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")  # the most common
_MAX_LENGTH = 64
_DIGITS_FIRST = re.compile(r"\d{1,2}\D+\d{1,2}\D")
_UTC_BEFORE_OFFSET = re.compile(r"(?:UTC|GMT)(?=[+-]\d)")  # after it, dateutil inverts the offset's sign, as POSIX does
# Go, JavaScript and Java print the zone's name after its offset.
_NAME_AFTER_OFFSET = re.compile(r"(?<=\d)(\s*[+-]\d\d:?\d\d)\s*(?:\([^()]*\)|\[[^\[\]]*\]|[A-Z]{3,5})$")
_ZONE_OF_A_CITY = re.compile(r"\s+([A-Z][A-Za-z]+(?:/[A-Z][\w+-]+){1,2})$")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_SECONDS_SINCE_1970 = re.compile(r"(\d{9,10})(\d{3})?")
# Zones of RFC 822, and other unambiguous zone names.
_ZONES = {"UT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "JST": 9, "AEST": 10, "AEDT": 11}
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


def get_date(fields: Mapping[str, object], keys: Sequence[str] = ()) -> tuple[str, str] | None:
    """The key and the text of the date, as written; `None` if there is none.

    Args:
        keys: the site's own keys, which precede the common ones.
    """
    for key in chain(keys, DATE_KEYS):
        value = fields.get(key)
        # Material for MkDocs has several dates under one key.
        text = get_text(value, "created") if isinstance(value, dict) else get_text(fields, key)
        if text is not None:
            return key, text
    others = (get_text(fields, key) for key in OTHER_DATE_KEYS)
    found = next((text for text in others if text is not None and parse_moment(text) is not None), None)
    return None if found is None else ("publishedDateTime", found)


def parse_date(text: str | None, zone: tzinfo = UTC) -> float | None:
    """Days since 1970-01-01 UTC of a date or time, or `None`; without an offset it is in `zone`."""
    moment = None if text is None else parse_moment(text, zone)
    return None if moment is None else days_since_1970(moment)


def days_since_1970(moment: datetime) -> float:
    """Days since 1970-01-01 UTC; a naive `datetime` is taken as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() / _SECONDS_A_DAY


def parse_moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Parse a date or time, with its own offset or else in `zone`; `None` if it is not one, or ambiguous.

    Formats are ISO 8601, seconds or milliseconds since 1970, and whatever else `dateutil` parses, if it states year,
    month and day unambiguously.
    """
    stripped = text.strip()
    if not _PLAIN_ISO.fullmatch(stripped):
        stripped = _EAST_ASIAN.sub(r"\1-\2-\3", stripped)
        if since := _SECONDS_SINCE_1970.fullmatch(stripped):
            return datetime.fromtimestamp(int(since[1]), UTC)
        stripped = _NAME_AFTER_OFFSET.sub(r"\1", _UTC_BEFORE_OFFSET.sub("", stripped))
        if city := _ZONE_OF_A_CITY.search(stripped):
            try:
                stripped, zone = stripped[: city.start()], ZoneInfo(city[1])
            except ZoneInfoNotFoundError:
                return None
    try:
        moment = datetime.fromisoformat(_BLANK_BEFORE_OFFSET.sub("", stripped))
    except ValueError:
        found = None if is_ambiguous_date(stripped) else _parse_loosely(stripped, day_first=False)
        if found is None:
            return None
        moment = found
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def is_ambiguous_date(text: str) -> bool:
    """Whether a date such as 01/02/2018 could mean two days, depending on which number is the month."""
    if not _DIGITS_FIRST.match(text.strip()):
        return False
    days = [_parse_loosely(text.strip(), day_first=first) for first in (False, True)]
    return None not in days and days[0] != days[1]


def _parse_loosely(text: str, *, day_first: bool) -> datetime | None:
    if len(text) > _MAX_LENGTH or not re.search(r"\d{4}", text):
        return None
    from dateutil import parser

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # dateutil only warns of an unknown time zone
            one, other = (
                parser.parse(text, default=default, dayfirst=day_first, tzinfos=_zone) for default in _DEFAULTS
            )
    except (ValueError, OverflowError, TypeError, Warning):
        return None
    return one if one == other else None


def _zone(name: str | None, offset: int | None) -> int | None:
    """Seconds east of UTC, for `dateutil`."""
    if offset is not None or name is None:
        return offset
    if name not in _ZONES:
        raise ValueError(f"{name} is the name of several time zones, or of none")
    return 3600 * _ZONES[name]
