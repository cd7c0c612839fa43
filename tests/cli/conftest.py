"""Small corpora that the commands are run on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import write_archive
from samples import SEEDS, stories


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of three articles, one of which can't be read."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.md").write_text('---\ntitle: "Comet over the bay"\npublishedDateTime: 2024-03-05T08:00:00Z\n---\n')
    (folder / "b.md").write_text("---\ntitle: Comet seen from the bay\nsecured: hush\n---\n")
    (folder / "broken.md").write_text("---\ntitle: [\n---\n")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Forty stories of five articles each, as a `.jsonl` file."""
    return write_archive(stories(), tmp_path / "archive.jsonl")


@pytest.fixture
def unlearnt(tmp_path: Path) -> tuple[str, Path]:
    """Options that leave out learning, which takes a second."""
    settings = tmp_path / "unlearnt.yaml"
    settings.write_text("learn: false\n")
    return "--settings", settings


@pytest.fixture
def copy_of_seeds(tmp_path: Path) -> Path:
    """A copy of seeds/ that a test may change."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
