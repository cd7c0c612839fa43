"""Tunes settings and term weights on a corpus's links, or time decay alone on its rhythm if there are too few links.

Settings averaged over a grid must win on the newest lists; other changes must be significant (`significance.py`, which
also holds the permutation test of `evaluation`).
"""

from recommender.tuning.rhythm import estimate_rhythm
from recommender.tuning.settings_search import GRID, tune
from recommender.tuning.significance import is_significant, permutation_p_value
from recommender.tuning.split import (
    MAX_LINKS,
    MAX_LISTS,
    MIN_LISTS,
    CuratedLists,
    Evidence,
    Split,
    lists_of,
    without_long_lists,
)
from recommender.tuning.term_weights import TermFactors, TermWeightObjective, learn_term_factors
from recommender.tuning.thresholds import calibrate_min_similarity, min_score_for, with_min_score
from recommender.tuning.tuning_context import TuningContext
from recommender.tuning.tuning_result import TuningResult

__all__ = [
    "GRID",
    "MAX_LINKS",
    "MAX_LISTS",
    "MIN_LISTS",
    "CuratedLists",
    "Evidence",
    "Split",
    "TermFactors",
    "TermWeightObjective",
    "TuningContext",
    "TuningResult",
    "calibrate_min_similarity",
    "estimate_rhythm",
    "is_significant",
    "learn_term_factors",
    "lists_of",
    "min_score_for",
    "permutation_p_value",
    "tune",
    "with_min_score",
    "without_long_lists",
]
