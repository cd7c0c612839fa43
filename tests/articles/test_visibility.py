"""Which articles are hidden by what they say themselves."""

from __future__ import annotations

import pytest

from recommender.articles import is_hidden, is_unlisted


@pytest.mark.parametrize("status", ["published", "Publish", "public", "featured"])
def test_status_that_is_public(status: str) -> None:
    assert not is_hidden({"status": status})


@pytest.mark.parametrize("status", ["draft", "private", "pending", "hidden"])
def test_any_other_status_hides(status: str) -> None:
    assert is_hidden({"status": status})


@pytest.mark.parametrize("fields", [{"unlisted": "true"}, {"noindex": "yes"}, {"robots": "NoIndex, nofollow"}])
def test_what_is_for_those_alone_who_have_its_link(fields: dict[str, str]) -> None:
    assert is_unlisted(fields)
    assert not is_hidden(fields)


@pytest.mark.parametrize(
    "fields",
    [
        *({"draft": "1"}, {"isDraft": "true"}, {"publish": "false"}, {"public": "no"}, {"permalink": "false"}),
        *({"visibility": "Private"}, {"tags": ["a", "Draft"]}),
    ],
)
def test_what_is_not_for_readers(fields: dict[str, object]) -> None:
    assert is_hidden(fields)


@pytest.mark.parametrize(
    "fields",
    [
        *({"robots": "none"}, {"robots": {"index": "false"}}, {"seo": {"noindex": "true"}}),
        *({"meta": {"robots": "noindex"}}, {"listed": "false"}, {"visibility": "unlisted"}),
    ],
)
def test_what_is_kept_from_lists(fields: dict[str, object]) -> None:
    assert is_unlisted(fields)


@pytest.mark.parametrize("fields", [{"visibility": "members"}, {"robots": "index, follow"}, {"draft": "0"}])
def test_what_anybody_may_find(fields: dict[str, object]) -> None:
    assert not is_hidden(fields)
    assert not is_unlisted(fields)
