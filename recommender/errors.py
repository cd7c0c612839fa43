"""All errors; their messages give location and cure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

FAULTS = (TypeError, AttributeError, NameError, AssertionError, LookupError, ArithmeticError, MemoryError)
"""Errors that indicate a bug; file systems of fsspec never raise them for a failed access."""


def without_secrets(text: str) -> str:
    """A text without the user names and passwords in its URLs."""
    return re.sub(r"(?<=://)[^/\s'\"]*@", "", text)


def without_folder(text: str, folder: Path) -> str:
    """A text for people elsewhere, with paths relative to a folder, so that its location is not revealed."""
    return text.replace(f"{folder}/", "").replace(str(folder), folder.name)


def printable(text: str) -> str:
    """A text for a terminal, with control characters (including line breaks) escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class RecommenderError(Exception):
    """The base class of all errors that this package raises on purpose; messages are for people."""


class FrontMatterError(RecommenderError):
    """A file (or a line of a `.jsonl` file) that can't be read as an article."""

    def __init__(self, reason: str, *, path: str, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")
        self.reason = reason
        self.path = path
        self.line = line


class CorpusError(RecommenderError):
    """A corpus that can't be used at all."""


class SettingsError(RecommenderError):
    """A setting that is unknown, of the wrong type or out of its range."""


class ArtefactError(RecommenderError):
    """An artefact that is missing, damaged, or of another format."""


class JournalError(RecommenderError):
    """A journal of live articles that can't be read or written, or that is full."""


class EngineError(RecommenderError):
    """An engine that can't be joined, or tasks that failed on it."""


class StoreError(RecommenderError):
    """A store of answers that can't be reached, read or written, or that holds none."""


class StorageError(RecommenderError):
    """A folder, on a disk or in an object store, that can't be reached, read or written."""


class EvaluationError(RecommenderError):
    """A corpus that can't be used for evaluation."""


class ExportError(RecommenderError):
    """An export that can't be written, completed or read."""


class UnknownArticleError(RecommenderError):
    """No article answers to this ID or URL; `closest` names the nearest IDs, and is `None` if they are unknown."""

    def __init__(self, wanted: str, *, closest: Sequence[str] | None = ()) -> None:
        hint = f"; the closest are {', '.join(closest)}" if closest else ""
        super().__init__(f"no article answers to {wanted!r}{hint}")
        self.wanted = wanted
        self.closest = None if closest is None else tuple(closest)
