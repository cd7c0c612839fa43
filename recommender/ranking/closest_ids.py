"""The IDs that are closest to one that no article answers to."""

from __future__ import annotations

from collections.abc import Callable

from recommender.catalogue import Catalogue, LiveCatalogue

_CLOSE = 60  # of 100: how alike an ID must be to be named
_COMPARED = 1000  # names that are compared with it: the next ones in the alphabet; 5 ms
_COMPARABLE = 200  # characters of an ID that is compared with others: time grows with the length
_NAMED = 3


def closest_ids(catalogue: Catalogue | LiveCatalogue, id: str, *, is_public: Callable[[int], bool]) -> list[str]:
    """At most three IDs of articles whose names are like one, the most alike first.

    Args:
        is_public: whether the article at a row may be named to readers; an ID says much of a headline.
    """
    if len(id) > _COMPARABLE:
        return []
    from rapidfuzz import process

    names = catalogue.names.near(id, _COMPARED)
    found: dict[str, None] = {}
    for name, _, _ in process.extract(id, names, limit=4 * _NAMED, score_cutoff=_CLOSE):
        if (row := catalogue.names.row(name)) is not None and is_public(row):
            found.setdefault(catalogue.id(row))
    return list(found)[:_NAMED]
