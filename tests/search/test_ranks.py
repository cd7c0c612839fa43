from __future__ import annotations

import numpy as np
import pytest

from recommender.search import ranks_of


@pytest.mark.usefixtures("both_ways")
def test_a_rank_counts_what_scores_more_and_the_equal_ones_before_up_to_a_depth() -> None:
    scores = np.array([[0.5, 0.9, 0.5, 0.1], [0.0, 0.2, 0.2, 0.2]])
    lists, positions = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 1, 2, 3, 0, 3])
    assert ranks_of(scores, lists, positions, depth=10).tolist() == [1, 0, 2, 3, 3, 2]
    assert ranks_of(scores, lists, positions, depth=2).tolist() == [1, 0, 2, 2, 2, 2]
