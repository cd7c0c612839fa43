"""A folder that tasks write their files into, on a disk that all of them see or at a URL that fsspec knows.

A file that is there is whole: on a disk it is written beside and renamed, in an object store it is put in one request.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from recommender.disk import alone, remove_unfinished, replacing, sync_folder
from recommender.errors import ExportError


class Dataset:
    """The folder at a path or URL; names of files are relative to it, with slashes."""

    def __init__(self, url: str) -> None:
        """Take the folder, there or not.

        Raises:
            ExportError: fsspec knows no such URL, or lacks what reads it.
        """
        self.url = url
        self._files: Any
        try:
            self._files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise ExportError(f"{url}: can't be reached: {error}") from error
        self._root = str(root).rstrip("/")
        self.folder = Path(self._root) if isinstance(self._files, LocalFileSystem) else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, made where it is missing, against other runs on this machine; what they left is removed.

        Raises:
            ExportError: another run holds it, or it can't be made.
        """
        with ExitStack() as stack:
            try:
                if self.folder is not None:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(alone(self.folder))
                    for folder in self._folders(self.folder):
                        remove_unfinished(folder)
            except BlockingIOError as error:
                raise ExportError(f"{self.url}: another run is writing here; wait for its end, or end it") from error
            except OSError as error:
                raise ExportError(f"{self.url}: can't be written: {error.strerror or error}") from error
            yield

    def names(self) -> set[str]:
        """The files that are there."""
        self._files.invalidate_cache()
        return {str(path)[len(self._root) + 1 :] for path in self._files.find(self._root)}

    def read(self, name: str) -> bytes:
        """A file.

        Raises:
            ExportError: it can't be read.
        """
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except OSError as error:
            raise ExportError(f"{self.url}/{name}: can't be read: {error.strerror or error}") from error

    def write(self, name: str, content: bytes) -> None:
        """Make a file, or replace it; it is there whole or not at all, also after a power cut, in which it may be lost.

        Raises:
            ExportError: it can't be written.
        """
        try:
            if self.folder is None:
                path = f"{self._root}/{name}"
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(path, content)
                return
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file, folder_synced=False) as stream:
                stream.write(content)
        except OSError as error:
            raise ExportError(f"{self.url}/{name}: can't be written: {error.strerror or error}") from error

    def finish(self, name: str) -> None:
        """Make an empty file, by which it is known that all others are there, on the disk too.

        What workers that died have left unfinished is removed.

        Raises:
            ExportError: it can't be made.
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
