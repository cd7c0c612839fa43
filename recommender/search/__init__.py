"""Exact nearest neighbours by similarity and time: arrays in, arrays out."""

from recommender.search.decay import Decay
from recommender.search.hubs import (
    REACH,
    hub_weights,
    least_of,
    least_popularity,
    more_hub_weights,
    popularity_of_rows,
    weights_of,
)
from recommender.search.index import (
    HEADS,
    LEAST_BLOCK,
    Index,
    Neighbors,
    block_of,
    entered,
    levels_of,
    rows_of,
    scale_of,
)
from recommender.search.top_lists import WIDTH, ReadyLists

__all__ = [
    "HEADS",
    "LEAST_BLOCK",
    "REACH",
    "WIDTH",
    "Decay",
    "Index",
    "Neighbors",
    "ReadyLists",
    "block_of",
    "entered",
    "hub_weights",
    "least_of",
    "least_popularity",
    "levels_of",
    "more_hub_weights",
    "popularity_of_rows",
    "rows_of",
    "scale_of",
    "weights_of",
]
