"""The `recommender` command group; commands and their shared options are imported on demand."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.cli.app import Command, main

if TYPE_CHECKING:
    from recommender.cli.options import corpus_argument, corpus_options, models_option

__all__ = ["Command", "corpus_argument", "corpus_options", "main", "models_option"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("recommender.cli.options"), name)
