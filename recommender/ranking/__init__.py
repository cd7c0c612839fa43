"""Which articles a list holds, and why: one set of rules for searching, precomputed lists, pins and explanations."""

from recommender.ranking.explanation import Explanation, SharedWord
from recommender.ranking.live_overlay import LiveOverlay
from recommender.ranking.options import Options
from recommender.ranking.recommender import Recommender
from recommender.ranking.rules import Placement, Suggestion

__all__ = [
    "Explanation",
    "LiveOverlay",
    "Options",
    "Placement",
    "Recommender",
    "SharedWord",
    "Suggestion",
]
