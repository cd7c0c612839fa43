from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.artefacts import Manifest, Verdict, Verdicts

Published = tuple[Path, Manifest]
Processes = list[Verdicts]


@pytest.fixture
def processes(published: Published, tmp_path: Path) -> Iterator[Processes]:
    """The verdicts on the published model as two processes of one server see them."""
    folder = tmp_path / "verdicts"
    folder.mkdir()
    both = [Verdicts(folder, published[0]) for _ in range(2)]
    yield both
    for verdicts in both:
        verdicts.close()


def damage(models: Path, version: str) -> None:
    """Flip one bit of a version's largest part."""
    file = models / version / "index.data.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def awaited(verdicts: Verdicts, version: str) -> Verdict:
    """The verdict, when it has come."""
    latest = time.monotonic() + 60
    while (verdict := verdicts.of(version)) is None:
        assert time.monotonic() < latest
        time.sleep(0.02)
    return verdict


def test_a_whole_version_is_good_and_a_damaged_one_is_refused_with_the_reason(
    published: Published, processes: Processes
) -> None:
    models, manifest = published
    verdicts, _ = processes
    assert verdicts.of(manifest.version) is None  # another process has begun to look
    assert awaited(verdicts, manifest.version) == Verdict(manifest.version)
    damage(models, manifest.version)
    verdict = awaited(verdicts, manifest.version)
    assert not verdict.good
    assert "index.data.npy is damaged: it is not the file that was published" in verdict.reason
    assert verdicts.judge(manifest.version) == verdict


def test_what_one_process_found_the_others_know(published: Published, processes: Processes) -> None:
    _, manifest = published
    first, second = processes
    assert first.of(manifest.version) is second.of(manifest.version) is None
    assert second._looking is None  # the lock is the first one's
    assert awaited(first, manifest.version) == second.of(manifest.version) == second.known(manifest.version)


def test_a_look_that_was_killed_is_begun_again(published: Published, processes: Processes) -> None:
    _, manifest = published
    first, second = processes
    assert first.of(manifest.version) is None
    first.close()
    assert first.known(manifest.version) is None
    assert awaited(second, manifest.version).good


def test_what_can_not_be_a_version_is_refused(processes: Processes) -> None:
    verdict = processes[0].judge("nothing")
    assert "there is no version 'nothing'" in verdict.reason


def test_what_is_served_is_remembered_for_those_that_start_anew(processes: Processes) -> None:
    first, second = processes
    assert first.serving() is None
    first.serve("one")
    first.serve("two")
    assert second.serving() == "two"
