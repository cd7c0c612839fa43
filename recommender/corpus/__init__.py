"""The corpus: sources become articles with unique IDs and links between them.

`Corpus.from_path` reads a corpus; `corpus_builder.py` assembles it in the tables of a temporary database, where it
stays (`spill_tables.py`). `choose_defaults` chooses a corpus's default settings before tuning.
"""

from recommender.corpus.copies import Copies, CopyFinder
from recommender.corpus.corpus import Corpus, fingerprint
from recommender.corpus.corpus_builder import ArticleFile
from recommender.corpus.corpus_defaults import choose_defaults
from recommender.corpus.identity import SHARED_ID
from recommender.corpus.links import LinkFaultKind, ListForm, ShapeName
from recommender.corpus.spill_tables import (
    MultiIndex,
    SortedSequence,
    SpillDatabase,
    StoredMapping,
    Table,
    UniqueIndex,
    in_any_order,
)

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
    "in_any_order",
]
