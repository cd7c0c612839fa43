"""All articles of a model by row, ID and address, mapped from files and decoded when they are asked for."""

from recommender.catalogue.catalogue import HAS_PINS_OR_BANS, HIDDEN, UNPUBLISHED, Catalogue, row_of
from recommender.catalogue.string_index import Buckets, Keys, Texts
from recommender.catalogue.title_search import Titles

__all__ = [
    "HAS_PINS_OR_BANS",
    "HIDDEN",
    "UNPUBLISHED",
    "Buckets",
    "Catalogue",
    "Keys",
    "Texts",
    "Titles",
    "row_of",
]
