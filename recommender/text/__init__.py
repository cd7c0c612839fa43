"""Texts into sparse vectors.

`Documents` hold the parts of articles that the model reads. An `Analyzer` turns a text into terms, according to its
script and language; `TermCounts` count them; a `TfidfModel` weights the counts. The same texts and settings give the
same vectors, to the byte, on any machine and in blocks of any size.
"""

from recommender.text.analyzer import Analyzer, is_unspaced, topic_of_term, without_language
from recommender.text.documents import Documents
from recommender.text.language import language_of, stop_words
from recommender.text.term_counts import TermCounts
from recommender.text.tfidf_model import FIELDS, TfidfModel, Vocabulary, fields_of

__all__ = [
    "FIELDS",
    "Analyzer",
    "Documents",
    "TermCounts",
    "TfidfModel",
    "Vocabulary",
    "fields_of",
    "is_unspaced",
    "language_of",
    "stop_words",
    "topic_of_term",
    "without_language",
]
