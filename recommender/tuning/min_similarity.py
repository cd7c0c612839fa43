"""The least similarity of what is suggested, calibrated on pairs of random articles: no links are needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.articles import Article
from recommender.settings import Settings
from recommender.text import TfidfModel
from recommender.tuning.term_weights import TermFactors

_QUANTILE = 0.25  # of random pairs have less in common than what may be suggested
_OF_FEW = 0.12  # nine of ten random pairs of news have less; of a few articles no quantile tells anything
_MIN_ARTICLES = 50
_MAX_ARTICLES = 2_000  # evenly spaced in rank order
_PAIRS = 20_000
_DIGITS = 2  # significant digits
_SEED = 0


def calibrate_min_similarity(articles: Sequence[Article], settings: Settings, term_factors: TermFactors) -> float:
    """The similarity that a quarter of the pairs of random articles with a word in common stay below, 0 to 1.

    What two articles on nothing alike have in common are words that most texts have. Two of different languages have
    no words in common where lists keep to one language, and are no pair then.

    Args:
        articles: in rank order.
        settings: with which they are compared.
        term_factors: by field and term, what links have taught to multiply its weight by.
    """
    shown = [article for article in articles if not article.hidden]
    if len(shown) < _MIN_ARTICLES:
        return _OF_FEW if settings.language == "any" else 0.0  # of each language there are fewer still
    sample = [shown[row] for row in np.unique(np.linspace(0, len(shown) - 1, _MAX_ARTICLES, dtype=np.int64))]
    languages = [article.language or "" for article in sample]
    vectors = TfidfModel(settings=settings).fit_transform(
        [article.title for article in sample],
        [article.excerpt for article in sample],
        [article.text for article in sample],
        [article.topics for article in sample],
        languages=languages,
        term_factors=term_factors,
    )
    one, other = np.random.default_rng(_SEED).integers(0, len(sample), (2, _PAIRS))
    of = np.array(languages)
    pairs = (one != other) & ((of[one] == of[other]) | (settings.language == "any"))
    similarities = vectors[one[pairs]].multiply(vectors[other[pairs]]).sum(axis=1)
    similarities = similarities[similarities > 0]
    return float(f"{np.quantile(similarities, _QUANTILE):.{_DIGITS}g}") if len(similarities) else 0.0
