"""The corpus: sources become articles with unique IDs and links between them.

`Corpus.from_path` reads one. The tables belong to the temporary database that a corpus is assembled and held in.
"""

from recommender.corpus.copies import Copies, CopyFinder
from recommender.corpus.corpus import ArticleFile, Corpus, fingerprint
from recommender.corpus.corpus_defaults import choose_defaults
from recommender.corpus.identity import SHARED_ID
from recommender.corpus.links import LinkFaultKind, ListForm, ListShape
from recommender.corpus.spill_tables import MultiIndex, SortedSequence, SpillDatabase, StoredMapping, Table, UniqueIndex

__all__ = [
    "SHARED_ID",
    "ArticleFile",
    "Copies",
    "CopyFinder",
    "Corpus",
    "LinkFaultKind",
    "ListForm",
    "ListShape",
    "MultiIndex",
    "SortedSequence",
    "SpillDatabase",
    "StoredMapping",
    "Table",
    "UniqueIndex",
    "choose_defaults",
    "fingerprint",
]
