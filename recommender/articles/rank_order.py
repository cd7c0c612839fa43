"""Rank order, which breaks ties: newer articles first, articles without a date last, then by ID."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recommender.articles.article import Article


def in_rank_order(articles: Iterable[Article]) -> list[Article]:
    """The articles sorted by `rank_key`."""
    return sorted(articles, key=rank_key)


def rank_key(article: Article) -> tuple[bool, float, str]:
    """Sort key: newer articles first, articles without a date last, then by ID."""
    return article.published_at is None, -(article.published_at or 0.0), article.id


def published_days(articles: Iterable[Article]) -> NDArray[np.float64]:
    """Publication times in days since 1970-01-01 UTC, float64 (articles,); NaN where unknown."""
    return np.array([article.published_at for article in articles], np.float64)
