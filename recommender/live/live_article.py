"""A live article, as the trained model under it sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.journal import PostedArticle
from recommender.search import Vector


@dataclass(frozen=True, slots=True)
class LiveArticle:
    """What is known of a live article for as long as its model stays.

    Attributes:
        article: without its pins and bans, which may name other live articles.
        replaced: the model's rows that it replaces.
        weight: as a candidate: that of a trained article with the same neighbours.
        sort_key: by which it stands in rank order among the model's articles, whose keys are their rows.
        nearest_rows, nearest_scores: int32 and float64 (list length,) the best of the model's articles for it, as
            precomputed lists have them.
    """

    posted: PostedArticle
    article: Article
    replaced: frozenset[int]
    vector: Vector
    weight: float
    sort_key: float
    nearest_rows: NDArray[np.int32]
    nearest_scores: NDArray[np.float64]
