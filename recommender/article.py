"""An article, and the entry it becomes in other articles' lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

Entry: TypeAlias = dict[str, Any]
"""The public face of an article, its keys in the contract's order. Nothing else of an article ever leaves."""

# One place of an entry a row: the spellings it is read in, first come first, and the key it is given.
_LINK_KEYS = (
    {"sourceUrl": "sourceUrl", "webUrl": "webUrl", "originalUrl": "webUrl"},
    {"ampUrl": "ampUrl", "ampWebUrl": "ampWebUrl"},
    {"cdnAmpUrl": "cdnAmpUrl", "cdnAmpWebUrl": "cdnAmpWebUrl"},
)
_URL_KEYS = ("sourceUrl", "webUrl", "originalUrl")
_EXCERPT_KEYS = ("excerpt", "abstract", "description", "summary")
_DATE_KEYS = ("publishedDateTime", "date")
_HIDING_KEYS = ("draft", "removed", "deleted")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}")
_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: its ID, its public face, and what ranking and look-ups need to know.

    Attributes:
        published_at: days since 1970-01-01 UTC; `None` where the article has no date that can be read.
        urls: every address it is known by, normalised (`normalise_url`).
        names: every ID that answers for it, its own first.
        hidden: a draft, or withdrawn: never suggested.
        published: the site's own flag; `False` is suggested unless `published="only"` is asked for.
        pinned: the IDs that its own list begins with, whatever their scores.
        banned: the IDs that its own list never holds.
    """

    id: str
    entry: Entry
    published_at: float | None = None
    urls: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=())
    hidden: bool = False
    published: bool = True
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return str(self.entry["title"])

    @property
    def excerpt(self) -> str:
        """The excerpt, or an empty text."""
        return str(self.entry.get("excerpt", ""))


def text_of(fields: Mapping[str, object], *keys: str) -> str | None:
    """The first of `keys` that holds a text; an empty one and YAML's nulls count as absent."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip() not in _NULLS:
            return value
    return None


def title_of(fields: Mapping[str, object]) -> str | None:
    """The title as it was written; unlike other fields, the word `null` is a title."""
    title = fields.get("title")
    return title if isinstance(title, str) and title.strip() else None


def entry_from(fields: Mapping[str, object], title: str) -> Entry:
    """Build an entry from a front matter's fields or from an entry of a `related` list."""
    entry: Entry = {"title": title}
    _put(entry, "excerpt", text_of(fields, *_EXCERPT_KEYS))
    _put(entry, "publishedDateTime", date_text(fields))
    for spellings in _LINK_KEYS:
        spelling = next((key for key in spellings if text_of(fields, key) is not None), None)
        if spelling is not None:
            entry[spellings[spelling]] = text_of(fields, spelling)
    _put(entry, "type", text_of(fields, "type"))
    _put(entry, "provider", _provider(fields.get("provider")))
    _put(entry, "quality", _number(text_of(fields, "quality")))
    _put(entry, "images", _images(fields.get("images")))
    return entry


def _put(entry: Entry, key: str, value: object) -> None:
    if value is not None:
        entry[key] = value


def _provider(value: object) -> Entry | None:
    fields = {"name": value} if isinstance(value, str) else value
    if not isinstance(fields, Mapping):
        return None
    provider = {key: text for key in ("name", "domain") if (text := text_of(fields, key)) is not None}
    return provider or None


def _images(value: object) -> list[Entry] | None:
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, Mapping) or (url := text_of(first, "url")) is None:
        return None
    image: Entry = {"url": url}
    for key in ("width", "height"):
        _put(image, key, _number(text_of(first, key)))
    return [image]


def _number(text: str | None) -> int | str | None:
    return int(text) if text is not None and _WHOLE_NUMBER.fullmatch(text) else text


def date_text(fields: Mapping[str, object]) -> str | None:
    """The date as it was written; `published` counts where it holds a date and not a flag."""
    text = text_of(fields, *_DATE_KEYS)
    if text is None and (published := text_of(fields, "published")) and parse_date(published) is not None:
        return published
    return text


def parse_date(text: str | None) -> float | None:
    """Days since 1970-01-01 UTC of an ISO 8601 date or time, or `None`; without an offset it is taken as UTC."""
    if text is None:
        return None
    try:
        # YAML allows blanks before the offset, ISO 8601 does not.
        moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text.strip()))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / _SECONDS_A_DAY


def is_hidden(fields: Mapping[str, object]) -> bool:
    """Whether the editors keep it from readers: a draft, removed or deleted."""
    return any(_is_yes(fields.get(key)) for key in _HIDING_KEYS)


def is_published(fields: Mapping[str, object]) -> bool:
    """Whether `published` says anything but no."""
    return not is_no(fields.get("published"))


def is_no(value: object) -> bool:
    """Whether a value says no, in YAML 1.1's words."""
    return isinstance(value, str) and value.strip().lower() in ("false", "no", "off")


def _is_yes(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in ("true", "yes", "on")


def normalise_url(url: str) -> str:
    """An address without scheme, `www.`, fragment and trailing slash, its host in lower case: what is compared."""
    rest = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", url.strip()).partition("#")[0]
    host, slash, path = rest.partition("/")
    return (host.lower().removeprefix("www.") + slash + path).rstrip("/")


def urls_of(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Every address of an article, normalised, without repetition."""
    texts = (text_of(fields, key) for key in _URL_KEYS)
    return tuple(dict.fromkeys(url for text in texts if text and (url := normalise_url(text))))


def dated_slug(title: str, date: str | None) -> str:
    """The stem that the site would give to the file of an article: `YYYY-MM-DD-slugified-title`.

    The site keeps ASCII letters, digits and hyphens, drops every other character without a substitute, and joins words
    by one hyphen; a title that leaves nothing keeps the letters and digits of its own script.
    """
    lowered = unicodedata.normalize("NFC", title.lower())
    kept = re.sub(r"[^a-z0-9\s-]", "", lowered)
    if not re.search(r"[a-z0-9]", kept):
        kept = re.sub(r"[^\w\s-]|_", "", lowered)
    slug = re.sub(r"[\s-]+", "-", kept).strip("-")
    day = re.match(r"\d{4}-\d\d-\d\d", date.strip()) if date else None
    return "-".join(part for part in (day and day.group(), slug) if part)


def link_of(entry: Entry) -> str | None:
    """The address of an entry, whichever key the site spells it with."""
    return next((str(entry[key]) for key in ("sourceUrl", "webUrl") if key in entry), None)
