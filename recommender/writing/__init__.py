"""Writes related lists into the files of a corpus, under the site's own key and in its own shape, and no other byte.

An `Enrichment` learns a site's `ListStyle` (the key and formatting of its lists) and `ListShape` (the kind of their
items). An `Edit` changes one front matter and checks, by parsing it again, that every other value is unchanged. A
`FileWriter` records the list in `.related.lock` and then writes the file.
"""

from recommender.writing.edit import (
    Edit,
    EditRequest,
    LeftAloneError,
    check_lists,
    lines_around,
    make_edit,
    require_one_hard_link,
)
from recommender.writing.enrichment import Enrichment, Mode
from recommender.writing.file_writer import write_edit
from recommender.writing.list_shape import SHAPES, ListShape, kind_of
from recommender.writing.list_style import ListStyle
from recommender.writing.outcome import Action, Outcome
from recommender.writing.removal import Removal
from recommender.writing.toml_style import format_toml_entry, format_toml_text, put_into_toml
from recommender.writing.yaml_style import ListItem, YamlStyle

__all__ = [
    "SHAPES",
    "Action",
    "Edit",
    "EditRequest",
    "Enrichment",
    "LeftAloneError",
    "ListItem",
    "ListShape",
    "ListStyle",
    "Mode",
    "Outcome",
    "Removal",
    "YamlStyle",
    "check_lists",
    "format_toml_entry",
    "format_toml_text",
    "kind_of",
    "lines_around",
    "make_edit",
    "put_into_toml",
    "require_one_hard_link",
    "write_edit",
]
