"""A recommender on disk: publish, find, verify, load, roll back.

An artefact is a folder of plain arrays and JSON; `models/README.md` says what each file holds. Loading one executes
nothing, and a damaged or foreign one is refused with a sentence that says what to do.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array

from recommender.article import Article, parse_date
from recommender.corpus import Corpus
from recommender.disk import replacing, sync_folder, synced
from recommender.errors import ArtefactError, SettingsError
from recommender.model import FIELDS, TfidfModel, Vocabulary
from recommender.recommender import Recommender
from recommender.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
POINTER = "current"
_ARTICLES = "articles.jsonl"
_VECTOR_ARRAYS: dict[str, DTypeLike] = {"data": np.float32, "indices": np.int32, "indptr": np.int32}
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "PyStemmer", "regex")
_FILES = frozenset(
    (
        _ARTICLES,
        "articles.weights.npy",
        *(f"vectors.{part}.npy" for part in _VECTOR_ARRAYS),
        *(f"{field}.{part}" for field in FIELDS for part in ("terms.txt", "weights.npy")),
    )
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artefact says of itself.

    Attributes:
        version: the name of its folder; later ones sort after earlier ones.
        given: the settings that the user fixed; a later training goes by them again.
        precision: what the least score was set by, likewise.
        learnt: what links have taught, in a sentence.
        corpus: the fingerprint of the corpus it was trained on.
        counts: articles, files, links, terms.
        files: sha256 of every file, as hex, by name.
    """

    version: str
    created: str
    settings: Settings
    given: Mapping[str, Any]
    precision: float | None
    learnt: str
    corpus: str
    counts: dict[str, int]
    libraries: dict[str, str]
    files: dict[str, str]


def publish(
    recommender: Recommender,
    corpus: Corpus,
    models: Path,
    *,
    given: Mapping[str, Any] | None = None,
    precision: float | None = None,
    learnt: str = "",
) -> Manifest:
    """Write a new artefact into `models`, all of it or nothing, and make it the current one.

    Raises:
        ArtefactError: the folder can't be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=models))
        try:
            manifest = _write(recommender, corpus, staging, given=given or {}, precision=precision, learnt=learnt)
            staging.chmod(0o755)
            staging.rename(models / manifest.version)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        sync_folder(models)
        use(models, manifest.version)
    except OSError as error:
        raise ArtefactError(f"{models}: the artefact can't be written: {error.strerror or error}") from error
    return manifest


def versions(models: Path) -> list[str]:
    """The versions in `models`, oldest first; what has no manifest is none."""
    if not models.is_dir():
        return []
    return sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def current(models: Path) -> str:
    """The version that look-ups are to use.

    Raises:
        ArtefactError: nothing has been published there.
    """
    try:
        return (models / POINTER).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        known = versions(models)
        cure = f"`recommender models use {known[-1]}`" if known else "`recommender train CORPUS`"
        raise ArtefactError(f"{models}: no model has been published here; run {cure}") from error


def use(models: Path, version: str) -> None:
    """Make a version the current one, by an atomic rename.

    Raises:
        ArtefactError: there is no such version.
    """
    if version not in versions(models):
        raise _absent(models, version)
    try:
        with replacing(models / POINTER) as stream:
            stream.write(f"{version}\n".encode())
    except OSError as error:
        raise ArtefactError(f"{models / POINTER}: can't be written: {error.strerror or error}") from error


def read_manifest(models: Path, version: str | None = None) -> Manifest:
    """The manifest of a version, the current one by default.

    Raises:
        ArtefactError: it is missing, damaged, or of another format.
    """
    version = version or current(models)
    folder = _folder(models, version)
    if not folder.is_dir():
        raise _absent(models, version)
    try:
        values = json.loads((folder / MANIFEST).read_bytes())
        if values["format"] != FORMAT:
            raise _refused(folder, f"it is of format {values['format']!r}, this program reads {FORMAT}")
        if set(values["files"]) != _FILES:
            raise _refused(folder, "its manifest does not name the files of an artefact")
        return Manifest(
            version=version,
            created=str(values["created"]),
            settings=Settings.from_mapping(values["settings"]),
            given=_settings(values["given"]),
            precision=None if values["precision"] is None else float(values["precision"]),
            learnt=str(values["learnt"]),
            corpus=str(values["corpus"]),
            counts={str(name): int(count) for name, count in values["counts"].items()},
            libraries={str(name): str(number) for name, number in values["libraries"].items()},
            files={str(name): str(digest) for name, digest in values["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SettingsError, RecursionError) as error:
        raise _refused(folder, f"{MANIFEST} can't be read ({error})") from error


def verify(models: Path, version: str | None = None) -> Manifest:
    """Compare every file of a version with its manifest.

    Raises:
        ArtefactError: a file is missing or not the one that was published.
    """
    manifest = read_manifest(models, version)
    folder = _folder(models, manifest.version)
    for name, expected in sorted(manifest.files.items()):
        try:
            with (folder / name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise _refused(folder, f"{name} can't be read ({error.strerror})") from error
        if found != expected:
            raise _refused(folder, f"{name} is damaged: it is not the file that was published")
    return manifest


def load(models: Path, version: str | None = None, *, verified: bool = False) -> Recommender:
    """Load a version, the current one by default; the arrays are mapped, so that processes share them.

    Args:
        verified: the caller has called `verify` on this version already.

    Raises:
        ArtefactError: it is missing, damaged, hostile or of another format.
    """
    manifest = read_manifest(models, version) if verified else verify(models, version)
    folder = _folder(models, manifest.version)
    try:
        articles = [_article(line) for line in (folder / _ARTICLES).read_bytes().splitlines()]
        vocabularies = {field: _read_vocabulary(folder, field) for field in FIELDS}
        model = TfidfModel.from_vocabularies(vocabularies, settings=manifest.settings)
        parts = {part: _read_array(folder / f"vectors.{part}.npy", dtype) for part, dtype in _VECTOR_ARRAYS.items()}
        shape = (len(articles), sum(len(vocabulary.terms) for vocabulary in vocabularies.values()))
        vectors = csr_array((parts["data"], parts["indices"], parts["indptr"]), shape=shape)
        vectors.check_format(full_check=True)
        weights = _read_array(folder / "articles.weights.npy", np.float64)
        if weights.shape != (len(articles),):
            raise ValueError("there is not one weight an article")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(folder, f"it holds what no artefact holds ({error})") from error
    return Recommender.from_learned(articles, model, vectors, weights, settings=manifest.settings)


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides of settings, checked."""
    Settings.from_mapping(values)
    return dict(values)


def _folder(models: Path, version: str) -> Path:
    if version in ("", ".", "..") or "/" in version or "\0" in version:
        raise ArtefactError(f"{models}: {version!r} is no version; `recommender models` lists them")
    return models / version


def _absent(models: Path, version: str) -> ArtefactError:
    known = ", ".join(versions(models)) or "none"
    return ArtefactError(f"{models}: there is no version {version!r}; there is {known}")


def _refused(folder: Path, reason: str) -> ArtefactError:
    return ArtefactError(
        f"{folder}: refused: {reason}; run `recommender train CORPUS`, or go back with `recommender models use VERSION`"
    )


def _write(
    recommender: Recommender,
    corpus: Corpus,
    staging: Path,
    *,
    given: Mapping[str, Any],
    precision: float | None,
    learnt: str,
) -> Manifest:
    vocabularies = recommender.model_.vocabularies_
    with synced(staging / _ARTICLES) as stream:
        for article in recommender.articles_:
            stream.write(_line(article))
    for part, dtype in _VECTOR_ARRAYS.items():
        with synced(staging / f"vectors.{part}.npy") as stream:
            np.save(stream, np.asarray(getattr(recommender.vectors_, part), dtype), allow_pickle=False)
    with synced(staging / "articles.weights.npy") as stream:
        np.save(stream, recommender.weights_, allow_pickle=False)
    for field in FIELDS:
        with synced(staging / f"{field}.terms.txt") as stream:
            stream.write("\n".join(vocabularies[field].terms).encode())
        with synced(staging / f"{field}.weights.npy") as stream:
            np.save(stream, vocabularies[field].weights, allow_pickle=False)
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(staging.iterdir())}
    now = datetime.now(UTC)
    content = hashlib.sha256(_json(files)).hexdigest()[:8]
    version = f"{now:%Y%m%dT%H%M%S.%fZ}-{content}"
    manifest = Manifest(
        version=version,
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        settings=recommender.settings,
        given=given,
        precision=precision,
        learnt=learnt,
        corpus=corpus.fingerprint,
        counts={
            "articles": len(corpus.articles),
            "files": corpus.files,
            "links": sum(len(links) for links in corpus.links.values()),
            "terms": int(recommender.vectors_.shape[1]),
        },
        libraries={name: installed_version(name) for name in _LIBRARIES},
        files=files,
    )
    with synced(staging / MANIFEST) as stream:
        stream.write(
            json.dumps(
                {
                    "format": FORMAT,
                    "created": manifest.created,
                    "settings": manifest.settings.to_mapping(),
                    "given": dict(manifest.given),
                    "precision": manifest.precision,
                    "learnt": manifest.learnt,
                    "corpus": manifest.corpus,
                    "counts": manifest.counts,
                    "libraries": manifest.libraries,
                    "files": manifest.files,
                },
                indent=2,
            ).encode()
            + b"\n"
        )
    return manifest


def _line(article: Article) -> bytes:
    values: dict[str, Any] = {"id": article.id, "entry": article.entry}
    if article.urls:
        values["urls"] = article.urls
    if article.names != (article.id,):
        values["names"] = article.names
    if article.hidden:
        values["hidden"] = True
    if not article.published:
        values["published"] = False
    if article.pinned:
        values["pinned"] = article.pinned
    if article.banned:
        values["banned"] = article.banned
    return _json(values) + b"\n"


def _article(line: bytes) -> Article:
    values = json.loads(line)
    if not (isinstance(values["id"], str) and isinstance(values["entry"]["title"], str)):
        raise ValueError("an article without ID or title")
    return Article(
        id=values["id"],
        entry=values["entry"],
        published_at=parse_date(values["entry"].get("publishedDateTime")),
        urls=tuple(values.get("urls", ())),
        names=tuple(values.get("names", (values["id"],))),
        hidden=bool(values.get("hidden", False)),
        published=bool(values.get("published", True)),
        pinned=tuple(values.get("pinned", ())),
        banned=tuple(values.get("banned", ())),
    )


def _read_vocabulary(folder: Path, field: str) -> Vocabulary:
    text = (folder / f"{field}.terms.txt").read_bytes().decode()
    terms = tuple(text.split("\n")) if text else ()
    weights = _read_array(folder / f"{field}.weights.npy", np.float32)
    if len(terms) != len(weights):
        raise ValueError(f"the {field}'s terms and their weights don't match")
    return Vocabulary(terms, weights)


def _read_array(path: Path, dtype: DTypeLike) -> NDArray[Any]:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not (isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == 1):
        raise ValueError(f"{path.name} is not a plain array of {np.dtype(dtype)}")
    return array


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
