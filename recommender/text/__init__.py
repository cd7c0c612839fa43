"""Texts into sparse vectors: analyzers, term counts, and the TF-IDF model."""

from recommender.text.analyzer import Analyzer, is_unspaced
from recommender.text.language import language_of
from recommender.text.term_counts import Counts
from recommender.text.tfidf_model import FIELDS, TfidfModel, Vocabulary

__all__ = [
    "FIELDS",
    "Analyzer",
    "Counts",
    "TfidfModel",
    "Vocabulary",
    "is_unspaced",
    "language_of",
]
