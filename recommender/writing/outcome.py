"""`Outcome`: what a run did with one file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from recommender.errors import FrontMatterError

Action: TypeAlias = Literal["written", "unchanged", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one file.

    Attributes:
        detail: what was written ("filled", "lengthened", "replaced", "refreshed", "removed"), or why nothing was.
        before, after: the front matter, if it was written.
    """

    path: str
    action: Action
    detail: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def failed(cls, path: str, error: Exception, action: str) -> Self:
        """What an error says of a file that could not be `read` or `written`."""
        if isinstance(error, OSError):
            return cls(path, "failed", f"can't be {action}: {error.strerror or error}")
        if isinstance(error, FrontMatterError):
            return cls(path, "failed", f"line {error.line}: {error.reason}" if error.line else error.reason)
        return cls(path, "failed", str(error).removeprefix(f"{path}: "))

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), f"a/{self.path}", f"b/{self.path}", lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)
