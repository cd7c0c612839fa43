"""Atomic file writes that survive crashes and power cuts."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from recommender.errors import RecommenderError

_TEMPORARY = ".unfinished-"  # prefix of temporary files


class FileChangedError(RecommenderError):
    """A file changed between being read and being replaced."""


@contextmanager
def open_regular_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file for reading.

    Raises:
        OSError: it can't be read, or is not a regular file.
    """
    # Without O_NONBLOCK, opening a named pipe blocks until somebody opens its other end. Windows has no such flag.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        yield stream


@contextmanager
def create_synced(path: Path) -> Iterator[IO[bytes]]:
    """Create a file and open it for writing; its content is synced to the disk when the block ends.

    Raises:
        FileExistsError: the file exists.
    """
    with path.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def atomic_write(path: Path, *, as_of: os.stat_result | None = None, folder_synced: bool = True) -> Iterator[IO[bytes]]:
    """Write a temporary file and rename it to `path` when the block ends; after an error `path` is unchanged.

    A symbolic link is followed and its target replaced. An existing file keeps its mode, its owner where permitted, and
    its extended attributes. Anything but a regular file, such as /dev/null or a pipe, is written to directly.

    Args:
        as_of: the file's status when it was read; if it differs now, nothing is written.
        folder_synced: whether the rename is synced to the disk too; if not, call `sync_folder` later.

    Raises:
        FileChangedError: the file has changed since `as_of`.
        OSError: it can't be written.
    """
    target = path.resolve()
    status = target.stat() if target.exists() else None
    if status is not None and not stat.S_ISREG(status.st_mode):
        with target.open("wb") as stream:
            yield stream
        return
    descriptor, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=target.parent)
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if status is None:
            temporary.chmod(0o644)
        else:
            _copy_attributes(target, temporary, status)
        if as_of is not None and _identity(target.stat()) != _identity(as_of):
            raise FileChangedError(f"{path}: it has changed since it was read")
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if folder_synced:
        sync_folder(target.parent)


def remove_temporary_files(folder: Path) -> None:
    """Remove what killed `atomic_write` calls left in a folder; the caller must be the only writer there."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries (files created or renamed in it) to the disk; Windows can't and need not."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_attributes(source: Path, target: Path, status: os.stat_result) -> None:
    if sys.platform != "win32" and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(target, status.st_uid, status.st_gid)
    if hasattr(os, "listxattr"):
        for name in os.listxattr(source):
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))
    target.chmod(stat.S_IMODE(status.st_mode))


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
