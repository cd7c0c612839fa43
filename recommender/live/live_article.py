"""A live article, as seen by the trained model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.journal import PostedArticle
from recommender.search import Vector


@dataclass(frozen=True, slots=True)
class LiveArticle:
    """The properties of a live article under one model.

    Attributes:
        article: without its pins and bans, which may name other live articles; in the language that it is compared in.
        replaced: the model's rows that it replaces.
        query: the columns and values of its vector as a query.
        candidate: those of its vector as a candidate.
        weight: its weight as a candidate: that of a trained article with the same neighbours.
        sort_key: its place in rank order among the model's articles, whose sort keys are their rows.
        nearest_rows, nearest_scores: int32 and float64 (list length,) its best candidates among the model's articles,
            as in precomputed lists.
    """

    posted: PostedArticle
    article: Article
    replaced: frozenset[int]
    query: Vector
    candidate: Vector
    weight: float
    sort_key: float
    nearest_rows: NDArray[np.int32]
    nearest_scores: NDArray[np.float64]
