"""All articles of a model by row, ID and address, memory-mapped and decoded on access."""

from recommender.catalogue.catalogue import (
    HAS_PINS_OR_BANS,
    HAS_WRITTEN_LIST,
    HIDDEN,
    PART_OF_SERIES,
    UNLISTED,
    UNPUBLISHED,
    Catalogue,
    encode_article,
    number_provider,
)
from recommender.catalogue.live_catalogue import LiveCatalogue
from recommender.catalogue.schedule import Schedule
from recommender.catalogue.string_index import PackedStrings, StringIndex
from recommender.catalogue.title_index import TitleIndex

__all__ = [
    "HAS_PINS_OR_BANS",
    "HAS_WRITTEN_LIST",
    "HIDDEN",
    "PART_OF_SERIES",
    "UNLISTED",
    "UNPUBLISHED",
    "Catalogue",
    "LiveCatalogue",
    "PackedStrings",
    "Schedule",
    "StringIndex",
    "TitleIndex",
    "encode_article",
    "number_provider",
]
