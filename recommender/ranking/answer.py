"""An article's list as JSON, ready to send or write."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recommender.catalogue import Catalogue, LiveCatalogue
from recommender.ranking.ranking import Ranked
from recommender.ranking.rules import Suggestion
from recommender.storage import Blob


def encode_answer(
    catalogue: Catalogue | LiveCatalogue, row: int, ranked: Ranked, *, fields: Sequence[str] = ()
) -> bytes:
    """Encode `{"id": …, "related": [entry, …]}` in UTF-8, on one line without a line end.

    Args:
        fields: the fields of each entry, in this order; empty for the whole entry.
    """
    if fields:
        suggestions = (Suggestion(catalogue[other], score) for other, score in ranked)
        entries: list[Blob] = [msgspec.json.encode(suggestion.entry(fields)) for suggestion in suggestions]
    else:
        entries = catalogue.entries_json([other for other, _ in ranked])
    return b'{"id":%b,"related":[%b]}' % (msgspec.json.encode(catalogue.id(row)), b",".join(entries))
