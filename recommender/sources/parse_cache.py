"""ParseCache kept from run to run, so that a file that has not changed is not parsed again.

One file of lines a corpus, each with a checksum: where a front-matter file was, its status, and what it gave. A line is
believed only as long as the file's status is the same and as long as it would be read by the same code; whatever can't
be believed is read again, so that what is kept here never changes a result. A `.jsonl` file, which is quick to read as
it is, is not kept.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias
from zlib import crc32

import msgspec
import yaml

from recommender.articles import article
from recommender.sources import article_file, frontmatter, jsonl, related_block, source, written_lists
from recommender.sources.source import ParsedFile
from recommender.sources.written_lists import Written
from recommender.storage import atomic_write, locked_folder, remove_temporary_files

PARSE_CACHE_FILE = ".readings"
"""Where a folder of models keeps them."""

Status: TypeAlias = tuple[int, int, int, int]
"""A file's size, the moments of its last modification and change in nanoseconds, and its inode."""

_MARGIN = 2_000_000_000  # nanoseconds: some file systems' clocks go in steps of two seconds
_NO_LIST = ""
_IN_MEMORY = 1 << 22  # bytes of new readings


class _Head(NamedTuple):
    """What a line begins with: the file, its status, on which lists its reading depends, and that one's digest."""

    file: str
    status: Status
    lists: str
    digest: bytes


_encode = msgspec.json.Encoder().encode
_head_of = msgspec.json.Decoder(_Head).decode
_reading_of = msgspec.json.Decoder(ParsedFile).decode


class _Kept(NamedTuple):
    """A line that can be believed: its head, where it begins, and its bytes."""

    head: _Head
    place: int
    line: bytes


class ParseCache:
    """What earlier runs read of a corpus, against the files as they are at this moment.

    Args:
        folder: where readings are kept; made when there is something to keep.
        root, files: the corpus's folder, and its files relative to it.
        written: of each file, the lists that count as this program's.

    Attributes:
        statuses: of the files that were not changed just now, so that any later change will show.
    """

    def __init__(self, folder: Path, root: Path, files: Sequence[str], written: Mapping[str, Written]) -> None:
        self._folder = folder
        self._path = folder / f"{hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]}.tsv"
        self._written = written
        self._fresh: set[str] = set()
        self._lines = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it is closed when this is gone
        weakref.finalize(self, self._lines.close)
        self.statuses: dict[str, Status] = {}
        settled = time.time_ns() - _MARGIN
        for file in files:
            if not file.lower().endswith(".jsonl"):
                with suppress(OSError):
                    found = os.stat(f"{root}/{file}")
                    if max(found.st_mtime_ns, found.st_ctime_ns) < settled:
                        self.statuses[file] = found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino

    def __contains__(self, file: str) -> bool:
        """Whether a file is as it was, and its reading was kept."""
        return file in self._places

    def reading(self, file: str) -> ParsedFile | None:
        """What an unchanged file gave; `None` where what was kept of it turns out to be none of ours."""
        stream = self._stream
        if stream is not None:
            stream.seek(self._places[file])
            with suppress(ValueError, RecursionError):
                return reading_of(stream.readline())
        return None

    @cached_property
    def _stream(self) -> IO[bytes] | None:
        """The file as it was first met: another run may put a new one in its place."""
        try:
            stream = self._path.open("rb")
        except OSError:
            return None
        weakref.finalize(self, stream.close)
        return stream

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where in it the line of each unchanged file begins."""
        return {kept.head.file: kept.place for kept in self._kept(self._stream)} if self._stream else {}

    def digests(self) -> dict[str, bytes]:
        """The digests of the readings of unchanged files, by file."""
        return {kept.head.file: kept.head.digest for kept in self._kept(self._stream)} if self._stream else {}

    def add(self, file: str, line: bytes) -> None:
        """Take in a new parsed, as `line_of` gave it, for `keep`."""
        with suppress(OSError):
            self._lines.write(line)
            self._fresh.add(file)

    def keep(self) -> None:
        """Keep the new readings beside those of unchanged files.

        Where they can't be written, or another run is writing, they are not kept.
        """
        if not self._fresh:
            return
        with suppress(OSError):
            self._lines.seek(0)
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked_folder(self._folder):
                remove_temporary_files(self._folder)
                with atomic_write(self._path) as stream:
                    stream.write(_head())
                    if self._path.exists():
                        with self._path.open("rb") as before:
                            stream.writelines(
                                kept.line for kept in self._kept(before) if kept.head.file not in self._fresh
                            )
                    shutil.copyfileobj(self._lines, stream)

    def _kept(self, stream: IO[bytes]) -> Iterator[_Kept]:
        with suppress(OSError):
            stream.seek(0)
            place = len(first := stream.readline())
            if first != _head():
                return
            for line in stream:
                # The statuses are those of now: a line of a file that has changed, or is gone, is passed by.
                with suppress(ValueError):
                    [head, _] = line[9:].split(b"\t")
                    found = _head_of(head) if int(line[:8], 16) == crc32(line[9:]) else None
                    if (
                        found is not None
                        and self.statuses.get(found.file) == found.status
                        and _holds(found.lists, self._written.get(found.file))
                    ):
                        yield _Kept(found, place, line)
                place += len(line)


def line_of(file: str, status: Status | None, parsed: ParsedFile, written: Written | None) -> bytes:
    """A reading as a line to keep; empty where it can't be kept.

    Args:
        status: the file's, from before it was read; one of `ParseCache.statuses`.
        written: what it was read with.
    """
    if status is None or (not parsed.digest and any(problem.line is None for problem in parsed.problems)):
        return b""  # it could not be read, and may be another time
    try:
        head = _encode(_Head(file, status, _lists(parsed, written), parsed.digest))
        line = b"%b\t%b\n" % (head, _encode(parsed))
    except UnicodeEncodeError:  # half of a surrogate pair
        return b""
    return b"%08x\t%b" % (crc32(line), line)


def encoded(parsed: ParsedFile) -> bytes:
    """A reading as bytes, for `reading_of`; unlike a line of `line_of` they are not to be kept."""
    return _encode(parsed)


def reading_of(line: bytes) -> ParsedFile:
    """The reading that `line_of` or `encoded` was given."""
    return _reading_of(line.rpartition(b"\t")[2])


def _lists(parsed: ParsedFile, written: Written | None) -> str:
    """On which of the program's lists a reading depends."""
    for of_file in parsed.sources:
        if of_file.written is not None:
            return f"{of_file.written.digest} {of_file.written.curated}"
        if of_file.list_state != "curated":
            return _NO_LIST
    return _all_of(written)


def _holds(lists: str, written: Written | None) -> bool:
    if lists == _NO_LIST:
        return True
    digest, _, curated = lists.partition(" ")
    if curated:
        return (written or {}).get(digest) == int(curated)
    return digest == _all_of(written)


def _all_of(written: Written | None) -> str:
    return hashlib.sha256(repr(sorted(written.items())).encode()).hexdigest() if written else "none"


@cache
def _head() -> bytes:
    """The first line: by which code the readings were made, since other code may read the same file otherwise."""
    try:
        modules = (
            article,
            article_file,
            related_block,
            frontmatter,
            jsonl,
            written_lists,
            source,
            sys.modules[__name__],
        )
        code = "".join(map(inspect.getsource, modules))
    except OSError:  # it came without its source: nothing is then believed
        code = os.urandom(16).hex()
    versions = f"{sys.version} {yaml.__version__} {msgspec.__version__}"
    return f"readings of {hashlib.sha256(f'{versions} {code}'.encode()).hexdigest()}\n".encode()
