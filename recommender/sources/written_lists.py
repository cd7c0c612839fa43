"""`.related.lock`: which lists in a corpus's files this program wrote, so that they never count as curated.

Each line is a list: the sha256 of its content, the number of curated entries at its head, and its file. Before the file
stands, as a JSON string, what the list replaced, such as `related: true`. The order of the lines is
irrelevant, and a file may have several, so branches of a repository can be merged in any way.
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
from recommender.storage import atomic_write, open_regular_file, sync_folder

WRITTEN_LISTS_FILE = ".related.lock"
_HEAD = "# Lists that `recommender enrich` wrote: sha256, curated entries at the head, file. Keep this in git.\n"
_LINE = re.compile(r'([0-9a-f]{64}) ([0-9]{1,9}) (?:("(?:[^"\\]|\\.)*") )?(.+)')
_MERGE_MARK = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list that this program wrote into a file.

    Attributes:
        file: relative to the corpus.
        digest: what `digest_list` gives for it.
        curated: how many entries at its head are curated.
        replaced: the lines that it replaced, which held no list, such as `related: true`.
    """

    file: str
    digest: str
    curated: int
    replaced: str = ""

    def __str__(self) -> str:
        file = self.file.replace("\\", "\\\\").replace("\n", "\\n")  # a line it stays
        replaced = f"{json.dumps(self.replaced)} " if self.replaced or file.startswith('"') else ""
        return f"{self.digest} {self.curated} {replaced}{file}\n"

    @classmethod
    def of(cls, text: str) -> Self | None:
        """The line that a text is, if it is one."""
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
    """What a corpus's lock files remember; those of folders above and below the corpus count too."""

    def __init__(self, lines: Iterable[WrittenList] = ()) -> None:
        self._written: dict[str, dict[str, WrittenList]] = {}
        for line in lines:
            self._written.setdefault(line.file, {})[line.digest] = line

    @classmethod
    def of(cls, root: Path, files: Collection[str]) -> Self:
        """Read the locks that speak of a corpus's files; without any, an empty one.

        Raises:
            CorpusError: a lock is there and can't be read; without it the program's lists would pass for curated ones.
        """
        lines = []
        for below in sorted({"".join(file.rpartition("/")[:2]) for file in files} | {""}):
            lines += [
                replace(line, file=below + line.file) for line in read_written_lists(root / below / WRITTEN_LISTS_FILE)
            ]
        here = root.resolve()
        for above in here.parents:
            if not os.access(above, os.X_OK):
                continue  # a corpus that is the working directory may lie in a folder that is closed to this user
            within = f"{here.relative_to(above).as_posix()}/"
            lines += [
                replace(line, file=line.file.removeprefix(within))
                for line in read_written_lists(above / WRITTEN_LISTS_FILE)
                if line.file.startswith(within)
            ]
        return cls(lines)

    def of_files(self, files: Iterable[str], *, present: Collection[str]) -> dict[str, Written]:
        """For each file the lists that count as written by this program, where there are any.

        What was written into a file that is gone counts in every file: it may have been renamed.
        """
        gone = {
            digest: line
            for file, written in self._written.items()
            if file not in present
            for digest, line in written.items()
        }
        known = {file: {**gone, **self._written.get(file, {})} for file in files}
        return {file: written for file, written in known.items() if written}

    def lines(self) -> list[WrittenList]:
        """All that is remembered, in the order of the files."""
        lines = (line for known in self._written.values() for line in known.values())
        return sorted(lines, key=lambda line: (line.file, line.digest))


def digest_list(items: list[Value], comments: Collection[str]) -> str:
    """The sha256 of a list, as hex: of its values and of people's comments in it, however they are laid out."""
    values = json.dumps([items, *comments], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(values.encode()).hexdigest()


def read_written_lists(path: Path) -> list[WrittenList]:
    """The lines of one lock file, none where there is no such file; what a merge or a crash left over is passed by.

    Raises:
        CorpusError: it can't be read, or holds what no lock holds.
    """
    try:
        with open_regular_file(path) as stream:
            whole, line_break, rest = stream.read().removeprefix(codecs.BOM_UTF8).rpartition(b"\n")
        text = (whole + line_break).decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: can't be read ({error}); mend it, or bring it back from git") from error
    lines = []
    # What follows the last line break may not have been written to its end. Then nothing was written into its file
    # either, and it does no harm.
    last = rest.decode(errors="ignore")
    for number, line in enumerate([*text.split("\n"), last if WrittenList.of(last) else ""], start=1):
        if known := WrittenList.of(line.rstrip("\r")):
            lines.append(known)
        elif line.strip() and not line.startswith("#") and not _MERGE_MARK.match(line):
            raise CorpusError(f"{path}:{number}: not a line of a lock; remove it, or bring the file back from git")
    return lines


def append_written_lists(root: Path, lines: Iterable[WrittenList]) -> None:
    """Put lines at the end of the corpus's own lock, on the disk before it returns.

    Raises:
        OSError: it can't be written; nothing may then be written into the files either.
    """
    path = root / WRITTEN_LISTS_FILE
    new = not path.exists()
    with path.open("ab") as stream:
        stream.write((_HEAD * new + "".join(map(str, lines))).encode())
        stream.flush()
        os.fsync(stream.fileno())
    if new:
        sync_folder(root)


def replace_written_lists(root: Path, lines: Iterable[WrittenList]) -> None:
    """Put these lines, and no others, into the corpus's own lock."""
    content = (_HEAD + "".join(map(str, lines))).encode()
    path = root / WRITTEN_LISTS_FILE
    if not path.exists() or path.read_bytes() != content:
        with atomic_write(path) as stream:
            stream.write(content)
