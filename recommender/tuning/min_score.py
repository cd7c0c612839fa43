"""The minimum score from which suggestions are right as often as asked, calibrated on the curated lists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.errors import SettingsError
from recommender.ranking import Recommender
from recommender.tuning.candidates import DEPTH
from recommender.tuning.split import MIN_LISTS, CuratedLists
from recommender.tuning.tuning_result import TuningResult


def with_min_score(
    result: TuningResult, recommender: Recommender, lists: CuratedLists, precision: float
) -> TuningResult:
    """The result with the minimum score that gives a precision from 0 to 1.

    Raises:
        SettingsError: see `min_score_for`.
    """
    min_score = min_score_for(precision, recommender, lists)
    return replace(result, settings=replace(result.settings, min_score=min_score), precision=precision)


def min_score_for(precision: float, recommender: Recommender, lists: CuratedLists) -> float:
    """The score from which a suggestion is right with a probability of at least `precision`.

    A suggestion is right if editors linked it too. The probability is an isotonic regression on the score, over the
    ten best suggestions of every list.

    Raises:
        SettingsError: there are too few lists to estimate it, or no score is right so often.
    """
    if len(lists) < MIN_LISTS:
        raise SettingsError(
            f"a precision needs at least {MIN_LISTS} curated lists to be estimated from, and there are {len(lists)}"
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
    enough = np.sort(scores)[-MIN_LISTS:].min(initial=1.0)  # above this score there are too few to estimate from
    highest = probability[scores <= enough].max(initial=0.0)
    if highest < precision:
        raise SettingsError(
            f"no score is right as often as {precision:g}; the best are with {highest:.2f}: ask for less"
        )
    return float(scores[probability >= precision].min())
