"""Sources into a corpus: which files are one article, which ID each has, which articles the curated links mean."""

from recommender.corpus.corpus import ArticleFile, Corpus, fingerprint
from recommender.corpus.journal import JOURNAL_FILE, Journal, JournalUpdate
from recommender.corpus.links import LinkFaultKind
from recommender.corpus.live_changes import (
    LiveChanges,
    PostedArticle,
    WithdrawnArticle,
    remove_incorporated,
    state_digest,
)
from recommender.corpus.spill_tables import Listing, Lookup, Pairs, Rows, Shelf, Tables

__all__ = [
    "JOURNAL_FILE",
    "ArticleFile",
    "Corpus",
    "Journal",
    "JournalUpdate",
    "LinkFaultKind",
    "Listing",
    "LiveChanges",
    "Lookup",
    "Pairs",
    "PostedArticle",
    "Rows",
    "Shelf",
    "Tables",
    "WithdrawnArticle",
    "fingerprint",
    "remove_incorporated",
    "state_digest",
]
