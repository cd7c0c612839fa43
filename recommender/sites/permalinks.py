"""Permalink patterns, such as `/:year/:month/:title/`, and slugs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import regex

_LATIN = str.maketrans(
    {"ß": "ss", "ẞ": "Ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H"}
)
_ORIGIN = re.compile(r"\w[\w+.-]*://[^/?#]*")
_TOKEN = re.compile(r":(\w+)")


def expand(pattern: str, date: datetime | None, values: Mapping[str, str]) -> str | None:
    """Expand a pattern to an address that begins with `/`; `None` if a token's value is unknown.

    Args:
        date: for `:year`, `:month`, `:day`, `:hour`, `:minute`, `:second`, `:i_month`, `:i_day`, `:short_year`,
            `:short_month`, `:long_month`, `:y_day`, `:week`, `:w_year`, `:w_day`, `:short_day` and `:long_day`.
        values: of all other tokens.
    """
    known = {**_dates(date), **values}
    names = sorted(map(re.escape, known), key=len, reverse=True)
    found = re.compile(f":({'|'.join(names)})") if names else _TOKEN
    if _TOKEN.search(found.sub("/", pattern)):
        return None
    address = found.sub(lambda match: known[match[1]], pattern)
    return "/" + re.sub(r"/{2,}", "/", address).lstrip("/")


def slugify(text: str, *, keep_case: bool = False, keep: str = "") -> str:
    """Keep letters, marks and digits of any script and the characters in `keep`; replace other runs by a hyphen."""
    slug = regex.sub(rf"[^\p{{L}}\p{{M}}\p{{Nd}}{regex.escape(keep)}]+", "-", text).strip("-")
    return slug if keep_case else slug.lower()


def escape(address: str) -> str:
    """Percent-encode characters that addresses may not contain; existing escapes stay."""
    return quote(address, safe="/%$&+,:;=@!*'()~?#")


def join_base_url(url: str, folder: str) -> str:
    """The base URL of a site in a folder of a host, without a trailing slash; the host may be unknown."""
    host = url.strip().rstrip("/") if "://" in url else ""
    return f"{host}/{folder.strip().strip('/')}".rstrip("/")


def origin_of(url: str) -> str:
    """The scheme and host of an absolute address, such as `https://bees.example`; empty if it has none."""
    found = _ORIGIN.match(url)
    return found[0] if found else ""


def zone_of(name: str) -> tzinfo:
    """The time zone with a name such as `Europe/Berlin`; if unknown, UTC, in which most sites are built."""
    try:
        return ZoneInfo(name) if name else UTC
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC


def in_zone(date: datetime, zone: tzinfo) -> datetime | None:
    """A date in another time zone; `None` if it would be outside the years 1 to 9999."""
    try:
        return date.astimezone(zone)
    except OverflowError:
        return None


def spell_in_ascii(text: str) -> str | None:
    """Transliterate Latin letters and dashes to ASCII, keeping other punctuation.

    `None` if the text has letters of other scripts or symbols, for which transliteration tables differ.
    """
    signs = unicodedata.normalize("NFKD", text.translate(_LATIN))
    spelt = "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in signs if not _is_mark(sign))
    is_known = all(sign.isascii() or unicodedata.category(sign)[0] in "PZ" for sign in spelt)
    return spelt if is_known else None


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"


def texts_of(fields: Mapping[str, object], key: str, *, separator: str | None) -> list[str]:
    """The texts of a list, or of a single text that is split by a separator."""
    value = fields.get(key)
    if isinstance(value, str):
        parts = [value] if separator is None else value.split(None if separator == " " else separator)
        return [part.strip() for part in parts if part.strip()]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _dates(date: datetime | None) -> dict[str, str]:
    if date is None:
        return {}
    return {
        "year": f"{date:%Y}".zfill(4),
        "short_year": f"{date:%y}",
        "month": f"{date:%m}",
        "i_month": str(date.month),
        "short_month": f"{date:%b}",
        "long_month": f"{date:%B}",
        "day": f"{date:%d}",
        "i_day": str(date.day),
        "y_day": f"{date:%j}",
        "week": f"{date:%V}",
        "w_year": f"{date:%G}",
        "w_day": str(date.isoweekday()),
        "short_day": f"{date:%a}",
        "long_day": f"{date:%A}",
        "hour": f"{date:%H}",
        "minute": f"{date:%M}",
        "second": f"{date:%S}",
    }
