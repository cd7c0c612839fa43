"""Files on a disk or in an object store, complete after every crash.

`FileStore` holds whole files that are written at once, such as the partitions of an export. `Folder` holds files that
many tasks fill together, each its own byte ranges, such as the arrays of a model: `DiskFolder` on a disk,
`ObjectFolder` at a URL. `atomic_write` and `locked_folder` are for local files.
"""

from recommender.storage.atomic import (
    FileChangedError,
    atomic_write,
    create_synced,
    errors_naming,
    open_regular_file,
    read_regular_file,
    remove_temporary_files,
    sync_folder,
)
from recommender.storage.file_store import FileStore
from recommender.storage.file_system import MOUNTS, network_file_system
from recommender.storage.folder import Blob, DiskFolder, Folder, Sink
from recommender.storage.folder_lock import locked_folder
from recommender.storage.object_folder import CHUNK_SIZE, ObjectFolder
from recommender.storage.staging import staging_folder, temporary_folder

__all__ = [
    "CHUNK_SIZE",
    "MOUNTS",
    "Blob",
    "DiskFolder",
    "FileChangedError",
    "FileStore",
    "Folder",
    "ObjectFolder",
    "Sink",
    "atomic_write",
    "create_synced",
    "errors_naming",
    "locked_folder",
    "network_file_system",
    "open_regular_file",
    "read_regular_file",
    "remove_temporary_files",
    "staging_folder",
    "sync_folder",
    "temporary_folder",
]
