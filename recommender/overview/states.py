"""The states of articles and of their lists, for filtering."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

LeftOut: TypeAlias = Literal["draft", "to-come", "expired", "unpublished", "unlisted", "copy", "other"]
"""The reasons for which lists leave an article out."""

StateName: TypeAlias = Literal["good", "weak", "none", "orphan", "hub", "curated", "written", "hidden", LeftOut]
"""A state; an article may be in several."""

LEFT_OUT: tuple[LeftOut, ...] = get_args(LeftOut)

STATES: dict[StateName, str] = {
    "good": "has a good list",
    "weak": "has a weak list",
    "none": "has no list",
    "orphan": "in no list",
    "hub": "in too many lists",
    "curated": "has curated links",
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
"""A description of each state."""
