from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import ENTRY_KEYS, article, corpus_of

from recommender import Corpus, Recommender, Settings
from recommender.artefacts import LocalModels, Manifest
from recommender.errors import ArtefactError
from recommender.search import IndexArrays
from recommender.storage import locked_folder
from recommender.training import publish

Published = tuple[Path, Manifest]


def test_a_loaded_model_answers_as_the_one_that_was_published(
    published: Published, seeds_recommender: Recommender
) -> None:
    loaded = Recommender.load(published[0])
    assert list(loaded) == list(seeds_recommender)
    assert loaded.settings == seeds_recommender.settings
    assert list(loaded.related_all()) == list(seeds_recommender.related_all())
    text = ("Comet over the harbour", "A tail that can be seen at dawn.")
    assert loaded.related_to_text(*text) == seeds_recommender.related_to_text(*text)


def test_settings_and_emptiness_survive(tmp_path: Path) -> None:
    corpus = corpus_of(article("a", "Comet"), article("b", "Comet", published=False, hidden=True))
    settings = Settings(half_life_days=None, title_weight=1.0)
    publish(corpus, tmp_path, settings=settings)
    loaded = Recommender.load(tmp_path)
    assert loaded.settings == settings
    assert tuple(loaded) == corpus.articles


def test_the_manifest_says_what_was_trained_on_what(published: Published, seeds: Corpus) -> None:
    manifest = LocalModels(published[0]).manifest()
    assert manifest == published[1]
    assert manifest.corpus == seeds.fingerprint
    assert manifest.counts["articles"] == len(seeds.articles)
    assert manifest.counts["files"] == 154
    assert set(manifest.libraries) >= {"scikit-learn", "numpy"}


def test_the_same_corpus_gives_the_same_files(published: Published, tmp_path: Path, seeds: Corpus) -> None:
    again = publish(seeds, tmp_path / "again")
    assert again.files == published[1].files


def test_a_newer_version_is_in_use_until_an_older_one_is_named(
    published: Published, seeds: Corpus, seeds_recommender: Recommender
) -> None:
    models, first = published
    second = publish(seeds, models)
    assert LocalModels(models).versions() == [first.version, second.version]
    assert LocalModels(models).current() == second.version
    LocalModels(models).use(first.version)
    assert LocalModels(models).current() == first.version
    assert list(Recommender.load(models)) == list(seeds_recommender)


def test_publishing_leaves_only_the_version_the_pointer_and_the_seals(published: Published) -> None:
    models, manifest = published
    assert {path.name for path in models.iterdir()} == {manifest.version, "current", ".seals"}


def test_what_killed_processes_left_is_removed_when_the_next_model_is_published(published: Published) -> None:
    models = published[0]
    left = [models / ".publishing-abcd", models / ".unfinished-ef", models / ".seals" / ".unfinished-gh"]
    left[0].mkdir()
    (left[0] / "articles.jsonl").write_text("half")
    for file in left[1:]:
        file.write_text("half")
        os.utime(file, (0, 0))
    being_written, kept = models / ".unfinished-ij", models / ".publishing-running"
    being_written.touch()
    kept.mkdir()
    with locked_folder(kept):
        publish(corpus_of(article("a", "Comet")), models)
    assert [path for path in (*left, being_written, kept) if path.exists()] == [being_written, kept]


def test_a_model_is_readable_for_those_whom_the_umask_lets_read_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        manifest = publish(corpus_of(article("a", "Comet")), tmp_path / "models")
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "models").rglob("*") if path.is_file()}
    assert (modes, (tmp_path / "models" / manifest.version).stat().st_mode & 0o777) == ({0o640}, 0o750)


def test_a_folder_that_can_not_be_written_is_said(
    tmp_path: Path, seeds: Corpus, seeds_recommender: Recommender
) -> None:
    (tmp_path / "models").write_text("a file, not a folder")
    with pytest.raises(ArtefactError, match="models: the artefact can't be written: File exists"):
        publish(seeds, tmp_path / "models")


def damaged(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file, and the manifest not."""
    file.write_bytes(change(file.read_bytes()))


def forged(folder: Path, name: str, content: bytes) -> None:
    """Change a file, and the manifest so that it matches: what a hostile hand can always do."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    write_manifest(folder / "manifest.json", manifest)


def write_manifest(file: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with the checksum that it would have."""
    values = {name: value for name, value in manifest.items() if name != "checksum"}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    file.write_text(json.dumps({**values, "checksum": hashlib.sha256(text.encode()).hexdigest()}))


def refusal(models: Path) -> str:
    """The sentence with which the model in use is refused."""
    with pytest.raises(ArtefactError) as caught:
        Recommender.load(models)
    sentence = str(caught.value)
    assert sentence.endswith("; run `recommender train CORPUS`, or go back with `recommender models use VERSION`")
    return sentence


FILES = sorted(
    [
        "articles.jsonl",
        *(f"articles.{part}.npy" for part in ("ends", "entries", "flags")),
        *(f"copies.{part}.npy" for part in ("originals", "text_keys")),
        *(f"index.{part}.npy" for part in IndexArrays._fields),
        *(f"lists.{part}.npy" for part in ("rows", "scores")),
        *(f"{keys}.{part}.npy" for keys in ("names", "urls") for part in ("ends", "rows")),
        *(f"{keys}.txt" for keys in ("names", "urls")),
        *(f"{field}.{part}" for field in ("excerpt", "title") for part in ("terms.txt", "weights.npy")),
    ]
)


def test_the_manifest_names_every_file(published: Published) -> None:
    assert sorted(published[1].files) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused(published: Published, name: str) -> None:
    models, manifest = published
    damaged(models / manifest.version / name, lambda data: data[: len(data) // 2])
    assert f"{name} is damaged: it is not the file that was published" in refusal(models)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0, 0.5, 0.999])
def test_a_flipped_bit_is_refused(published: Published, name: str, share: float) -> None:
    def flip(data: bytes) -> bytes:
        position = int(len(data) * share)
        return data[:position] + bytes([data[position] ^ 4]) + data[position + 1 :]

    models, manifest = published
    damaged(models / manifest.version / name, flip)
    assert f"{name} is damaged" in refusal(models)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(published: Published, name: str) -> None:
    models, manifest = published
    (models / manifest.version / name).unlink()
    assert f"{name} can't be read (No such file or directory)" in refusal(models)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '{"format": 99}', "[" * 100_000])
def test_a_damaged_manifest_is_refused(published: Published, text: str) -> None:
    models, manifest = published
    (models / manifest.version / "manifest.json").write_text(text)
    refusal(models)


class Bomb:
    """Unpickled, it would leave a file behind."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("name", FILES)
def test_a_pickle_in_place_of_a_file_is_refused_and_not_run(published: Published, tmp_path: Path, name: str) -> None:
    models, manifest = published
    trace = tmp_path / "it ran"
    forged(models / manifest.version, name, pickle.dumps(Bomb(trace)))
    assert "its content is invalid" in refusal(models)
    assert not trace.exists()


def test_an_array_of_pickled_objects_is_refused_and_not_run(published: Published, tmp_path: Path) -> None:
    models, manifest = published
    trace = tmp_path / "it ran"
    file = tmp_path / "objects.npy"
    np.save(file, np.array([Bomb(trace)], object), allow_pickle=True)
    forged(models / manifest.version, "title.weights.npy", file.read_bytes())
    assert "its content is invalid" in refusal(models)
    assert not trace.exists()


def test_columns_that_do_not_exist_are_refused(published: Published, tmp_path: Path) -> None:
    models, manifest = published
    folder = models / manifest.version
    indices = np.load(folder / "index.indices.npy")
    indices[3] = 2**31 - 1
    file = tmp_path / "indices.npy"
    np.save(file, indices)
    forged(folder, "index.indices.npy", file.read_bytes())
    assert "its content is invalid" in refusal(models)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("index.postings", lambda array: array | np.uint32(0xFFFF0000)),
        ("index.posting_offsets", lambda array: array[:, ::-1]),
        ("index.indptr", lambda array: array[::-1]),
        ("index.term_levels", lambda array: array | np.uint8(0xFF)),
        ("index.head_norms", lambda array: array[:, 1:]),
        ("index.block_size", lambda array: array * 0),
        ("index.weights", lambda array: array + 1),
        ("index.days", lambda array: array[1:]),
        ("lists.rows", lambda array: array + np.int32(1 << 30)),
        ("lists.scores", lambda array: array[1:]),
        ("names.rows", lambda array: array - np.int32(1)),
        ("names.ends", lambda array: array[::-1]),
        ("urls.rows", lambda array: array[1:]),
        ("articles.ends", lambda array: array + 1),
        ("articles.entries", lambda array: array + np.int32(1)),
        ("title.weights", lambda array: array[1:]),
        ("copies.originals", lambda array: array + np.int32(1 << 30)),
        ("copies.text_keys", lambda array: array[1:]),
    ],
)
def test_arrays_that_do_not_fit_are_refused_before_anything_is_searched(
    published: Published, tmp_path: Path, name: str, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> None:
    models, manifest = published
    folder = models / manifest.version
    file = tmp_path / "forged.npy"
    np.save(file, np.ascontiguousarray(change(np.load(folder / f"{name}.npy"))).reshape(_shape(name)))
    forged(folder, f"{name}.npy", file.read_bytes())
    assert "its content is invalid" in refusal(models)


def _shape(name: str) -> tuple[int, ...] | int:
    return (
        ()
        if name == "index.block_size"
        else {"index.posting_offsets": (1, -1), "index.head_norms": (10, -1)}.get(name, -1)
    )


def test_an_array_of_another_type_is_refused(published: Published, tmp_path: Path) -> None:
    models, manifest = published
    folder = models / manifest.version
    file = tmp_path / "data.npy"
    np.save(file, np.load(folder / "index.data.npy").astype(np.float64))
    forged(folder, "index.data.npy", file.read_bytes())
    assert "index.data.npy is not a plain array of float32" in refusal(models)


def test_a_manifest_that_names_other_files_is_refused(published: Published) -> None:
    models, manifest = published
    file = models / manifest.version / "manifest.json"
    values = json.loads(file.read_bytes())
    values["files"]["../../secret"] = "0" * 64
    write_manifest(file, values)
    assert "its manifest does not name the files of an artefact" in refusal(models)


FAULTS = int(os.environ.get("FAULTS", "50"))


def test_every_fault_in_an_artefact_is_told_or_changes_nothing(
    published: Published, seeds_recommender: Recommender
) -> None:
    """Single bits flipped, and ends cut off, at random: in every file, also the manifest and the pointer."""
    models, manifest = published
    answers = list(seeds_recommender.answers())
    files = [models / "current", *sorted((models / manifest.version).iterdir())]
    chance = random.Random(7)
    harmless = 0
    for number in range(FAULTS):
        file = files[number % len(files)]
        whole = file.read_bytes()
        position, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        cut = chance.random() < 0.5
        rest = b"" if cut else bytes([whole[position] ^ bit]) + whole[position + 1 :]
        file.write_bytes(whole[:position] + rest)
        try:
            loaded = Recommender.load(models)
        except ArtefactError:
            pass
        else:
            assert loaded.settings == seeds_recommender.settings
            assert list(loaded.answers()) == answers, f"{file.name} at {position}"
            harmless += 1
        file.write_bytes(whole)
    assert harmless <= FAULTS // 10
    assert list(Recommender.load(models).answers()) == answers


@pytest.mark.parametrize("pointer", ["../elsewhere", "..", "", "a/b", "\0"])
def test_a_pointer_out_of_the_folder_is_refused(published: Published, pointer: str) -> None:
    models, _ = published
    (models / "current").write_text(pointer)
    with pytest.raises(ArtefactError, match="is not a version"):
        Recommender.load(models)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".seals", "'.seals' is not a version"),
        ("a" * 5000, "is not a version; `recommender models` lists them"),
        ("\x1b[31m", r"'\\x1b\[31m' is not a version"),
        ("", "'' is not a version"),
        ("2024", "there is no version '2024'"),
    ],
)
def test_a_pointer_to_what_can_not_be_a_version_is_refused(published: Published, name: str, reason: str) -> None:
    (published[0] / "current").write_text(name)
    with pytest.raises(ArtefactError, match=reason):
        Recommender.load(published[0])


def test_a_pointer_that_an_editor_saved_is_read(published: Published) -> None:
    models, manifest = published
    (models / "current").write_bytes(f"\ufeff{manifest.version}  \r\n".encode())
    assert LocalModels(models).current() == manifest.version


@pytest.mark.parametrize("kind", ["folder", "pipe", "bytes"])
def test_a_pointer_that_can_not_be_read_says_so_and_what_to_do(published: Published, kind: str) -> None:
    models, manifest = published
    (models / "current").unlink()
    if kind == "folder":
        (models / "current").mkdir()
    elif kind == "pipe":
        os.mkfifo(models / "current")  # reading it would wait for ever
    else:
        (models / "current").write_bytes(b"\xff")
    cure = f"remove it, and run `recommender models use {manifest.version}`"
    with pytest.raises(ArtefactError, match=rf"models/current: can't be read \(.*\); {cure}"):
        LocalModels(models).current()


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="no model has been published here; run `recommender train CORPUS`"):
        Recommender.load(tmp_path)


def test_a_version_that_is_not_there_can_not_be_used(published: Published) -> None:
    models, manifest = published
    with pytest.raises(ArtefactError, match=f"there is no version 'x'; there is {manifest.version}"):
        LocalModels(models).use("x")


def test_nothing_private_is_in_any_file(published: Published) -> None:
    models, manifest = published
    secret = b"z5+MnTy99Ie28M4pz2ykBhF5GI5JPVYF3kzLjXhcog8G"
    for file in (models / manifest.version).iterdir():
        assert secret not in file.read_bytes()
    lines = (models / manifest.version / "articles.jsonl").read_text().splitlines()
    keys = {key for line in lines for key in json.loads(line)}
    assert keys == {
        *("id", "entry", "urls", "curated", "names", "path", "section", "states", "topics"),
        *("language", "series", "part"),
    }
    assert {key for line in lines for key in json.loads(line)["entry"]} <= set(ENTRY_KEYS)
