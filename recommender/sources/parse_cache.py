"""Cache of parsed front-matter files in an SQLite table; unchanged files are not parsed again."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from recommender.sites import Site
from recommender.sources.source import ParsedFile
from recommender.sources.written_lists import Written, WrittenList

PARSE_CACHE_FILE = ".parse-cache.sqlite3"
"""Name of the cache in a models folder."""

_CLOCK_STEP = 2_000_000_000  # nanoseconds: the coarsest resolution of file systems' time stamps
_BATCH = 1000  # entries per transaction
_READ_AHEAD = 256  # entries per query
_BUSY_SECONDS = 1.0
_PARSING_PACKAGES = ("articles", "frontmatter", "markup", "sites", "sources")
_PARSING_LIBRARIES = ("comrak", "langcodes", "lxml", "msgspec", "python-dateutil", "pyyaml")
_NONE_NEEDED = ""
_FAILURES = (sqlite3.Error, UnicodeDecodeError)  # the latter if SQLite's message quotes damaged text
_CREATE = (
    "CREATE TABLE IF NOT EXISTS parsed_files (corpus BLOB, path TEXT, parser TEXT, status TEXT, lists TEXT, "
    "digest BLOB, parsed BLOB, checksum INTEGER, PRIMARY KEY (corpus, path))"
)
_SELECT_STATES = "SELECT path, parser, status, lists, digest FROM parsed_files WHERE corpus = ?"
_SELECT = (
    "SELECT corpus, path, parser, status, lists, digest, parsed, checksum FROM parsed_files "
    "WHERE corpus = ? AND path >= ? ORDER BY path LIMIT ?"
)
_DELETE = "DELETE FROM parsed_files WHERE corpus = ? AND path = ?"
_REPLACE = "INSERT OR REPLACE INTO parsed_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ParsedFile).decode


class CacheEntry(NamedTuple):
    """One parsed file, as stored.

    Attributes:
        status: size, modification and change times, and inode of the file, taken before it was read.
        lists: the written lists that the result depends on, see `_lists_needed`.
        digest: the parsed file's digest.
        parsed: the parsed file in MessagePack.
    """

    path: str
    status: str
    lists: str
    digest: bytes
    parsed: bytes

    def decode(self) -> ParsedFile:
        """The parsed file.

        Raises:
            ValueError, RecursionError: `parsed` is not what `encode_entry` wrote.
        """
        return _decode(self.parsed)


class ParseCache:
    """Results of earlier runs for the unchanged files of a corpus.

    An entry is used only if the file's status and the parsing code are the same; anything unreadable or doubtful is
    parsed again, so the cache never changes a result. It may be deleted at any time, even while in use.

    Args:
        path: the SQLite file, created with the first entry; `None` turns caching off.
        root, files: the corpus's folder, and its front-matter files relative to it.
        written: for each file, the lists that count as written by this program.
        site: the site's conventions; under other conventions, files are parsed again.

    Attributes:
        statuses: of the files that may be cached. Files changed within the last seconds may not, since a further
            change might not show in their time stamps.
    """

    def __init__(
        self, path: Path | None, root: Path, files: Sequence[str], written: Mapping[str, Written], *, site: Site
    ) -> None:
        self._path = path
        self._corpus = os.fsencode(root.resolve()) + b"\0" + site.digest()
        self._written = written
        self._is_usable = path is not None
        self._new: list[CacheEntry] = []
        self._outdated: set[str] = set()
        self._ahead: dict[str, tuple[Any, ...]] = {}  # rows that were prefetched, by path
        self.statuses = _statuses(root, files, site) if self._is_usable else {}

    def __contains__(self, path: str) -> bool:
        """Whether a file is unchanged and cached."""
        return path in self.digests

    @cached_property
    def digests(self) -> Mapping[str, bytes]:
        """The digests of the cached results of unchanged files, by path; whether they are intact, only `get` checks."""
        found: dict[str, bytes] = {}
        if self._path is None or not self._path.is_file():
            return found
        try:
            for path, parser, status, lists, digest in self._connection.execute(_SELECT_STATES, (self._corpus,)):
                if self._is_current(path, parser, status, lists) and isinstance(digest, bytes):
                    found[path] = digest
                else:
                    self._outdated.add(path)
        except _FAILURES as error:
            self._give_up(error)
            found.clear()
        return found

    def get(self, path: str) -> ParsedFile | None:
        """The cached result of an unchanged file; `None` if there is none (any more).

        Ask for files in the order of their paths: a query prefetches several.
        """
        if not self._is_usable:
            return None
        if path not in self._ahead:
            try:
                rows = self._connection.execute(_SELECT, (self._corpus, path, _READ_AHEAD))
                self._ahead = {row[1]: row for row in rows}
            except _FAILURES as error:
                self._give_up(error)
                return None
        with suppress(ValueError, RecursionError):
            if (row := self._ahead.pop(path, None)) is not None and (entry := self._valid(row)) is not None:
                return entry.decode()
        return None

    def add(self, entry: CacheEntry) -> None:
        """Store a new entry, possibly in a later batch."""
        self._new.append(entry)
        if len(self._new) >= _BATCH:
            self._write()

    def save(self) -> None:
        """Write pending entries, and remove those of files that have changed or are gone."""
        if self._new or self._outdated:
            self._write()

    def _write(self) -> None:
        """Write pending entries in one transaction; on errors or a lock by another run, they are dropped."""
        entries, self._new = self._new, []
        if self._path is None or not self._is_usable:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection as connection:
                connection.executemany(_DELETE, ((self._corpus, path) for path in self._outdated))
                connection.executemany(_REPLACE, (_with_checksum(self._corpus, entry) for entry in entries))
            self._outdated.clear()
        except OSError:
            self._is_usable = False
        except _FAILURES as error:
            self._give_up(error)

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        Path(str(self._path)).touch()  # SQLite would create a file that the group can't write to
        connection = sqlite3.connect(str(self._path), timeout=_BUSY_SECONDS, check_same_thread=False)
        weakref.finalize(self, connection.close)
        connection.execute("PRAGMA synchronous = OFF")  # damage by a power cut is detected and discarded
        connection.execute(_CREATE)
        return connection

    def _give_up(self, error: Exception) -> None:
        """Turn caching off for this run, and delete the file unless it is merely locked by another run."""
        self._is_usable = False
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY and self._path is not None:
            with suppress(OSError):
                self._path.unlink()

    def _valid(self, row: tuple[Any, ...]) -> CacheEntry | None:
        corpus, path, parser, *values, _ = row
        entry = CacheEntry(path, *values)
        if self._is_current(path, parser, entry.status, entry.lists) and _with_checksum(corpus, entry) == row:
            return entry
        return None

    def _is_current(self, path: str, parser: str, status: str, lists: str) -> bool:
        return (
            parser == _parser_version()
            and self.statuses.get(path) == status
            and isinstance(lists, str)
            and _still_needed(lists, self._written.get(path))
        )


def encode_entry(path: str, status: str | None, parsed: ParsedFile, written: Written | None) -> CacheEntry | None:
    """Encode a parsed file as an entry; `None` if it can't be cached.

    Args:
        status: of the file before it was read; one of `ParseCache.statuses`.
        written: the written lists that it was parsed with.
    """
    if status is None or (not parsed.digest and any(problem.line is None for problem in parsed.problems)):
        return None  # it could not be read, but may be readable next time
    try:
        return CacheEntry(path, status, _lists_needed(parsed, written), parsed.digest, _encode(parsed))
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def _statuses(root: Path, files: Sequence[str], site: Site) -> dict[str, str]:
    statuses = {}
    latest = time.time_ns() - _CLOCK_STEP
    for file in files:
        with suppress(OSError):
            found = [os.stat(f"{root}/{file}")]
            for beside in site.metadata_files(file):
                with suppress(FileNotFoundError):
                    found.append(os.stat(f"{root}/{beside}"))
            if max(max(one.st_mtime_ns, one.st_ctime_ns) for one in found) < latest:
                statuses[file] = " ".join(
                    f"{one.st_size} {one.st_mtime_ns} {one.st_ctime_ns} {one.st_ino}" for one in found
                )
    return statuses


def _with_checksum(corpus: bytes, entry: CacheEntry) -> tuple[Any, ...]:
    """The row of an entry, with a checksum: SQLite itself does not detect flipped bits."""
    values = (corpus, entry.path, _parser_version(), *entry[1:])
    return (*values, crc32(_encode(values)))


def _lists_needed(parsed: ParsedFile, written: Written | None) -> str:
    """The written lists that a result depends on: none, the one that the file holds, or all that count for it."""
    for source in parsed.sources:
        if source.written is not None:
            return _digest_one(source.written)
        if source.list_state != "curated":
            return _NONE_NEEDED
    return _digest_all(written)


def _still_needed(lists: str, written: Written | None) -> bool:
    """Whether a result that depends on these lists is still valid for those that count now."""
    if lists == _NONE_NEEDED:
        return True
    digest, _, rest = lists.partition(" ")
    if rest:
        line = (written or {}).get(digest)
        return line is not None and lists == _digest_one(line)
    return digest == _digest_all(written)


def _digest_one(line: WrittenList) -> str:
    return f"{line.digest} {line.curated} {line.replaced}"


def _digest_all(written: Written | None) -> str:
    lines = sorted(map(_digest_one, written.values())) if written else []
    return hashlib.sha256(repr(lines).encode()).hexdigest() if lines else "none"


@cache
def _parser_version() -> str:
    """A hash of all code that a result depends on."""
    return digest_program(*(f"recommender/{name}" for name in _PARSING_PACKAGES), libraries=_PARSING_LIBRARIES)


def digest_program(*packages: str, libraries: Iterable[str]) -> str:
    """A hash, in hex, of the code of packages (named with slashes) and the versions of Python and libraries.

    If a package is installed without its source, every call returns a different hash.
    """
    code = b""
    for package in packages:
        top, *below = package.split("/")
        code += b"".join(module.read_bytes() for module in _modules(package_files(top).joinpath(*below)))
    if not code:
        code = os.urandom(16)
    versions = " ".join((sys.version, *map(version, libraries)))
    return hashlib.sha256(versions.encode() + code).hexdigest()


def _modules(package: Traversable) -> Iterator[Traversable]:
    """The modules of a package and its subpackages, sorted by name."""
    for entry in sorted(package.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _modules(entry)
        elif entry.name.endswith(".py"):
            yield entry
