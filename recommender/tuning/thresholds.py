"""Calibrates thresholds: the minimum similarity on random pairs, and the minimum score on curated lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recommender.articles import Article
from recommender.errors import SettingsError
from recommender.ranking import Recommender
from recommender.settings import Settings
from recommender.text import Documents, TfidfModel
from recommender.tuning.candidate_lists import DEPTH
from recommender.tuning.split import MIN_LISTS, CuratedLists
from recommender.tuning.term_weights import TermFactors
from recommender.tuning.tuning_result import TuningResult

_QUANTILE = 0.25  # share of random pairs with a lower similarity than the minimum
_SHORTEST = 0.01  # quantile of the vectors' lengths
_OF_FEW = 0.12  # for too few articles to take a quantile: nine of ten random pairs of news are below it
_OF_FEW_TEXTS = 0.07  # likewise with texts, of the mean squared length of vectors: short texts have short ones
_MIN_ARTICLES = 50
_MAX_ARTICLES = 2_000  # evenly spaced in rank order
_PAIRS = 20_000
_DIGITS = 2  # significant digits
_SEED = 0


def calibrate_min_similarity(articles: Sequence[Article], settings: Settings, term_factors: TermFactors) -> float:
    """The lowest quartile of the similarities of random pairs of articles that share a word, 0 to 1.

    Unrelated articles share only words that most texts contain. With texts, the similarities are scaled to those that a
    short article would have. If lists keep to one language, articles in different languages share no words and are not
    paired.

    Args:
        articles: in rank order.
        settings: for computing similarities.
        term_factors: factors of term weights, learnt from links, by field and term.
    """
    shown = [article for article in articles if not article.hidden]
    if len(shown) < _MIN_ARTICLES:
        return _least_of_few(shown, settings) if settings.language == "any" else 0.0  # each language has fewer still
    sample = [shown[row] for row in np.unique(np.linspace(0, len(shown) - 1, _MAX_ARTICLES, dtype=np.int64))]
    languages = [article.language or "" for article in sample]
    vectors = TfidfModel(settings=settings).fit_transform(Documents.of(sample), term_factors=term_factors)
    one, other = np.random.default_rng(_SEED).integers(0, len(sample), (2, _PAIRS))
    of = np.array(languages)
    pairs = (one != other) & ((of[one] == of[other]) | (settings.language == "any"))
    similarities = vectors[one[pairs]].multiply(vectors[other[pairs]]).sum(axis=1)
    if not (similarities > 0).any():
        return 0.0
    if settings.text_weight > 0:  # short texts have short vectors, whose lists must not be emptied by that alone
        lengths = np.sqrt(vectors.power(2).sum(axis=1))
        shortest = np.quantile(lengths[lengths > 0], _SHORTEST)
        similarities *= shortest / np.maximum(lengths[one[pairs]], shortest)
    return float(f"{np.quantile(similarities[similarities > 0], _QUANTILE):.{_DIGITS}g}")


def _least_of_few(articles: Sequence[Article], settings: Settings) -> float:
    if settings.text_weight == 0 or not articles:
        return _OF_FEW
    vectors = TfidfModel(settings=settings).fit_transform(Documents.of(articles))
    return float(f"{_OF_FEW_TEXTS * vectors.power(2).sum() / len(articles):.{_DIGITS}g}")


def with_min_score(
    result: TuningResult, recommender: Recommender, lists: CuratedLists, precision: float
) -> TuningResult:
    """The result with the minimum score that reaches a precision from 0 to 1.

    Raises:
        SettingsError: see `min_score_for`.
    """
    min_score = min_score_for(precision, recommender, lists)
    return replace(result, settings=replace(result.settings, min_score=min_score), precision=precision)


def min_score_for(precision: float, recommender: Recommender, lists: CuratedLists) -> float:
    """The lowest score at which a suggestion is correct with a probability of at least `precision`.

    A suggestion is correct if editors linked it too. The probability is an isotonic regression on the score over the
    ten best suggestions of every list.

    Raises:
        SettingsError: there are too few lists for an estimate, or no score reaches the precision.
    """
    if len(lists) < MIN_LISTS:
        raise SettingsError(
            f"estimating a precision needs at least {MIN_LISTS} curated lists, and there are {len(lists)}"
        )
    ids = sorted(lists)
    suggested = recommender.related_many(ids, limit=DEPTH, min_score=0.0, use_pins_and_bans=False)
    pairs = [
        (suggestion.score, suggestion.article.id in lists[id])
        for id, suggestions in zip(ids, suggested, strict=True)
        for suggestion in suggestions
    ]
    scores, right = np.array(pairs, np.float64).reshape(-1, 2).T
    from sklearn.isotonic import IsotonicRegression

    probability = IsotonicRegression(out_of_bounds="clip").fit_transform(scores, right)
    enough = np.sort(scores)[-MIN_LISTS:].min(initial=1.0)  # above this score there are too few for an estimate
    highest = probability[scores <= enough].max(initial=0.0)
    if highest < precision:
        raise SettingsError(
            f"no score reaches a precision of {precision:g}; the highest is {highest:.2f}: ask for less"
        )
    return float(scores[probability >= precision].min())
