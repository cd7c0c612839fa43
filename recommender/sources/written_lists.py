"""`.related.lock`: records the lists that this program wrote into files, so that they never count as curated.

Each line is a list: the SHA-256 of its content, the number of curated entries at its head, optionally (as a JSON
string) the text that it replaced, such as `related: true` or a curated list, and its file. A curated list that was
replaced still counts as one. The order of lines is irrelevant and a file may have several, so branches of a repository
can be merged in any way.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeAlias

from recommender.errors import CorpusError
from recommender.frontmatter import Value
from recommender.storage import atomic_write, errors_naming, open_regular_file, sync_folder

WRITTEN_LISTS_FILE = ".related.lock"
_HEAD = "# Lists that `recommender enrich` wrote: sha256, curated entries at the head, file. Keep this in git.\n"
_LINE = re.compile(r'([0-9a-f]{64}) ([0-9]{1,9}) (?:("(?:[^"\\]|\\.)*") )?(.+)')
_MERGE_MARK = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list that this program wrote into a file.

    Attributes:
        file: relative to the corpus.
        digest: from `digest_list`.
        curated: the number of curated entries at its head.
        replaced: the lines that it replaced, such as `related: true` or a curated list.
    """

    file: str
    digest: str
    curated: int
    replaced: str = ""

    def __str__(self) -> str:
        file = self.file.replace("\\", "\\\\").replace("\n", "\\n")  # keeps it on one line
        replaced = f"{json.dumps(self.replaced)} " if self.replaced or file.startswith('"') else ""
        return f"{self.digest} {self.curated} {replaced}{file}\n"

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Parse a line of the lock; `None` if it is not one."""
        found = _LINE.fullmatch(text)
        if found is None:
            return None
        file = re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] == "n" else escaped[1], found[4])
        try:
            replaced = json.loads(found[3]) if found[3] else ""
            f"{file}{replaced}".encode()
        except ValueError:
            return None
        return cls(file, found[1], int(found[2]), replaced)


Written: TypeAlias = Mapping[str, WrittenList]
"""Lists that this program wrote, by their digests."""


class WrittenLists:
    """The contents of a corpus's lock files, including those in folders above and below the corpus."""

    def __init__(self, lines: Iterable[WrittenList] = ()) -> None:
        self._written: dict[str, dict[str, WrittenList]] = {}
        for line in lines:
            self._written.setdefault(line.file, {})[line.digest] = line

    @classmethod
    def of(cls, root: Path, files: Collection[str]) -> Self:
        """Read all locks that may name a corpus's files.

        Raises:
            CorpusError: a lock can't be read; without it, written lists would count as curated.
        """
        lines = []
        for below in sorted({"".join(file.rpartition("/")[:2]) for file in files} | {""}):
            lines += [
                replace(line, file=below + line.file) for line in read_written_lists(root / below / WRITTEN_LISTS_FILE)
            ]
        here = root.resolve()
        for above in here.parents:
            if not os.access(above, os.X_OK):
                continue  # the working directory may be inside a folder that this user can't read
            within = f"{here.relative_to(above).as_posix()}/"
            lines += [
                replace(line, file=line.file.removeprefix(within))
                for line in read_written_lists(above / WRITTEN_LISTS_FILE)
                if line.file.startswith(within)
            ]
        return cls(lines)

    def of_files(self, files: Iterable[str], *, present: Collection[str]) -> dict[str, Written]:
        """For each file, the lists that count as written by this program, if any.

        A list that was written into a file that no longer exists counts in every file, since it may have been renamed.
        """
        gone = {
            digest: line
            for file, written in self._written.items()
            if file not in present
            for digest, line in written.items()
        }
        known = {file: {**gone, **self._written.get(file, {})} for file in files}
        return {file: written for file, written in known.items() if written}


def digest_list(items: list[Value], comments: Collection[str]) -> str:
    """The SHA-256 of a list in hex: of its values and comments, independent of formatting."""
    values = json.dumps([items, *comments], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(values.encode()).hexdigest()


def read_written_lists(path: Path) -> list[WrittenList]:
    """Read one lock file, if it exists; remains of a merge or a crash are ignored.

    Raises:
        CorpusError: it can't be read, or has an invalid line.
    """
    try:
        with open_regular_file(path) as stream:
            whole, line_break, rest = stream.read().removeprefix(codecs.BOM_UTF8).rpartition(b"\n")
        text = (whole + line_break).decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: can't be read ({error}); correct it, or restore it from git") from error
    lines = []
    # The text after the last line break may be an incomplete write. Then its file has not been written either, so it
    # can be ignored.
    last = rest.decode(errors="ignore")
    for number, line in enumerate([*text.split("\n"), last if WrittenList.of(last) else ""], start=1):
        if known := WrittenList.of(line.rstrip("\r")):
            lines.append(known)
        elif line.strip() and not line.startswith("#") and not _MERGE_MARK.match(line):
            raise CorpusError(f"{path}:{number}: not a line of a lock; remove it, or restore the file from git")
    return lines


def append_written_lists(root: Path, lines: Iterable[WrittenList]) -> None:
    """Append lines to the corpus's own lock and sync it to disk.

    Raises:
        OSError: it can't be written; the caller must then not write the files either.
    """
    path = root / WRITTEN_LISTS_FILE
    new = not path.exists()
    with errors_naming(path), path.open("ab") as stream:
        stream.write((_HEAD * new + "".join(map(str, lines))).encode())
        stream.flush()
        os.fsync(stream.fileno())
    if new:
        sync_folder(root)


def replace_written_lists(root: Path, lines: Iterable[WrittenList]) -> None:
    """Replace the contents of the corpus's own lock by these lines."""
    content = (_HEAD + "".join(map(str, lines))).encode()
    path = root / WRITTEN_LISTS_FILE
    if not path.exists() or path.read_bytes() != content:
        with atomic_write(path) as stream:
            stream.write(content)
