"""Related articles: learns from titles, excerpts and texts which articles are related.

All errors are in `recommender.errors` and derive from `RecommenderError`. The classes below are imported on first use,
so that the command's `--help` is fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.articles import Article
    from recommender.corpus import Corpus
    from recommender.ranking import Explanation, Recommender, Suggestion
    from recommender.settings import Settings

__all__ = ["Article", "Corpus", "Explanation", "Recommender", "RecommenderError", "Settings", "Suggestion"]

_PACKAGES = {
    "Article": "recommender.articles",
    "Corpus": "recommender.corpus",
    "Explanation": "recommender.ranking",
    "Recommender": "recommender.ranking",
    "Settings": "recommender.settings",
    "Suggestion": "recommender.ranking",
}


def __getattr__(name: str) -> Any:
    if name not in _PACKAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_PACKAGES[name]), name)
    return value


def __dir__() -> list[str]:
    return [*globals(), *_PACKAGES]
