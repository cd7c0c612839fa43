"""Which articles a list holds, and why: one set of rules for searching, precomputed lists, pins and explanations.

`options.py` declares what a look-up may ask for, `rules.py` says what may not be in its list, `ranking.py` orders,
fills and shortens it, and a `Recommender` answers with it.
"""

from recommender.ranking.explanation import Explanation, SharedWord
from recommender.ranking.options import (
    CuratedOption,
    Excluded,
    FillOption,
    MaxAgeDays,
    MinScore,
    Options,
    ProviderCap,
    PublishedOption,
)
from recommender.ranking.ranking import Ranking
from recommender.ranking.recommender import Recommender
from recommender.ranking.rules import Candidates, Placement, Rules, Suggestion

__all__ = [
    "Candidates",
    "CuratedOption",
    "Excluded",
    "Explanation",
    "FillOption",
    "MaxAgeDays",
    "MinScore",
    "Options",
    "Placement",
    "ProviderCap",
    "PublishedOption",
    "Ranking",
    "Recommender",
    "Rules",
    "SharedWord",
    "Suggestion",
]
