"""The options of a look-up, declared once for keyword arguments, HTTP parameters and command-line options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias, TypedDict

from msgspec import Meta

from recommender.ranking.rules import Curated, Fill
from recommender.settings import Published

MinScore: TypeAlias = Annotated[float, Meta(ge=0, le=1, description="Minimum score of a suggestion.")]
CuratedOption: TypeAlias = Annotated[Curated, Meta(description="`first` puts the article's curated links first.")]
PublishedOption: TypeAlias = Annotated[
    Published, Meta(description="`only` leaves out articles that say `published: false`.")
]
Excluded: TypeAlias = Annotated[Sequence[str], Meta(description="IDs of articles to leave out of the list.")]
MaxAgeDays: TypeAlias = Annotated[
    float,
    Meta(
        ge=0,
        le=100_000,
        description="Leaves out articles that are more than this many days older than this one, and undated ones.",
    ),
]
ProviderCap: TypeAlias = Annotated[
    int, Meta(ge=1, le=100, description="Maximum number of suggestions of one provider.")
]

FillOption: TypeAlias = Annotated[
    Fill,
    Meta(
        description="Fills a list that is too short with the newest articles (`newest`), or the newest of the same "
        "section (`section`): the first category, or else the folder. Their score is 0."
    ),
]


class Options(TypedDict, total=False):
    """The options of a look-up besides its limit and the fields of its entries; see `Rules`."""

    min_score: MinScore | None
    curated: CuratedOption
    published: PublishedOption | None
    exclude: Excluded
    max_age_days: MaxAgeDays | None
    provider_cap: ProviderCap | None
    fill: FillOption | None
