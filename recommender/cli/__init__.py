"""The `recommender` command group and its commands; `serve` is in `api.app`."""

from recommender.cli.app import main
from recommender.cli.options import corpus_argument, corpus_options, models_option

__all__ = [
    "corpus_argument",
    "corpus_options",
    "main",
    "models_option",
]
