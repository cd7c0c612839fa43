"""The corpus: sources become articles with unique IDs and links between them.

`Corpus.from_path` reads one; `corpus_builder.py` assembles it in the tables of a temporary database, which hold it from
then on (`spill_tables.py`). `choose_defaults` gives the settings that suit a corpus before anything is learnt.
"""

from recommender.corpus.copies import Copies, CopyFinder
from recommender.corpus.corpus import Corpus, fingerprint
from recommender.corpus.corpus_builder import ArticleFile
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
