"""All articles of a model by row, ID and address, mapped from files and decoded when they are asked for."""

from recommender.catalogue.catalogue import HIDDEN, UNPUBLISHED, WISHES, Catalogue, row_of
from recommender.catalogue.string_index import Buckets, Keys, Texts
from recommender.catalogue.title_search import Titles

__all__ = [
    "HIDDEN",
    "UNPUBLISHED",
    "WISHES",
    "Buckets",
    "Catalogue",
    "Keys",
    "Texts",
    "Titles",
    "row_of",
]
