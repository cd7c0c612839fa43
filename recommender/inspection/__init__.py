"""Inspection of a corpus: its contents, how they were read, the settings in force, and shortcomings with their cures.

`inspect` returns an `Inspection`: plain values that `recommender inspect`, `train` and the explorer show.
"""

from recommender.inspection.inspection import Inspection
from recommender.inspection.inspector import inspect
from recommender.inspection.settings_in_force import settings_in_force
from recommender.inspection.tables import Table, summary_of, tables_of
from recommender.inspection.tally import Tally
from recommender.inspection.text import as_lines, as_text, problem_lines

__all__ = [
    "Inspection",
    "Table",
    "Tally",
    "as_lines",
    "as_text",
    "inspect",
    "problem_lines",
    "settings_in_force",
    "summary_of",
    "tables_of",
]
