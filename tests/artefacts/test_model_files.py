"""Arrays of an artefact, on a disk and in an object store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pytest

from recommender.artefacts import ModelFiles
from recommender.errors import StorageError
from recommender.storage import DiskFolder, ObjectFolder

OBJECTS = fsspec.filesystem("memory")


@pytest.fixture(params=["disk", "objects"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ModelFiles]:
    """No files yet, in a folder of either kind."""
    on_disk = request.param == "disk"
    yield ModelFiles(DiskFolder(tmp_path) if on_disk else ObjectFolder(f"memory://bucket/{tmp_path.name}"))
    if OBJECTS.exists("/bucket"):
        OBJECTS.rm("/bucket", recursive=True)


def test_a_missing_object_is_an_error_and_not_zeros(tmp_path: Path) -> None:
    files = ModelFiles(ObjectFolder(f"memory://bucket/{tmp_path.name}"))
    files.allocate("index.days", (6,))
    files.write_rows("index.days", 0, np.ones(2))
    files.write_rows("index.days", 4, np.ones(2))
    assert files.read_rows("index.days", 4, 6).tolist() == [1, 1]
    for first, last in ((1, 3), (2, 4), (0, 6)):
        with pytest.raises(ValueError, match=r"index\.days\.npy lacks some of its bytes"):
            files.read_rows("index.days", first, last)
    with pytest.raises(StorageError, match=r"^memory://bucket/.*/index\.indptr\.npy: is not there$"):
        files.read_array("index.indptr")
    OBJECTS.rm("/bucket", recursive=True)


def test_arrays_are_read_by_rows_and_columns(files: ModelFiles) -> None:
    grid = np.arange(20, dtype=np.float32).reshape(2, 10)
    files.allocate("index.head_norms", grid.shape)
    files.write_columns("index.head_norms", 4, grid[:, 4:])
    files.write_columns("index.head_norms", 0, grid[:, :4])
    assert files.read_array("index.head_norms").tolist() == grid.tolist()
    assert files.read_columns("index.head_norms", 2, 7).tolist() == grid[:, 2:7].tolist()
    assert files.read_rows("index.head_norms", 1, 2).tolist() == grid[1:].tolist()
    assert files.count_rows("index.head_norms") == 2
    for first, last in ((-1, 2), (3, 11), (5, 4)):
        with pytest.raises(ValueError, match="are not within 10"):
            files.read_columns("index.head_norms", first, last)
    with pytest.raises(ValueError, match="are not within"):
        files.write_rows("index.head_norms", 2, grid[:1])
    with pytest.raises(ValueError, match="are not within"):
        files.write_columns("index.head_norms", 8, grid[:, :3])


def test_an_array_is_appended_to(files: ModelFiles) -> None:
    with files.appending("names.rows") as array:
        for value in range(5000):
            array.append(value)
    with files.appending("urls.rows"):
        pass
    assert files.read_array("names.rows").tolist() == list(range(5000))
    assert files.read_array("urls.rows").tolist() == []
    assert files.read_array("names.rows").dtype == np.int32
