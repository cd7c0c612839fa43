"""What an act makes of a curation: list in, list out."""

from __future__ import annotations

import pytest

from recommender.curation import Act, ActError, Curation

BEFORE = Curation("a", ("b", "c", "d"), ("b", "e"), ("f",))


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (Act("take", "e"), Curation("a", ("b", "c", "d", "e"), ("b", "e"), ("f",))),
        (Act("take", "f"), Curation("a", ("b", "c", "d", "f"), ("b", "e"), ())),
        (Act("leave-out", "b"), Curation("a", ("c", "d"), ("b", "e"), ("f",))),
        (Act("move", "d", 1), Curation("a", ("d", "b", "c"), ("b", "e"), ("f",))),
        (Act("move", "b", 2), Curation("a", ("c", "b", "d"), ("b", "e"), ("f",))),
        (Act("move", "b", 99), Curation("a", ("c", "d", "b"), ("b", "e"), ("f",))),
        (Act("pin", "f"), Curation("a", ("b", "c", "d"), ("b", "e", "f"), ())),
        (Act("unpin", "b"), Curation("a", ("b", "c", "d"), ("e",), ("f",))),
        (Act("ban", "b"), Curation("a", ("c", "d"), ("e",), ("f", "b"))),
        (Act("unban", "f"), Curation("a", ("b", "c", "d"), ("b", "e"), ())),
    ],
)
def test_an_act_changes_links_pins_and_bans(act: Act, after: Curation) -> None:
    assert BEFORE.after(act) == after


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Act("take", "b"), "It is in the list already."),
        (Act("take", "a"), "It is this article itself."),
        (Act("ban", "a"), "It is this article itself."),
        (Act("leave-out", "e"), "It is not in the list."),
        (Act("move", "c", 2), "It is there already, or not in the list."),
        (Act("move", "e", 2), "It is there already, or not in the list."),
        (Act("pin", "e"), "It is pinned already."),
        (Act("unpin", "c"), "It is not pinned."),
        (Act("ban", "f"), "It is banned already."),
        (Act("unban", "b"), "It is not banned."),
    ],
)
def test_an_act_that_would_change_nothing_is_refused(act: Act, reason: str) -> None:
    with pytest.raises(ActError) as raised:
        BEFORE.after(act)
    assert str(raised.value) == reason
