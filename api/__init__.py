"""The web side: related articles over HTTP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from api import articles, live, problems, views
from recommender import Recommender

__all__ = ["create_app"]


def create_app(recommender: Recommender | None = None, **config: Any) -> Flask:
    """Build the application.

    Args:
        recommender: what answers; by default the model in use, whichever that is at the moment, in the folder MODELS,
            else in that of the environment's RECOMMENDER_MODELS, else in `models`.
        config: Flask's own configuration, `MODELS`, `TOKEN` (by default the environment's RECOMMENDER_TOKEN; without
            one nobody can post), and `VERDICTS`, the folder that `Live` calls so.

    Raises:
        ArtefactError: no recommender was given, and no artefact can be loaded.
    """
    app = Flask(__name__)
    app.config.from_mapping({"TOKEN": os.environ.get("RECOMMENDER_TOKEN", ""), **config})
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False  # the order of an entry's keys is part of the contract
        app.json.ensure_ascii = False
    if recommender is not None:
        app.extensions["live"] = live.Fixed(recommender)
    else:
        models = Path(config.get("MODELS") or os.environ.get("RECOMMENDER_MODELS", "models"))
        app.extensions["live"] = live.Live(models, verdicts=config.get("VERDICTS"), posting=bool(app.config["TOKEN"]))
    for blueprint in (live.blueprint, views.blueprint, articles.blueprint):
        app.register_blueprint(blueprint)
    problems.register(app)
    return app
