"""Sources into a corpus: which files are one article, which ID each has, which articles the curated links mean."""

from recommender.corpus.corpus import ArticleFile, Corpus, fingerprint
from recommender.corpus.journal import NAME, Changes, Journal
from recommender.corpus.links import LinkFaultKind
from recommender.corpus.postings import Posted, Postings, Withdrawn, digest_of, settle
from recommender.corpus.spill_tables import Listing, Lookup, Pairs, Rows, Shelf, Tables

__all__ = [
    "NAME",
    "ArticleFile",
    "Changes",
    "Corpus",
    "Journal",
    "LinkFaultKind",
    "Listing",
    "Lookup",
    "Pairs",
    "Posted",
    "Postings",
    "Rows",
    "Shelf",
    "Tables",
    "Withdrawn",
    "digest_of",
    "fingerprint",
    "settle",
]
