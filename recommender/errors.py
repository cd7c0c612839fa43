"""What can go wrong, each with its location and its cure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

FAULTS = (TypeError, AttributeError, NameError, AssertionError, LookupError, ArithmeticError, MemoryError)
"""Errors of a program's own making, which no file system reports what happened to it with."""


def without_secrets(text: str) -> str:
    """A text for people, without the names and passwords that its URLs hold."""
    return re.sub(r"(?<=://)[^/\s'\"]*@", "", text)


def without_folder(text: str, folder: Path) -> str:
    """A text for people elsewhere, which does not tell where a folder lies: its files are named below it."""
    return text.replace(f"{folder}/", "").replace(str(folder), folder.name)


def printable(text: str) -> str:
    """A text for a terminal: control characters, line breaks among them, are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class RecommenderError(Exception):
    """Whatever this package raises on purpose; the message is fit for a person to read."""


class FrontMatterError(RecommenderError):
    """One file (or one line of a `.jsonl` file) that can't be read as an article."""

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
    """An artefact that is missing, damaged, or made by something else."""


class JournalError(RecommenderError):
    """A journal of live articles that can't be read or written, or that is full."""


class EngineError(RecommenderError):
    """An engine that can't be joined, or tasks that failed on it."""


class StoreError(RecommenderError):
    """A store of answers that can't be reached, read or written, or that holds none."""


class StorageError(RecommenderError):
    """A folder, on a disk or in an object store, that can't be reached, read or written."""


class EvaluationError(RecommenderError):
    """A corpus that suggestions can't be judged by."""


class ExportError(RecommenderError):
    """An export that can't be written, or that some articles keep from its end."""


class UnknownArticleError(RecommenderError):
    """No article answers to this ID or URL; `closest` names the nearest IDs, and is `None` where they are not known."""

    def __init__(self, wanted: str, *, closest: Sequence[str] | None = ()) -> None:
        hint = f"; the closest are {', '.join(closest)}" if closest else ""
        super().__init__(f"no article answers to {wanted!r}{hint}")
        self.wanted = wanted
        self.closest = None if closest is None else tuple(closest)
