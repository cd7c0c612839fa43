"""Related articles: learns from titles and excerpts which articles belong together."""

from recommender import artefact
from recommender.article import Article, Entry
from recommender.corpus import Corpus
from recommender.errors import (
    ArtefactError,
    CorpusError,
    EvaluationError,
    FrontMatterError,
    JournalError,
    RecommenderError,
    SettingsError,
    StoreError,
    UnknownArticleError,
)
from recommender.explanation import Explanation, SharedWord
from recommender.manifest import Manifest
from recommender.recommender import Recommender
from recommender.rules import Suggestion
from recommender.settings import Settings
from recommender.source import Problem

__all__ = [
    "ArtefactError",
    "Article",
    "Corpus",
    "CorpusError",
    "Entry",
    "EvaluationError",
    "Explanation",
    "FrontMatterError",
    "JournalError",
    "Manifest",
    "Problem",
    "Recommender",
    "RecommenderError",
    "Settings",
    "SettingsError",
    "SharedWord",
    "StoreError",
    "Suggestion",
    "UnknownArticleError",
    "artefact",
]
