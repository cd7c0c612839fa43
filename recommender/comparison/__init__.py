"""The lists of two recommenders side by side: how many differ and by how much, and which of them are better.

Rank-biased overlap measures how similar two lists are, curated links show which one agrees more with editors, and blind
trials which one people prefer. Only articles that readers may see now are compared and named.
"""

from recommender.comparison.blind_trials import Tally, draw_trials
from recommender.comparison.list_comparison import ListComparison
from recommender.comparison.overlap import rank_biased_overlap

__all__ = [
    "ListComparison",
    "Tally",
    "draw_trials",
    "rank_biased_overlap",
]
