"""What is verified and when: at publishing, pulling and putting into use, else once, and again after any change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels, Manifest
from recommender.errors import ArtefactError
from recommender.training import publish

Published = tuple[Path, Manifest]
FILE = "index.data.npy"
DAMAGED = "index.data.npy is damaged: it is not the file that was published"


def flip_bit(file: Path) -> None:
    """Flip one bit of a file in place, and give it back its time of modification, as a forger might."""
    status, data = file.stat(), bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def copied(models: Path, version: str, name: str = "by-hand") -> Path:
    """A copy of a version under another name, made as by hand, with its times and without a seal."""
    shutil.copytree(models / version, models / name)
    return models / name


def test_what_was_published_is_sealed(tmp_path: Path, seeds: Corpus) -> None:
    manifest = publish(seeds, tmp_path)
    assert LocalModels(tmp_path).is_verified(manifest.version)


def test_a_version_that_was_copied_by_hand_is_verified_once(published: Published) -> None:
    models, manifest = published
    folder = copied(models, manifest.version)
    assert not LocalModels(models).is_verified(folder.name)
    Recommender.load(models, folder.name)
    assert LocalModels(models).is_verified(folder.name)


@pytest.mark.parametrize("name", [FILE, "manifest.json"])
def test_a_seal_does_not_fit_a_file_that_was_changed_whatever_its_size_and_time(
    published: Published, name: str
) -> None:
    models, manifest = published
    flip_bit(models / manifest.version / name)
    assert not LocalModels(models).is_verified(manifest.version)
    with pytest.raises(ArtefactError):
        Recommender.load(models)


def test_a_seal_that_is_handed_over_with_a_version_does_not_fit_its_copy(published: Published, tmp_path: Path) -> None:
    models, manifest = published
    shutil.copytree(models, tmp_path / "copy")  # with seals, and the times of all files
    assert not LocalModels(tmp_path / "copy").is_verified(manifest.version)
    flip_bit(tmp_path / "copy" / manifest.version / FILE)
    with pytest.raises(ArtefactError, match=DAMAGED):
        Recommender.load(tmp_path / "copy")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"status": "verified"}'])
def test_a_damaged_seal_is_none(published: Published, text: str) -> None:
    models, manifest = published
    (models / ".seals" / f"{manifest.version}.json").write_text(text)
    assert not LocalModels(models).is_verified(manifest.version)
    Recommender.load(models)
    assert LocalModels(models).is_verified(manifest.version)


def test_a_file_that_was_put_in_place_of_another_is_found(published: Published, tmp_path: Path) -> None:
    models, manifest = published
    other = tmp_path / "other"
    shutil.copy2(models / manifest.version / FILE, other)
    flip_bit(other)
    other.replace(models / manifest.version / FILE)
    with pytest.raises(ArtefactError, match=DAMAGED):
        Recommender.load(models)


def test_a_refusal_is_kept_until_the_files_change(published: Published) -> None:
    models, manifest = published
    file = models / manifest.version / FILE
    content = file.read_bytes()
    flip_bit(file)
    for _ in range(2):
        with pytest.raises(ArtefactError, match=DAMAGED):
            LocalModels(models).ensure_verified()
    file.write_bytes(content)
    LocalModels(models).ensure_verified()


def test_putting_into_use_verifies_all_of_a_version(published: Published) -> None:
    models, manifest = published
    folder = copied(models, manifest.version)
    flip_bit(folder / FILE)
    with pytest.raises(ArtefactError, match=DAMAGED):
        LocalModels(models).use(folder.name)
    assert LocalModels(models).current() == manifest.version


def test_verifying_that_ended_its_process_is_tried_again_after_a_while(published: Published) -> None:
    models, manifest = published
    folder = copied(models, manifest.version)
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)  # reading it waits for ever
    load = f"from recommender import Recommender; Recommender.load({str(models)!r}, {folder.name!r})"
    with subprocess.Popen([sys.executable, "-c", load]) as process:
        until((models / ".seals" / f"{folder.name}.json").exists)
        process.kill()
    with pytest.raises(ArtefactError, match=r"its verification was interrupted 1 times.*next attempt in"):
        LocalModels(models).ensure_verified(folder.name)
    (folder / FILE).unlink()
    shutil.copy(models / manifest.version / FILE, folder / FILE)
    LocalModels(models).ensure_verified(folder.name)


def test_verifying_that_ended_its_process_eight_times_waits_for_someone_to_call_it(published: Published) -> None:
    models, manifest = published
    folder = copied(models, manifest.version)
    LocalModels(models).ensure_verified(folder.name)
    seal = models / ".seals" / f"{folder.name}.json"
    values = json.loads(seal.read_bytes())
    seal.write_text(json.dumps({**values, "status": "verifying", "attempts": 8, "started": 0}))
    with pytest.raises(ArtefactError, match=r"8 times; see .* and run `recommender models verify by-hand`"):
        LocalModels(models).ensure_verified(folder.name)
    LocalModels(models).verify(folder.name)
    LocalModels(models).ensure_verified(folder.name)


def test_a_folder_that_can_not_be_written_is_verified_at_each_load(published: Published) -> None:
    models, manifest = published
    shutil.rmtree(models / ".seals")
    (models / ".seals").write_text("in the way")
    Recommender.load(models)
    assert not LocalModels(models).is_verified(manifest.version)
    flip_bit(models / manifest.version / FILE)
    with pytest.raises(ArtefactError, match=DAMAGED):
        Recommender.load(models)


def test_seals_of_versions_that_are_gone_are_removed(published: Published) -> None:
    models, manifest = published
    folder = copied(models, manifest.version)
    LocalModels(models).ensure_verified(folder.name)
    shutil.rmtree(folder)
    LocalModels(models).verify()
    assert [path.name for path in (models / ".seals").glob("*.json")] == [f"{manifest.version}.json"]


def test_the_version_that_was_served_last_is_known_while_it_is_there(published: Published) -> None:
    models, manifest = published
    assert LocalModels(models).last_served() is None
    LocalModels(models).record_served(manifest.version)
    assert LocalModels(models).last_served() == manifest.version
    shutil.rmtree(models / manifest.version)
    assert LocalModels(models).last_served() is None
