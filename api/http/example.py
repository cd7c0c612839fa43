"""`Example`: the example request of an operation, for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EXAMPLE_IDS = (
    "2024-04-28-farewell-orrin-vale-comet-breaks-apart-as-it-rounds-the-sun",
    "2024-04-18-port-ansel-to-dim-its-street-lamps-for-the-comet",
)
"""IDs of articles in `seeds/`; a server with other articles replaces them with its own on `/docs`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """A request that works on the articles of `seeds/`.

    Attributes:
        id: the article's, if the path has one.
        query: the parameters, as texts.
        body: the JSON body; `None` for none.
    """

    id: str = EXAMPLE_IDS[0]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
