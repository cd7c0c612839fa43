"""A folder that tasks write their files into, on a disk that all of them see or at a URL that fsspec knows.

A file that is there is whole: on a disk it is written beside and renamed, in an object store it is put in one request.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from recommender.errors import StorageError, without_secrets
from recommender.storage.atomic import remove_unfinished, replacing, sync_folder
from recommender.storage.folder_lock import alone


class Dataset:
    """The folder at a path or URL; names of files are relative to it, with slashes.

    Attributes:
        url: where it is.
        place: the same for people to read.
        folder: its path, if it is on a disk.
    """

    def __init__(self, url: str) -> None:
        """Take the folder, there or not.

        Raises:
            StorageError: fsspec knows no such URL, or lacks what reads it.
        """
        self.url = url
        self.place = without_secrets(url)
        self._files: Any
        with self._telling("", "reached"):
            self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        self.folder = Path(self._root) if isinstance(self._files, LocalFileSystem) else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, made where it is missing, against other runs on this machine; what they left is removed.

        Raises:
            StorageError: another run holds it, or it can't be made.
        """
        with ExitStack() as stack:
            try:
                if self.folder is not None:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(alone(self.folder))
                    for folder in self._folders(self.folder):
                        remove_unfinished(folder)
            except BlockingIOError as error:
                raise StorageError(f"{self.place}: another run is writing here; wait for its end, or end it") from error
            except OSError as error:
                raise StorageError(f"{self.place}: can't be written: {error.strerror or error}") from error
            yield

    def names(self) -> set[str]:
        """The files that are there."""
        return set(self.sizes())

    def sizes(self, under: str = "") -> dict[str, int]:
        """The files that are there, or in one of its folders, and how many bytes each has.

        Raises:
            StorageError: they can't be listed.
        """
        with self._telling(under, "listed"):
            self._files.invalidate_cache()
            found = self._files.find(self._path(under), detail=True)
        return {str(path)[len(self._root) + 1 :]: int(known["size"]) for path, known in found.items()}

    def folders(self) -> list[str]:
        """The folders that lie in it.

        Raises:
            StorageError: they can't be listed.
        """
        with self._telling("", "listed"):
            self._files.invalidate_cache()
            if not self._files.isdir(self._root):
                return []
            found = self._files.ls(self._root, detail=True)
        return sorted(str(known["name"]).rpartition("/")[2] for known in found if known["type"] == "directory")

    def holds(self, name: str) -> bool:
        """Whether a file is there.

        Raises:
            StorageError: that can't be told.
        """
        with self._telling(name, "looked for"):
            self._files.invalidate_cache()
            return bool(self._files.exists(self._path(name)))

    def read(self, name: str) -> bytes:
        """A file.

        Raises:
            StorageError: it can't be read.
        """
        with self._telling(name, "read"):
            return bytes(self._files.cat_file(self._path(name)))

    def stretches(self, wanted: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Stretches of files, each given by its name, its first byte and its end; asked for at the same time.

        Raises:
            StorageError: one can't be read.
        """
        names, starts, ends = zip(*wanted, strict=True)
        with self._telling(names[0], "read"):
            found = self._files.cat_ranges(
                [self._path(name) for name in names], list(starts), list(ends), on_error="raise"
            )
        return list(map(bytes, found))

    def write(self, name: str, content: bytes) -> None:
        """Make a file, or replace it; it is there whole or not at all, also after a power cut, in which it may be lost.

        Raises:
            StorageError: it can't be written.
        """
        with self._telling(name, "written"):
            if self.folder is None:
                path = self._path(name)
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(path, content)
                return
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file, folder_synced=False) as stream:
                stream.write(content)

    def remove(self, name: str) -> None:
        """Remove a folder and all that is in it, if it is there.

        Raises:
            StorageError: it can't be removed.
        """
        with self._telling(name, "removed"):
            self._files.invalidate_cache()
            if self._files.exists(self._path(name)):
                self._files.rm(self._path(name), recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextmanager
    def _telling(self, name: str, what: str) -> Iterator[None]:
        """Turn whatever a file system raises, and each has errors of its own, into a sentence."""
        try:
            yield
        except Exception as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
            place = f"{self.place.rstrip('/')}/{name}" if name else self.place
            raise StorageError(f"{place}: can't be {what}: {without_secrets(reason)}") from error

    def finish(self, name: str) -> None:
        """Make an empty file, by which it is known that all others are there, on the disk too.

        What workers that died have left unfinished is removed.

        Raises:
            StorageError: it can't be made.
        """
        if self.folder is not None:
            for folder in self._folders(self.folder):
                remove_unfinished(folder)
                sync_folder(folder)
        self.write(name, b"")

    @staticmethod
    def _folders(folder: Path) -> list[Path]:
        """What has files of the dataset: the folders of its parts, and itself at last."""
        return [*(path for path in folder.iterdir() if path.is_dir()), folder]

    def clear(self) -> None:
        """Remove all files of a folder on a disk."""
        if self.folder is not None:
            for path in self.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
