"""The index from strings to rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.catalogue import PackedStrings, StringIndex


@given(st.integers(0, 200), st.text("0123é", max_size=4))
def test_every_key_has_its_row_and_no_other_string_has_one(count: int, asked: str) -> None:
    rows = {str(2 * number): number for number in range(count)}
    index = StringIndex.build(rows)
    assert [index.row(key) for key in (*rows, asked)] == [*range(count), rows.get(asked)]
    index.check(count)


def test_near_gives_the_next_keys_in_sorted_order() -> None:
    index = StringIndex.build({name: row for row, name in enumerate("abcdefgh")})
    assert index.near("d", 2) == ["c", "d"]
    assert index.near("zzz", 3) == ["f", "g", "h"]
    assert index.near("", 3) == ["a", "b", "c"]
    assert StringIndex.build({}).near("a", 3) == []


@pytest.mark.parametrize(
    ("keys", "ends", "rows", "error"),
    [
        (b"ba", [1, 2], [0, 1], "not sorted"),
        (b"ab", [1, 2], [0, 2], "belongs to no article"),
        (b"ab", [1, 2], [-1, 1], "belongs to no article"),
        (b"ab", [1, 2], [0], "numbers of rows and names differ"),
        (b"ab", [1, 3], [0, 1], "outside"),
        (b"ab", [2, 1, 2], [0, 1, 1], "outside"),
    ],
)
def test_a_damaged_index_is_refused(keys: bytes, ends: list[int], rows: list[int], error: str) -> None:
    index = StringIndex(PackedStrings(keys, np.array(ends, np.int64)), np.array(rows, np.int32))
    with pytest.raises(ValueError, match=error):
        index.check(2)
