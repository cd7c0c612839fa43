"""What a look-up may ask for, as keyword arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from recommender.ranking.rules import Curated
from recommender.settings import Published


class Options(TypedDict, total=False):
    """What a look-up may ask for beside the limit; see `Rules`."""

    min_score: float | None
    curated: Curated
    published: Published | None
    exclude: Sequence[str]
    max_age_days: float | None
    provider_cap: int | None
