"""`Side`: one of the recommenders being compared, with its articles mapped to the rows of the served recommender."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from recommender.comparison.overlap import DEPTH
from recommender.ranking import Recommender, Rules


class Side:
    """A recommender's lists, in rows of the served recommender, without articles that readers may not see now.

    Attributes:
        recommender: the recommender being compared.
        is_precomputed: whether its lists are precomputed, so that comparing all of them is fast.
        known: bool (articles,) the articles that it knows, among those that readers may see.
    """

    def __init__(self, recommender: Recommender, shown: Recommender) -> None:
        """Take a recommender.

        Args:
            shown: the served recommender; articles of the two are the same if they answer to the same ID.
        """
        self.recommender = recommender
        self.is_precomputed = recommender.ranking.top_lists is not None
        visible = _visible_rows(shown)
        rows = np.full(len(shown.catalogue), -1, np.int64)
        if recommender.catalogue is shown.catalogue:
            rows[visible] = visible
        else:
            find, id_of = recommender.catalogue.names.row, shown.catalogue.id
            rows[visible] = [-1 if (row := find(id_of(one))) is None else row for one in visible.tolist()]
        self._rows = rows
        self.known: NDArray[np.bool_] = rows >= 0
        self._shown_rows = np.full(len(recommender.catalogue), -1, np.int64)
        self._shown_rows[rows[self.known]] = np.flatnonzero(self.known)

    def lists(self, rows: Sequence[int]) -> NDArray[np.int64]:
        """The lists of known articles, int64 (articles, 10), as rows; -1 after the end of a list."""
        settings, ranking = self.recommender.settings, self.recommender.ranking
        rules = Rules.from_settings(settings, limit=min(settings.limit, DEPTH))
        found = np.full((len(rows), DEPTH), -1, np.int64)
        own = self._rows[np.asarray(rows, np.int64)].tolist()
        for position, ranked in enumerate(ranking.lists(own, rules)):
            listed = [shown for row, _ in ranked if (shown := self._shown_rows[row]) >= 0]
            found[position, : len(listed)] = listed
        return found


def _visible_rows(shown: Recommender) -> NDArray[np.int64]:
    """The rows of the articles that readers may see at this moment, including copies, in rank order."""
    rules = structs.replace(Rules.from_settings(shown.settings), copies="any")
    rows = np.asarray(shown.catalogue.rows, np.int64)
    return rows[shown.ranking.allowed(rules)[rows]]
