"""Writes related lists into the files of a corpus: the `related` block of each, and no other byte.

A file is written only if every other value of its front matter, parsed again, is unchanged, and only after the list
has been recorded in `.related.lock`.
"""

from recommender.writing.edit import Edit, EditRequest, make_edit
from recommender.writing.enrichment import Action, Enrichment, Mode, Outcome
from recommender.writing.yaml_style import YamlStyle

__all__ = [
    "Action",
    "Edit",
    "EditRequest",
    "Enrichment",
    "Mode",
    "Outcome",
    "YamlStyle",
    "make_edit",
]
