"""All articles of a model in columns: the quality of each list, how often each is suggested, and labels for filtering.

`Overview.of` computes the columns, `Selection` filters and sorts them, `Figures` summarises them.
"""

from recommender.overview.figures import Bin, Figures, Period
from recommender.overview.judged import JudgedArticles, JudgedColumns
from recommender.overview.overview import Overview
from recommender.overview.overview_cache import OverviewCache
from recommender.overview.selection import Selection, Sort
from recommender.overview.states import STATES, StateName

__all__ = [
    "STATES",
    "Bin",
    "Figures",
    "JudgedArticles",
    "JudgedColumns",
    "Overview",
    "OverviewCache",
    "Period",
    "Selection",
    "Sort",
    "StateName",
]
