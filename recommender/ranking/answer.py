"""An article's list as JSON, ready to be sent or written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recommender.catalogue import Catalogue, LiveCatalogue
from recommender.ranking.ranking import Ranked
from recommender.ranking.rules import Suggestion


def encode_answer(
    catalogue: Catalogue | LiveCatalogue, row: int, ranked: Ranked, *, fields: Sequence[str] = ()
) -> bytes:
    """`{"id": …, "related": [entry, …]}` in UTF-8, on one line without its end.

    Args:
        fields: those that each entry has, in this order; none means the whole entry.
    """
    if fields:
        suggestions = (Suggestion(catalogue[other], score) for other, score in ranked)
        entries = [msgspec.json.encode(suggestion.entry(fields)) for suggestion in suggestions]
    else:
        entries = [catalogue.entry_json(other) for other, _ in ranked]
    return b'{"id":' + msgspec.json.encode(catalogue.id(row)) + b',"related":[' + b",".join(entries) + b"]}"
