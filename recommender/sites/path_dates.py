"""Dates in paths: `2018-11-20-name.md`, `2018/11/20/name.md`, `2018/11-20-name.md`."""

from __future__ import annotations

import re
from datetime import date

# The whole date in one part of the path, or parted by folders; what follows the day is no further digit.
_DATE = re.compile(r"(?:^|/)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=[-_/.T]|$)")


def find_date_in_path(path: str) -> date | None:
    """The last day that a path names, of those that exist."""
    found = None
    for match in _DATE.finditer(path):
        year, month, day = map(int, match.groups())
        try:
            found = date(year, month, day)
        except ValueError:
            continue
    return found
