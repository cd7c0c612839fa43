"""What answers: a recommender and the name of its version, taken once by each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask

from api.config import Config
from recommender import Recommender, artefact


@dataclass(frozen=True, slots=True)
class Serving:
    """A recommender that answers.

    Attributes:
        version: names all that answers are made of; `None` for a recommender that was never published, whose answers
            are not to be kept by anyone.
        created: when it was trained, ISO 8601.
    """

    recommender: Recommender
    version: str | None = None
    created: str | None = None

    @classmethod
    def from_models(cls, config: Config) -> Serving:
        """The model that a configuration names.

        Raises:
            ArtefactError: it is missing, damaged, or of another format.
        """
        manifest = artefact.read_manifest(config.models, config.version)
        recommender = artefact.load(config.models, manifest.version, verified=config.verified)
        return cls(recommender, manifest.version, manifest.created)


def current(app: Flask) -> Serving:
    """What answers from now on; a request asks once, and keeps to it."""
    return cast("Serving", app.extensions["recommender"])
