"""Atomic file writes that survive crashes and power cuts."""

from __future__ import annotations

import math
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from recommender.errors import RecommenderError

_TEMPORARY = ".unfinished-"  # prefix of temporary files


class FileChangedError(RecommenderError):
    """A file changed between being read and being replaced."""


@contextmanager
def open_regular_file(path: Path | str) -> Iterator[IO[bytes]]:
    """Open a regular file for reading.

    Raises:
        OSError: it can't be read, or is not a regular file.
    """
    with open(_open_descriptor(path)[0], "rb") as stream:
        yield stream


def _open_descriptor(path: Path | str) -> tuple[int, int]:
    """The descriptor of an opened regular file, and its size in bytes."""
    # Without O_NONBLOCK, opening a named pipe blocks until somebody opens its other end. Windows has no such flag.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor, status.st_size


def read_regular_file(path: Path | str, *, max_bytes: int) -> bytes:
    """Read at most `max_bytes` bytes of a regular file.

    Raises:
        OSError: it can't be read, or is not a regular file.
    """
    descriptor, size = _open_descriptor(path)
    if size >= max_bytes:
        with open(descriptor, "rb") as stream:
            return stream.read(max_bytes)
    with open(descriptor, "rb", buffering=0) as stream:  # small files take two thirds of the time
        return stream.readall()


@contextmanager
def errors_naming(path: Path) -> Iterator[None]:
    """Errors that name no file, such as that of a full disk, or only a temporary one, name the file to be written."""
    try:
        yield
    except OSError as error:
        if error.filename is None or _TEMPORARY in str(error.filename):
            error.filename = str(path)
        raise


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
    its extended attributes; a new one has the mode that the umask leaves it. Anything but a regular file, such as
    /dev/null or a pipe, is written to directly.

    Text editors respect no lock. Writes by another process up to the rename are noticed and kept; writes after the
    rename by a process that opened the file before it are lost.

    Args:
        as_of: the file's status from before it was read; if it differs now, the file stays as it is.
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
    temporary = target.parent / f"{_TEMPORARY}{secrets.token_hex(8)}"
    mode = 0o666 if status is None else 0o600  # private until it gets the mode of the file that it replaces
    try:
        opener = partial(os.open, mode=mode)
        with errors_naming(path), open(temporary, "xb", opener=opener) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if status is not None:
            _copy_attributes(target, temporary, status)
        if as_of is None:
            temporary.replace(target)
        else:
            _replace_unchanged(temporary, target, as_of)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if folder_synced:
        sync_folder(target.parent)


def remove_temporary_files(folder: Path, *, min_age: float = -math.inf) -> None:
    """Remove what killed `atomic_write` calls left in a folder.

    Args:
        min_age: seconds since they were written to; by default all are removed, and the caller must be the only writer.
    """
    for path in folder.glob(f"{_TEMPORARY}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= min_age:
                path.unlink()


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries (files created or renamed in it) to the disk; Windows can't and need not."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace_unchanged(temporary: Path, target: Path, as_of: os.stat_result) -> None:
    """Replace a file by another; if it is written to before the rename completes, restore it."""
    replaced = target.parent / f"{_TEMPORARY}{secrets.token_hex(8)}"
    try:
        with suppress(OSError):  # some file systems have no hard links
            os.link(target, replaced)
        if _identity(target.stat()) != _identity(as_of):
            raise FileChangedError(f"{target}: it has changed since it was read; run again")
        temporary.replace(target)
        if replaced.exists() and _identity(replaced.stat()) != _identity(as_of):
            replaced.replace(target)
            raise FileChangedError(f"{target}: it has changed since it was read; run again")
    finally:
        replaced.unlink(missing_ok=True)


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
