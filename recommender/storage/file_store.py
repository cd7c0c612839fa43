"""Whole files by name, on a local disk or at any URL that fsspec knows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from recommender.errors import FAULTS, StorageError, without_secrets
from recommender.storage.atomic import atomic_write, remove_temporary_files, sync_folder
from recommender.storage.folder_lock import locked_folder


class FileStore:
    """Files in a folder, or objects under a URL; their names are relative, with slashes.

    A file that exists is complete: on a disk it is written to a temporary file and renamed, in an object store it is
    put in one request. Tasks on other machines may write to the same store. Methods raise a `StorageError` if the store
    can't be read or written.

    Attributes:
        url: path or URL of the folder.
        location: `url` without secrets, for messages.
        folder: local path of the folder; `None` in an object store.
    """

    def __init__(self, url: str) -> None:
        """Connect to a folder, which need not exist.

        Raises:
            StorageError: fsspec doesn't know the protocol, or a library for it is missing.
        """
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        self.url = url
        self.location = without_secrets(url)
        self._filesystem: Any
        with self._storage_errors("", "reached"):
            self._filesystem, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        self.folder = Path(self._root) if isinstance(self._filesystem, LocalFileSystem) else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the folder, lock it against other runs on this machine, and remove temporary files of killed runs.

        In an object store this does nothing.

        Raises:
            StorageError: another run holds the lock, or the folder can't be created.
        """
        with ExitStack() as stack:
            if self.folder is not None:
                try:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(locked_folder(self.folder))
                    for folder in self._local_folders(self.folder):
                        remove_temporary_files(folder)
                except BlockingIOError as error:
                    raise StorageError(
                        f"{self.location}: another run is writing here; wait for its end, or end it"
                    ) from error
                except OSError as error:
                    raise StorageError(f"{self.location}: can't be written: {error.strerror or error}") from error
            yield

    def names(self) -> set[str]:
        """The names of all files."""
        return set(self.sizes())

    def sizes(self, folder: str = "") -> dict[str, int]:
        """The size in bytes of each file, by name.

        Args:
            folder: list only this subfolder.
        """
        with self._storage_errors(folder, "listed"):
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self._path(folder), detail=True)
            sizes = {  # the listing of a web server has none
                path: self._filesystem.size(path) if info["size"] is None else info["size"]
                for path, info in found.items()
            }
        return {str(path)[len(self._root) + 1 :]: int(size) for path, size in sizes.items()}

    def folders(self) -> list[str]:
        """The names of the subfolders, sorted."""
        with self._storage_errors("", "listed"):
            self._filesystem.invalidate_cache()
            if not self._filesystem.isdir(self._root):
                return []
            found = self._filesystem.ls(self._root, detail=True)
        return sorted(str(info["name"]).rstrip("/").rpartition("/")[2] for info in found if info["type"] == "directory")

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with self._storage_errors(name, "looked for"):
            self._filesystem.invalidate_cache()
            return bool(self._filesystem.exists(self._path(name)))

    def read(self, name: str) -> bytes:
        """The content of a file."""
        with self._storage_errors(name, "read"):
            return bytes(self._filesystem.cat_file(self._path(name)))

    def read_ranges(self, ranges: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Byte ranges of files, fetched concurrently.

        Args:
            ranges: name, first byte and end of each; at least one.
        """
        names, starts, ends = zip(*ranges, strict=True)
        with self._storage_errors(names[0], "read"):
            found = self._filesystem.cat_ranges(
                [self._path(name) for name in names], list(starts), list(ends), on_error="raise"
            )
        return list(map(bytes, found))

    def write(self, name: str, content: bytes) -> None:
        """Create or replace a file atomically; a power cut may lose it until `complete` is called."""
        with self._storage_errors(name, "written"):
            if self.folder is None:
                path = self._path(name)
                self._filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._filesystem.pipe_file(path, content)
                return
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(file, folder_synced=False) as stream:
                stream.write(content)

    def complete(self, marker: str) -> None:
        """Sync all files to the disk, remove temporary ones, and write an empty marker file that says so."""
        if self.folder is not None:
            for folder in self._local_folders(self.folder):
                remove_temporary_files(folder)
                sync_folder(folder)
        self.write(marker, b"")

    def remove(self, name: str) -> None:
        """Remove a file or a subfolder if it exists."""
        with self._storage_errors(name, "removed"):
            self._filesystem.invalidate_cache()
            if self._filesystem.exists(self._path(name)):
                self._filesystem.rm(self._path(name), recursive=True)

    def clear(self) -> None:
        """Remove all files of a local folder; in an object store this does nothing."""
        if self.folder is not None:
            for path in self.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @staticmethod
    def _local_folders(folder: Path) -> list[Path]:
        """The subfolders of a folder, then the folder itself."""
        return [*(path for path in folder.iterdir() if path.is_dir()), folder]

    @contextmanager
    def _storage_errors(self, name: str, participle: str) -> Iterator[None]:
        """Raise `StorageError` for any error of the store: each file system of fsspec has its own."""
        try:
            yield
        except FAULTS:
            raise
        except ImportError as error:
            raise StorageError(f"{self.location}: a library is missing: {error}") from error  # fsspec names it
        except Exception as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
            location = f"{self.location.rstrip('/')}/{name}" if name else self.location
            raise StorageError(f"{location}: can't be {participle}: {without_secrets(reason)}") from error
