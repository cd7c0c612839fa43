"""How a corpus is read again as the model in use was trained on it, without naming the options again."""

from __future__ import annotations

from recommender.artefacts import Models
from recommender.errors import ArtefactError
from recommender.sources import FileChoice


def kept_choice(models: Models, given: FileChoice | None = None) -> FileChoice:
    """What is given and, where that names nothing, what the model in use was trained with."""
    given = given or FileChoice()
    try:
        return given.or_else(models.manifest().choice)
    except ArtefactError:
        return given  # there is no model yet, or none that can be read
