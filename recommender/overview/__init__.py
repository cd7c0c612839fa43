"""All articles of a model in columns: the quality of each list, how often each is suggested, and labels for filtering.

`Overview.of` computes the columns, `Selection` filters and sorts them, `Figures` summarises them.
"""

from recommender.overview.bands import LINK_COUNTS, LINK_DAYS, LinkCount, LinkDays
from recommender.overview.figures import Bin, Figures, Period
from recommender.overview.labels import NONE, Labels
from recommender.overview.overview import Overview
from recommender.overview.overviews import Overviews
from recommender.overview.selection import Selection, Sort
from recommender.overview.states import STATES, StateName

__all__ = [
    "LINK_COUNTS",
    "LINK_DAYS",
    "NONE",
    "STATES",
    "Bin",
    "Figures",
    "Labels",
    "LinkCount",
    "LinkDays",
    "Overview",
    "Overviews",
    "Period",
    "Selection",
    "Sort",
    "StateName",
]
