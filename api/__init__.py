"""The web side: related articles over HTTP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from api import problems, views
from recommender import Recommender, artefact

__all__ = ["create_app"]


def create_app(recommender: Recommender | None = None, **config: Any) -> Flask:
    """Build the application.

    Args:
        recommender: what answers; by default the model in use in the folder MODELS, else that of the environment's
            RECOMMENDER_MODELS, else of `models`.
        config: Flask's own configuration, and `MODELS`, `VERSION` and `VERIFIED` for `artefact.load`.

    Raises:
        ArtefactError: no recommender was given, and no artefact can be loaded.
    """
    app = Flask(__name__)
    app.config.from_mapping(config)
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False  # the order of an entry's keys is part of the contract
        app.json.ensure_ascii = False
    if recommender is None:
        models = Path(config.get("MODELS") or os.environ.get("RECOMMENDER_MODELS", "models"))
        recommender = artefact.load(models, config.get("VERSION"), verified=bool(config.get("VERIFIED")))
    app.extensions["recommender"] = recommender
    app.register_blueprint(views.blueprint)
    problems.register(app)
    return app
