"""Permission to edit: adds a curator, form tokens and the restriction to this machine to an application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from api.pages.editing.form_tokens import register_form_tokens
from api.pages.editing.loopback import refuse_all_but_this_machine
from recommender import Corpus
from recommender.artefacts import LocalModels
from recommender.curation import Curator
from recommender.sources import PARSE_CACHE_FILE
from recommender.training import kept_choice

_LAST_CHANGE_FILE = "last-change.json"


def allow_editing(app: Flask, root: Path, models: Path) -> None:
    """Let an application edit the files of a corpus, read as the model in use was trained on it.

    Raises:
        CorpusError: it can't be read, or is not a folder of front-matter files.
    """
    is_kept = models.is_dir()
    cache = models / PARSE_CACHE_FILE if is_kept else None
    corpus = Corpus.from_path(root, cache=cache, choice=kept_choice(LocalModels(models)))
    app.extensions["curator"] = Curator(root, corpus, last_change=models / _LAST_CHANGE_FILE if is_kept else None)
    register_form_tokens(app)
    refuse_all_but_this_machine(app)
