"""A recommender as a table for notebooks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from recommender.settings import Settings


def as_table(name: str, days: NDArray[np.float64], settings: Settings) -> str:
    """An HTML table: the number of articles and their dates, then the settings that differ from the defaults.

    Args:
        days: float64 (articles,) when each was published, days since 1970-01-01 UTC; NaN where unknown.
    """
    values, defaults = settings.to_mapping(), Settings().to_mapping()
    changed = {setting: value for setting, value in values.items() if value != defaults[setting]}
    unchanged = {setting: value for setting, value in values.items() if setting not in changed}
    return Markup(
        "<table><caption>{}</caption><tbody>{}</tbody></table>"
        "<details><summary>{} other settings, at their defaults</summary><table><tbody>{}</tbody></table></details>"
    ).format(
        name,
        _rows([("articles", f"{len(days):,}"), ("published", _span(days)), *changed.items()]),
        len(unchanged),
        _rows(unchanged.items()),
    )


def _rows(pairs: Iterable[tuple[str, object]]) -> Markup:
    return Markup("").join(Markup("<tr><th>{}</th><td>{}</td></tr>").format(name, value) for name, value in pairs)


def _span(days: NDArray[np.float64]) -> str:
    """The first and the last date, and the number of undated articles."""
    dated = days[~np.isnan(days)]
    undated = f"{len(days) - len(dated):,} without a date" if len(dated) < len(days) else ""
    if not len(dated):
        return undated
    first, last = (np.datetime64(int(np.floor(day)), "D") for day in (dated.min(), dated.max()))
    return f"{first} to {last}{f', {undated}' if undated else ''}"
