"""Related articles: learns from titles and excerpts which articles belong together.

What can go wrong is in `recommender.errors`; every error there is a `RecommenderError`.
"""

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.errors import RecommenderError
from recommender.ranking import Explanation, Recommender, Suggestion
from recommender.settings import Settings

__all__ = ["Article", "Corpus", "Explanation", "Recommender", "RecommenderError", "Settings", "Suggestion"]
