"""The file stem of an article: date and title."""

from __future__ import annotations

import re
import unicodedata


def make_dated_slug(title: str, date: str | None) -> str:
    """Make the file stem of an article: `YYYY-MM-DD-slugified-title`.

    ASCII letters, digits and hyphens are kept, other characters are dropped, and words are joined by one hyphen. If
    nothing is left of the title, the letters and digits of its own script are kept instead.
    """
    lowered = unicodedata.normalize("NFC", title.lower())
    kept = re.sub(r"[^a-z0-9\s-]", "", lowered)
    if not re.search(r"[a-z0-9]", kept):
        kept = re.sub(r"[^\w\s-]|_", "", lowered)
    slug = re.sub(r"[\s-]+", "-", kept).strip("-")
    day = re.match(r"\d{4}-\d\d-\d\d", date.strip()) if date else None
    return "-".join(part for part in (day and day.group(), slug) if part)
