"""`Outcome`: what a run did with one file."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from recommender.errors import FrontMatterError, printable

_BREAK = re.compile(r"\r\n|\r|\n")
_MISLEADING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, line separators and bidi marks, which could mislead the reader of a terminal."""

Action: TypeAlias = Literal["written", "unchanged", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one file.

    Attributes:
        detail: what was written ("filled", "lengthened", "replaced", "refreshed", "removed"), or why nothing was.
        before, after: the front matter, if it was written.
        around: what stands before it in the file, and the lines after it that a diff shows.
    """

    path: str
    action: Action
    detail: str = ""
    before: str = ""
    after: str = ""
    around: tuple[str, str] = ("", "")

    @classmethod
    def failed(cls, path: str, error: Exception, action: str) -> Self:
        """The outcome for a file that could not be `read` or `written`."""
        if isinstance(error, OSError):
            return cls(path, "failed", f"can't be {action}: {error.strerror or error}")
        if isinstance(error, FrontMatterError):
            return cls(path, "failed", f"line {error.line}: {error.reason}" if error.line else error.reason)
        return cls(path, "failed", str(error).removeprefix(f"{path}: "))

    def diff(self) -> str:
        """The change as a unified diff of the file, with misleading characters escaped."""
        path = printable(self.path)
        before, after = (_lines(text.join(self.around)) for text in (self.before, self.after))
        lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
        return "".join(f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines of a file; unlike `str.splitlines`, not split at U+2028."""
    *lines, last = (_MISLEADING.sub(lambda found: printable(found[0]), line) for line in _BREAK.split(text))
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines
