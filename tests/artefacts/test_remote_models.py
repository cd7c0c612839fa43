"""Models at a URL are those of a folder, and are brought from there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from click.testing import CliRunner, Result
from exports import Site
from samples import stories

from recommender import Recommender
from recommender.artefacts import LocalModels, Manifest, ModelFiles, RemoteModels
from recommender.cli import main
from recommender.errors import ArtefactError, EngineError, StorageError
from recommender.parallel import Engine
from recommender.storage import Folder
from recommender.training import train

URL = "memory://bucket/models"
OBJECTS = fsspec.filesystem("memory")
CORPUS = stories(60)
BY_DEFAULT = {"learn": False}  # where what is learnt makes no difference
IN_TURN = Engine(workers=1)  # in this process, which alone sees what is in its memory


@pytest.fixture(autouse=True)
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteModels]:
    """Models at a URL, where there are none yet, and an empty cache of copies."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield RemoteModels(URL)
    if OBJECTS.exists("/bucket"):
        OBJECTS.rm("/bucket", recursive=True)


def run(*arguments: object) -> Result:
    """A command, as a shell has it."""
    return CliRunner().invoke(main, list(map(str, arguments)))


def pieces(version: str, file: str) -> list[str]:
    """The objects of a file."""
    return sorted(map(str, OBJECTS.find(f"/bucket/models/{version}/{file}")))


@pytest.mark.parametrize(
    ("slice_rows", "precision", "learn"),
    [
        pytest.param(256, None, False, id="in slices"),
        pytest.param(256, 0.3, False, id="in slices with a precision"),
        pytest.param(256, 0.3, True, id="in slices with a precision, learnt", marks=pytest.mark.long),
        pytest.param(1000, None, False, id="at once"),
        pytest.param(1000, 0.3, False, id="at once with a precision"),
    ],
)
def test_a_model_at_a_url_is_that_of_a_folder(
    bucket: RemoteModels, tmp_path: Path, slice_rows: int, precision: float | None, learn: bool
) -> None:
    given: dict[str, Any] = {"limit": 7, "learn": learn}
    models = LocalModels(tmp_path / "here")
    here = train(CORPUS, models, given, precision=precision, slice_rows=slice_rows, engine=IN_TURN)
    there = train(CORPUS, bucket, given, precision=precision, slice_rows=slice_rows, engine=IN_TURN)
    assert there.files == here.files
    assert replace(there, version="", created="") == replace(here, version="", created="")
    assert bucket.versions() == [bucket.current()] == [there.version]
    assert bucket.unfinished() == []
    assert bucket.manifest() == there
    assert bucket.pull(LocalModels(tmp_path / "pulled")) == there
    assert LocalModels(tmp_path / "pulled").verify() == there
    assert list(Recommender.load(tmp_path / "pulled").answers()) == list(Recommender.load(tmp_path / "here").answers())
    assert not list(tmp_path.glob("*/.publishing-*"))


def test_where_hubs_do_not_step_back_slices_at_a_url_are_the_same(bucket: RemoteModels, tmp_path: Path) -> None:
    given: dict[str, Any] = {"hub_exponent": 0.0, "half_life_days": None, "learn": False}
    here = train(CORPUS, LocalModels(tmp_path / "here"), given, slice_rows=256, engine=IN_TURN)
    assert train(CORPUS, bucket, given, slice_rows=256, engine=IN_TURN).files == here.files


def test_an_export_takes_its_model_from_a_url(bucket: RemoteModels, tmp_path: Path) -> None:
    site = Site(tmp_path / "site", articles=150)
    for out in ("first.jsonl", "again.jsonl"):
        done = run("export", site.corpus, "--models", URL, "--out", tmp_path / out)
        assert done.exit_code == 0, done.output
        assert (tmp_path / out).read_bytes() == site.answers()
    assert len(bucket.versions()) == 1  # it was trained for the first, and the second found it
    [copies] = (tmp_path / "cache" / "related-articles").iterdir()
    assert LocalModels(copies).versions() == bucket.versions()

    assert run("train", "--force", site.corpus, "--models", URL).exit_code == 0
    assert run("export", site.corpus, "--models", URL, "--out", f"{tmp_path}/lists/").exit_code == 0
    assert LocalModels(copies).versions() == [bucket.current()] != bucket.versions()


def test_models_at_a_url_are_listed_and_brought_and_gone_back_to(bucket: RemoteModels, tmp_path: Path) -> None:
    first, second = (train(CORPUS, bucket, {"limit": limit, **BY_DEFAULT}, engine=IN_TURN) for limit in (3, 4))
    assert run("models", "use", first.version, "--models", URL).output == f"{first.version} is in use\n"
    listed = run("models", "--models", URL)
    assert [line[:34] for line in listed.stdout.splitlines()] == [f"* {first.version}", f"  {second.version}"]
    for version, wanted in (([], first), ([second.version], second), ([first.version], first)):
        done = run("models", "pull", URL, *version, "--models", tmp_path)
        assert (done.exit_code, done.stdout) == (0, f"{wanted.version} is in use\n")
        assert Recommender.load(tmp_path).settings.limit == wanted.settings.limit
    assert LocalModels(tmp_path).versions() == [first.version, second.version]


def test_models_are_brought_from_a_web_server_that_lists_its_folders(bucket: RemoteModels, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="comes with the engines")
    version = train(CORPUS, bucket, BY_DEFAULT, engine=IN_TURN).version
    OBJECTS.get("/bucket/models/", str(tmp_path / "public"), recursive=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "public"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(server.serve_forever)
        try:
            done = run("models", "pull", f"http://127.0.0.1:{server.server_port}", "--models", tmp_path / "here")
        finally:
            server.shutdown()
    assert (done.exit_code, done.stdout) == (0, f"{version} is in use\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["models", "pull", URL], f"{URL}: no model has been published here; run `recommender train CORPUS --models"),
        (["models", "pull", "s3//models"], "s3//models: names a folder on this machine; name it with --models"),
        (
            ["models", "pull", "file:///srv/models"],
            "file:///srv/models: names a folder on this machine; name it with --models",
        ),
        (["models", "pull", "gs://x"], "gs://x: a library is missing: Please install gcsfs"),
        (["models", "pull", "nowhere://x"], "nowhere://x: can't be reached: Protocol not known: nowhere"),
        (["models", "pull", URL, "--models", URL], f"{URL}: is a URL; name a folder to copy the model to"),
        (["models", "use", "../x", "--models", URL], f"{URL}: there is no version '../x'; there is none"),
        (["models", "verify", "--models", URL], f"{URL}: is a URL; `recommender models pull` verifies models"),
        (["related", "a", "--models", URL], f"{URL}: is a URL; `recommender models pull {URL}` copies a model"),
        (["serve", "--models", URL], f"{URL}: is a URL; `recommender models pull {URL}` copies a model"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_can_not_be_done_at_a_url_is_told(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_no_password_of_a_url_is_told(tmp_path: Path) -> None:
    url, corpus = "ftp://editor:secret@127.0.0.1:1/x", tmp_path / "a.jsonl"
    corpus.write_text('{"id": "a", "title": "Ferry"}\n')
    for command in (
        ("models", "--models", url),
        ("models", "pull", url, "--models", tmp_path),
        ("train", corpus, "--models", url),
        ("export", corpus, "--models", tmp_path, "--out", url),
        ("related", "a", "--models", url),
        ("load", url, "--to", "redis://127.0.0.1:1/0"),
    ):
        done = run(*command)
        assert done.exit_code == 2
        assert done.stderr.splitlines()[-1].partition("ftp://")[2].startswith("127.0.0.1:1/x: ")
        assert "secret" not in done.output
    assert "secret" not in repr(RemoteModels(url))


def test_a_training_that_fails_leaves_nothing_at_a_url(bucket: RemoteModels) -> None:
    first = train(CORPUS, bucket, BY_DEFAULT, engine=IN_TURN)

    def fill(folder: Folder) -> Manifest:
        with folder.open_writer("articles.jsonl") as sink:
            sink.write(b"{}")
        raise EngineError("the workers are gone")

    with pytest.raises(EngineError):
        bucket.publish(fill)
    assert bucket.versions() == [bucket.current()] == [first.version]
    assert bucket.unfinished() == []


def test_what_a_training_that_was_killed_has_left_is_no_version_and_is_told(bucket: RemoteModels) -> None:
    first = train(CORPUS, bucket, BY_DEFAULT, engine=IN_TURN)
    bucket.folder("20300101T000000.000000Z-abcdef12").put("names.txt", 0, b"a")
    assert bucket.versions() == [first.version]
    assert f"{URL}/20300101T000000.000000Z-abcdef12: is unfinished" in run("models", "--models", URL).stderr
    with pytest.raises(ArtefactError, match="there is no version '20300101T000000"):
        bucket.use("20300101T000000.000000Z-abcdef12")


def _changed(version: str) -> None:
    [piece] = pieces(version, "urls.txt")
    OBJECTS.pipe_file(piece, OBJECTS.cat_file(piece).swapcase())


def _cut(version: str) -> None:
    piece = pieces(version, "index.data.npy")[-1]
    OBJECTS.pipe_file(piece, OBJECTS.cat_file(piece)[:-4])


def _holed(version: str) -> None:
    OBJECTS.rm(pieces(version, "index.postings.npy")[1])


def _lost(version: str) -> None:
    OBJECTS.rm(f"/bucket/models/{version}/lists.rows.npy", recursive=True)


def _other_manifest(version: str) -> None:
    file = f"/bucket/models/{version}/manifest.json"
    OBJECTS.pipe_file(file, OBJECTS.cat_file(file).replace(b'"limit": 10', b'"limit": 11'))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_changed, r"urls\.txt is damaged: it is not the file that was published"),
        (_cut, r"index\.data\.npy is damaged"),
        (_holed, r"index\.postings\.npy lacks some of its bytes"),
        (_lost, r"lists\.rows\.npy: is not there"),
        (_other_manifest, "its manifest is damaged: it is not the one that was published"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_damaged_on_the_way_is_refused_and_the_model_before_stays(
    bucket: RemoteModels, tmp_path: Path, harm: Any, said: str
) -> None:
    before = train(CORPUS, LocalModels(tmp_path), BY_DEFAULT, engine=IN_TURN)
    harm(train(CORPUS, bucket, BY_DEFAULT, slice_rows=256, engine=IN_TURN).version)
    for fetch in (lambda: bucket.pull(LocalModels(tmp_path)), lambda: bucket.load(bucket.current())):
        with pytest.raises((ArtefactError, StorageError), match=rf"^{URL}/.*{said}"):
            fetch()
    assert LocalModels(tmp_path).versions() == [LocalModels(tmp_path).current()] == [before.version]
    assert not list(tmp_path.glob(".publishing-*"))


def test_a_forged_model_is_refused_where_it_is_brought_to(bucket: RemoteModels, tmp_path: Path) -> None:
    version = train(CORPUS, bucket, BY_DEFAULT, slice_rows=256, engine=IN_TURN).version
    folder, honest = bucket.folder(version), bucket.manifest(version)
    indices = ModelFiles(folder).read_array("index.indices") + np.int32(10**6)  # beyond all terms
    folder.remove("index.indices.npy")
    ModelFiles(folder).write_array("index.indices", indices)
    forged = replace(honest, files={**honest.files, "index.indices.npy": folder.digest("index.indices.npy")})
    OBJECTS.pipe_file(f"/bucket/models/{version}/manifest.json", forged.to_json())
    for fetch in (lambda: bucket.pull(LocalModels(tmp_path / "here")), lambda: bucket.load(version)):
        with pytest.raises(ArtefactError, match="the index has columns that do not exist"):
            fetch()
