"""Options for reading a corpus, remembered from the training of the model in use."""

from __future__ import annotations

from recommender.artefacts import Models
from recommender.errors import ArtefactError
from recommender.sources import FileChoice


def kept_choice(models: Models, given: FileChoice | None = None) -> FileChoice:
    """The given options, with those left out taken from the training of the model in use."""
    given = given or FileChoice()
    try:
        return given.or_else(models.manifest().choice)
    except ArtefactError:
        return given  # there is no readable model
