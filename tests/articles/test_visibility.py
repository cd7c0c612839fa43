"""Which articles are hidden by what they say themselves."""

from __future__ import annotations

import pytest

from recommender.articles import is_hidden


@pytest.mark.parametrize("status", ["published", "Publish", "public", "featured"])
def test_status_that_is_public(status: str) -> None:
    assert not is_hidden({"status": status})


@pytest.mark.parametrize("status", ["draft", "private", "pending", "hidden"])
def test_any_other_status_hides(status: str) -> None:
    assert is_hidden({"status": status})
