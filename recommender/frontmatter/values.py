"""`Value`: a value of front matter, in any format."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TypeAlias

Value: TypeAlias = "str | list[Value] | dict[str, Value]"


def as_texts(value: object) -> Value:
    """Values with every scalar as text: false is "false", null is "", and a date is in ISO 8601.

    Raises:
        RecursionError: the values are nested too deep.
    """
    if isinstance(value, dict):
        return {str(key): as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime | time):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)
