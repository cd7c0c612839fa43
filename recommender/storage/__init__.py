"""Files that are whole or not at all, and folders of them: on a disk, or at a URL."""

from recommender.storage.atomic import FileChangedError, opened, remove_unfinished, replacing, sync_folder, synced
from recommender.storage.dataset import Dataset
from recommender.storage.folder_lock import alone
from recommender.storage.folders import Blob, DiskFolder, Folder, Sink
from recommender.storage.object_folder import STEP, ObjectFolder

__all__ = [
    "STEP",
    "Blob",
    "Dataset",
    "DiskFolder",
    "FileChangedError",
    "Folder",
    "ObjectFolder",
    "Sink",
    "alone",
    "opened",
    "remove_unfinished",
    "replacing",
    "sync_folder",
    "synced",
]
