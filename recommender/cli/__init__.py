"""The `recommender` command group and all its commands but `serve`, which `api.app` adds."""

from recommender.cli.app import main
from recommender.cli.options import corpus_argument, models_option

__all__ = [
    "corpus_argument",
    "main",
    "models_option",
]
