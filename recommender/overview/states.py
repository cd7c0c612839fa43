"""The states of articles and of their lists, by which they are filtered."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

LeftOut: TypeAlias = Literal["draft", "to-come", "expired", "unpublished", "unlisted", "copy", "other"]
"""Why lists leave an article out."""

StateName: TypeAlias = Literal["good", "weak", "none", "orphan", "hub", "curated", "written", "hidden", LeftOut]
"""A state; an article may be in several."""

LEFT_OUT: tuple[LeftOut, ...] = get_args(LeftOut)

STATES: dict[StateName, str] = {
    "good": "has a good list",
    "weak": "has a weak list",
    "none": "has no list",
    "orphan": "in no list",
    "hub": "in too many lists",
    "curated": "linked by editors",
    "written": "written by this program",
    "hidden": "never suggested",
    "draft": "draft or withdrawn",
    "to-come": "still to come",
    "expired": "expired",
    "unpublished": "published: false",
    "unlisted": "unlisted",
    "copy": "copy of another",
    "other": "left out by a rule",
}
"""What each state says of an article."""
