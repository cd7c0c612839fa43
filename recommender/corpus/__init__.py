"""The corpus: sources become articles with unique IDs and links between them.

`Corpus.from_path` reads one. `LiveChanges` are the articles posted and withdrawn since the last training, which a
`Journal` keeps. The tables belong to the temporary database that a corpus is assembled and held in.
"""

from recommender.corpus.copies import Copies, CopyFinder
from recommender.corpus.corpus import ArticleFile, Corpus, fingerprint
from recommender.corpus.corpus_defaults import choose_defaults
from recommender.corpus.identity import SHARED_ID
from recommender.corpus.journal import JOURNAL_FILE, Journal, JournalUpdate
from recommender.corpus.links import LinkFaultKind, ListForm, ListShape
from recommender.corpus.live_changes import (
    LiveChanges,
    PostedArticle,
    WithdrawnArticle,
    remove_incorporated,
    state_digest,
)
from recommender.corpus.spill_tables import MultiIndex, SortedSequence, SpillDatabase, StoredMapping, Table, UniqueIndex

__all__ = [
    "JOURNAL_FILE",
    "SHARED_ID",
    "ArticleFile",
    "Copies",
    "CopyFinder",
    "Corpus",
    "Journal",
    "JournalUpdate",
    "LinkFaultKind",
    "ListForm",
    "ListShape",
    "LiveChanges",
    "MultiIndex",
    "PostedArticle",
    "SortedSequence",
    "SpillDatabase",
    "StoredMapping",
    "Table",
    "UniqueIndex",
    "WithdrawnArticle",
    "choose_defaults",
    "fingerprint",
    "remove_incorporated",
    "state_digest",
]
