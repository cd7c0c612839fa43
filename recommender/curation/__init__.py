"""What an editor decides of one article's list: links, pins and bans, changed one act at a time.

A `Curation` is that decision, and `Curation.after` what an act makes of it, list in, list out. A `CuratedFile` is the
article's file as it is at the moment, and puts a curation into its front matter. A `Curator` writes and takes back,
with the care of `recommender.writing`: what it writes is the editor's, and no longer this program's.
"""

from recommender.curation.curated_file import CuratedFile, ListedItem
from recommender.curation.curation import ACTS, Act, ActError, ActName, Curation
from recommender.curation.curator import Curator, WrittenChange
from recommender.curation.model_lists import format_changed_lists, style_of, trained_curation
from recommender.curation.resolution import find_article

__all__ = [
    "ACTS",
    "Act",
    "ActError",
    "ActName",
    "CuratedFile",
    "Curation",
    "Curator",
    "ListedItem",
    "WrittenChange",
    "find_article",
    "format_changed_lists",
    "style_of",
    "trained_curation",
]
