"""The corpus: sources become articles with unique IDs and links between them.

`Corpus.from_path` reads one, and finds its copies of one text; it is assembled and held in the tables of a temporary
database (`spill_tables.py`). `choose_defaults` gives the settings that suit a corpus before anything is learnt.
"""

from recommender.corpus.copies import Copies, CopyFinder
from recommender.corpus.corpus import ArticleFile, Corpus, fingerprint
from recommender.corpus.corpus_defaults import choose_defaults
from recommender.corpus.identity import SHARED_ID
from recommender.corpus.links import LinkFaultKind, ListForm, ShapeName
from recommender.corpus.spill_tables import MultiIndex, SortedSequence, SpillDatabase, StoredMapping, Table, UniqueIndex

__all__ = [
    "SHARED_ID",
    "ArticleFile",
    "Copies",
    "CopyFinder",
    "Corpus",
    "LinkFaultKind",
    "ListForm",
    "MultiIndex",
    "ShapeName",
    "SortedSequence",
    "SpillDatabase",
    "StoredMapping",
    "Table",
    "UniqueIndex",
    "choose_defaults",
    "fingerprint",
]
