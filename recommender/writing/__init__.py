"""Writes related lists into the files of a corpus, under the site's own key and in its own shape, and no other byte.

An `Enrichment` learns the `ListStyle` of a site, under which key its lists stand and how they are formatted, and the
`ListShape` of their items. An `Edit` puts a list in its place, and a `FileWriter` writes it, but only if every other
value of the front matter, parsed again, is unchanged, and only after the list has been recorded in `.related.lock`.
"""

from recommender.writing.edit import Edit, EditRequest, LeftAloneError, make_edit
from recommender.writing.enrichment import Enrichment, Mode
from recommender.writing.list_shape import SHAPES, ListShape
from recommender.writing.list_style import ListStyle
from recommender.writing.outcome import Action, Outcome
from recommender.writing.removal import Removal
from recommender.writing.toml_style import format_toml_entry, format_toml_text
from recommender.writing.yaml_style import YamlStyle

__all__ = [
    "SHAPES",
    "Action",
    "Edit",
    "EditRequest",
    "Enrichment",
    "LeftAloneError",
    "ListShape",
    "ListStyle",
    "Mode",
    "Outcome",
    "Removal",
    "YamlStyle",
    "format_toml_entry",
    "format_toml_text",
    "make_edit",
]
