"""Dates in paths: `2018-11-20-name.md`, `2018/11/20/name.md`, `2018/11-20-name.md`, `2018_11_20.md`, `20181120.md`."""

from __future__ import annotations

import re
from datetime import date

# The whole date in one part of the path, or split across folders. No digit follows the day, except a time of four or
# six digits after a date without separators.
_DATE = re.compile(
    r"(?:^|/)(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{4})([_.])(\d{1,2})\5(\d{1,2})|((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{4}(?:\d\d)?)?)"
    r"(?=[-_/.T ]|$)"
)


def find_date_in_path(path: str) -> date | None:
    """The last valid date in a path, if any."""
    found = None
    for match in _DATE.finditer(path):
        year, month, day = (int(part) for part in match.groups() if part is not None and part.isdigit())
        try:
            found = date(year, month, day)
        except ValueError:
            continue
    return found
