"""Which articles a list holds, and why: one set of rules for searching, precomputed lists, pins and explanations.

`options.py` declares the options of a look-up, `rules.py` decides what lists may hold, `ranking.py` orders, fills and
shortens lists, and a `Recommender` answers with them.
"""

from recommender.ranking.explanation import Explanation, SharedWord
from recommender.ranking.options import (
    CuratedOption,
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
