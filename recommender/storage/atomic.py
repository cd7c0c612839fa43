"""Files that are there whole or not at all, also after a crash or a power cut."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from recommender.errors import RecommenderError

_UNFINISHED = ".unfinished-"


class FileChangedError(RecommenderError):
    """A file that was to be replaced is not the one that was read."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file for reading.

    Raises:
        OSError: it can't be read, or is something else.
    """
    # Without O_NONBLOCK, opening a pipe that is called x.md would wait for its other end for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        yield stream


@contextmanager
def synced(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file for writing; its bytes are on the disk when the block ends."""
    with path.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def replacing(path: Path, *, as_of: os.stat_result | None = None, folder_synced: bool = True) -> Iterator[IO[bytes]]:
    """Write beside `path`, and put the whole in its place when the block ends; an error leaves `path` as it was.

    A link stays, and what it leads to is replaced; a file keeps its mode, its owner where that is permitted, and its
    extended attributes. What is no regular file, such as /dev/null or a pipe, can't be replaced and is written to.

    Args:
        as_of: the file's status when it was read.
        folder_synced: whether the rename, too, is on the disk when the block ends; else `sync_folder` has to be called.

    Raises:
        FileChangedError: the file is no longer as of `as_of`.
        OSError: it can't be written.
    """
    target = path.resolve()
    status = target.stat() if target.exists() else None
    if status is not None and not stat.S_ISREG(status.st_mode):
        with target.open("wb") as stream:
            yield stream
        return
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
    beside = Path(name)
    try:
        with open(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if status is None:
            beside.chmod(0o644)
        else:
            _take_after(beside, target, status)
        if as_of is not None and _identity(target.stat()) != _identity(as_of):
            raise FileChangedError(f"{path}: it has changed since it was read")
        beside.rename(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if folder_synced:
        sync_folder(target.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what a `replacing` that was killed left in a folder; nobody else may be writing there."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Put a folder's own entries (what was created or renamed in it) on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_after(new: Path, old: Path, status: os.stat_result) -> None:
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    if hasattr(os, "listxattr"):
        for name in os.listxattr(old):
            with suppress(OSError):
                os.setxattr(new, name, os.getxattr(old, name))
    new.chmod(stat.S_IMODE(status.st_mode))


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
