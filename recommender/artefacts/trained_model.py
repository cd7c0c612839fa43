"""A trained model: what an artefact holds and a recommender answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recommender.catalogue import Catalogue
from recommender.search import Index, ReadyLists
from recommender.settings import Settings
from recommender.text import TfidfModel


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained model; rows are the same in all of its parts.

    Attributes:
        top_lists: precomputed lists; `None` where every look-up searches.
        read_tfidf: reads the terms and their weights, which look-ups of articles need not wait for.
    """

    catalogue: Catalogue
    index: Index
    top_lists: ReadyLists | None
    read_tfidf: Callable[[], TfidfModel]
    settings: Settings
