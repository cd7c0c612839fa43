"""Trains a model slice by slice, on one machine or a cluster, and publishes it in a models folder."""

from recommender.training.file_choice import kept_choice
from recommender.training.live_articles import read_corpus
from recommender.training.progress import show_stages
from recommender.training.slices import ROWS
from recommender.training.trainer import ensure_trained, publish, train

__all__ = [
    "ROWS",
    "ensure_trained",
    "kept_choice",
    "publish",
    "read_corpus",
    "show_stages",
    "train",
]
