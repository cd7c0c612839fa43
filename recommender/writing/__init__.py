"""Lists into the files of a corpus: the `related` block of each, and no other byte."""

from recommender.writing.edit import Edit, Wish, edit_of
from recommender.writing.enrichment import Action, Enrichment, Mode, Outcome
from recommender.writing.yaml_style import Hand

__all__ = [
    "Action",
    "Edit",
    "Enrichment",
    "Hand",
    "Mode",
    "Outcome",
    "Wish",
    "edit_of",
]
