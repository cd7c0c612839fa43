"""How a date is read: which field holds it, and which moment it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from recommender.articles.fields import get_text

_DATE_KEYS = ("publishedDateTime", "date")
_SECONDS_A_DAY = 86_400.0


def get_date_text(fields: Mapping[str, object]) -> str | None:
    """The date as it was written; `published` counts where it holds a date and not a flag."""
    text = get_text(fields, *_DATE_KEYS)
    if text is None and (published := get_text(fields, "published")) and parse_date(published) is not None:
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
