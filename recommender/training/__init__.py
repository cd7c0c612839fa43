"""Learns settings and term weights from the curated links, and builds the model, slice by slice."""

from recommender.training.fitting_model import fitting_version, load, read, stages, train_model, version_for
from recommender.training.model_builder import build
from recommender.training.publishing import publish
from recommender.training.significance import is_beyond_noise
from recommender.training.slices import ROWS
from recommender.training.split import Lists, Split, at_most
from recommender.training.tuning import GRID, LEAST_LISTS, learn, least_score
from recommender.training.tuning_context import Workbench

__all__ = [
    "GRID",
    "LEAST_LISTS",
    "ROWS",
    "Lists",
    "Split",
    "Workbench",
    "at_most",
    "build",
    "fitting_version",
    "is_beyond_noise",
    "learn",
    "least_score",
    "load",
    "publish",
    "read",
    "stages",
    "train_model",
    "version_for",
]
