"""Every article of a model in columns: which list it has, how often it is suggested, and what it is filtered by.

`Overview.of` computes the columns, `Selection` filters and sorts them, `Figures` sums them up.
"""

from recommender.overview.figures import Bin, Figures, Period
from recommender.overview.labels import NONE, Labels
from recommender.overview.overview import Overview
from recommender.overview.overviews import Overviews
from recommender.overview.selection import Selection, Sort
from recommender.overview.states import STATES, StateName

__all__ = [
    "NONE",
    "STATES",
    "Bin",
    "Figures",
    "Labels",
    "Overview",
    "Overviews",
    "Period",
    "Selection",
    "Sort",
    "StateName",
]
