"""An editor's changes to one article's list: to its links, pins and bans, one act at a time.

A `Curation` holds an editor's choices, and `Curation.after` applies an act to them, as a pure function. A `CuratedFile`
is the article's current file, and can put a curation into its front matter. A `Curator` writes such edits and undoes
them, as safely as `recommender.writing`; the lists that it writes count as curated.
"""

from recommender.curation.curated_file import CuratedFile
from recommender.curation.curation import Act, ActError, ActName, Curation
from recommender.curation.curator import Curator, WrittenChange
from recommender.curation.model_lists import format_changed_lists, style_of, trained_curation
from recommender.curation.resolution import ArticleFinder

__all__ = [
    "Act",
    "ActError",
    "ActName",
    "ArticleFinder",
    "CuratedFile",
    "Curation",
    "Curator",
    "WrittenChange",
    "format_changed_lists",
    "style_of",
    "trained_curation",
]
