"""`Agreement`: how well the lists of two recommenders match the curated links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from recommender.comparison.side import Side
from recommender.ranking import Recommender

if TYPE_CHECKING:
    from recommender.evaluation import Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """nDCG@10 of the lists that readers get from both recommenders, including pins, against the curated links.

    Attributes:
        lists: number of curated lists.
        is_sample: whether they are a random sample of all.
        before, after: the means and their intervals.
        difference: the paired difference, after minus before.
        p_value: of a two-sided paired randomisation test.
    """

    lists: int
    is_sample: bool
    before: Estimate
    after: Estimate
    difference: Estimate
    p_value: float

    @classmethod
    def of(cls, before: Side, after: Side, shown: Recommender, rows: Sequence[int], *, most: int) -> Self | None:
        """The agreement on the first curated lists of articles in random order; `None` if they have none.

        Links to articles that one of the two does not know are left out, and so are lists of more than 10 links, as in
        the evaluation.

        Args:
            rows: articles that both know.
            most: maximum number of curated lists.
        """
        from recommender.evaluation import Estimate
        from recommender.tuning import MAX_LINKS, permutation_p_value

        known, links = before.known & after.known, dict[int, set[str]]()
        for row in rows:
            if len(links) == most:
                break
            found = (shown.catalogue.names.row(id) for id in shown.catalogue.curated(row))
            linked = {str(one) for one in found if one is not None and known[one] and one != row}
            if 0 < len(linked) <= MAX_LINKS:
                links[row] = linked
        if not links:
            return None
        lists = {str(row): frozenset(linked) for row, linked in links.items()}
        old, new = (_measured(side, list(links), lists) for side in (before, after))
        return cls(
            lists=len(lists),
            is_sample=len(lists) == most,
            before=Estimate.from_values(old),
            after=Estimate.from_values(new),
            difference=Estimate.from_values(new - old),
            p_value=permutation_p_value(new - old),
        )


def _measured(side: Side, rows: Sequence[int], lists: dict[str, frozenset[str]]) -> NDArray[np.float64]:
    from recommender.evaluation import MAIN, Run, measure

    rankings = {
        str(row): [str(one) for one in ranking if one >= 0]
        for row, ranking in zip(rows, side.lists(rows).tolist(), strict=True)
    }
    return measure(Run("compared", rankings), lists)[MAIN]
