"""A recommender on disk: publish, find, verify, load, roll back.

An artefact is a folder of plain arrays and JSON; `models/README.md` says what each file holds. Loading one executes
nothing, and a damaged or foreign one is refused with a sentence that says what to do.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from recommender import files
from recommender.catalogue import Catalogue
from recommender.corpus import Corpus
from recommender.disk import replacing, sync_folder
from recommender.errors import ArtefactError, SettingsError
from recommender.keys import Blob, Buckets, Keys, Texts
from recommender.model import FIELDS, TfidfModel
from recommender.neighbors import Index
from recommender.ready import ReadyLists
from recommender.recommender import Recommender
from recommender.settings import Settings

FORMAT = 4
MANIFEST = "manifest.json"
POINTER = "current"
_SEAL = "seal"  # of the manifest: sha256 of all else in it
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "PyStemmer", "regex")


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
    progress: bool = False,
) -> Manifest:
    """Write a new artefact into `models`, all of it or nothing, and make it the current one.

    The recommender's ready lists are made where they are missing.

    Raises:
        ArtefactError: the folder can't be written.
    """
    if recommender.ready_ is None:
        recommender.prepare(progress=progress)

    def fill(folder: Path) -> Manifest:
        for name, text in _texts_of(recommender).items():
            files.save_text(folder, name, text)
        for name, array in _arrays_of(recommender).items():
            files.save(folder, name, array)
        for field, vocabulary in recommender.model_.vocabularies_.items():
            files.save_vocabulary(folder, field, vocabulary)
        terms = sum(len(vocabulary.terms) for vocabulary in recommender.model_.vocabularies_.values())
        return seal(
            folder,
            settings=recommender.settings,
            given=given or {},
            precision=precision,
            learnt=learnt,
            corpus=corpus.fingerprint,
            counts=counts_of(corpus, terms),
        )

    return publish_folder(models, fill)


def publish_folder(models: Path, fill: Callable[[Path], Manifest]) -> Manifest:
    """Publish what `fill` puts into a new folder and seals, all of it or nothing, and make it the current version.

    Raises:
        ArtefactError: the folder can't be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=models))
        try:
            manifest = fill(staging)
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


def counts_of(corpus: Corpus, terms: int) -> dict[str, int]:
    """What a manifest counts, of a corpus in which so many terms were learnt."""
    links = sum(len(links) for links in corpus.links.values())
    return {"articles": len(corpus.articles), "files": corpus.files, "links": links, "terms": terms}


def seal(
    folder: Path,
    *,
    settings: Settings,
    given: Mapping[str, Any],
    precision: float | None,
    learnt: str,
    corpus: str,
    counts: Mapping[str, int],
) -> Manifest:
    """Write the manifest of the files that are in a folder, which is then an artefact under the manifest's version."""
    digests = {path.name: files.digest(path) for path in sorted(folder.iterdir())}
    now = datetime.now(UTC)
    content = hashlib.sha256(_json(digests)).hexdigest()[:8]
    manifest = Manifest(
        version=f"{now:%Y%m%dT%H%M%S.%fZ}-{content}",
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        settings=settings,
        given=given,
        precision=precision,
        learnt=learnt,
        corpus=corpus,
        counts=dict(counts),
        libraries={name: installed_version(name) for name in _LIBRARIES},
        files=digests,
    )
    values = {
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
    }
    values = json.loads(_json(values))  # as it will be read
    text = json.dumps({**values, _SEAL: hashlib.sha256(_json(values)).hexdigest()}, indent=2)
    files.save_text(folder, MANIFEST, text.encode() + b"\n")
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


def folder_of(models: Path, version: str) -> Path:
    """The folder of a version, there or not.

    Raises:
        ArtefactError: it can't be the name of one.
    """
    if version in ("", ".", "..") or "/" in version or "\0" in version:
        raise ArtefactError(f"{models}: {version!r} is no version; `recommender models` lists them")
    return models / version


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
    folder = folder_of(models, version)
    if not folder.is_dir():
        raise _absent(models, version)
    try:
        values = json.loads((folder / MANIFEST).read_bytes())
        seal = values.pop(_SEAL, None)
        if values["format"] != FORMAT:
            raise _refused(folder, f"it is of format {values['format']!r}, this program reads {FORMAT}")
        if seal != hashlib.sha256(_json(values)).hexdigest():
            raise _refused(folder, "its manifest is damaged: it is not the one that was published")
        if set(values["files"]) != files.NAMES:
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
    """Compare every file of a version with its manifest, and look whether all of it fits together.

    Searching is compiled and trusts the arrays; so what a forged artefact holds is looked at here, once a server.

    Raises:
        ArtefactError: a file is missing or not the one that was published, or holds what no artefact holds.
    """
    manifest = read_manifest(models, version)
    folder = folder_of(models, manifest.version)
    for name, expected in manifest.files.items():
        try:
            found = files.digest(folder / name)
        except OSError as error:
            raise _refused(folder, f"{name} can't be read ({error.strerror})") from error
        if found != expected:
            raise _refused(folder, f"{name} is damaged: it is not the file that was published")
    with _refusing(folder):
        recommender = read_folder(folder, manifest.settings)
        catalogue, index, ready = _parts(recommender)
        index.check()
        if len(index.days) != len(catalogue):
            raise ValueError("there is not one vector an article")
        catalogue.check()
        ready.check(len(catalogue))
        if recommender.model_.columns()[FIELDS[-1]].stop != len(index.levels):
            raise ValueError("the terms are not those of the vectors")
    return manifest


def load(models: Path, version: str | None = None, *, verified: bool = False) -> Recommender:
    """Load a version, the current one by default; the arrays are mapped, so that processes share them.

    Args:
        verified: the caller has called `verify` on this version already.

    Raises:
        ArtefactError: it is missing, damaged, hostile or of another format.
    """
    manifest = read_manifest(models, version) if verified else verify(models, version)
    folder = folder_of(models, manifest.version)
    with _refusing(folder):
        return read_folder(folder, manifest.settings)


def read_folder(folder: Path, settings: Settings) -> Recommender:
    """The recommender that the files of a folder make, sealed or not, trusted as they are."""
    arrays = {name: files.read_array(folder, name) for name in files.ARRAYS}
    texts = {
        name: Texts(files.read_text(folder, name), arrays[f"{name.partition('.')[0]}.ends"]) for name in files.TEXTS
    }
    index = Index.from_arrays({part: arrays[f"index.{part}"] for part in Index._fields})
    catalogue = Catalogue(
        texts[files.RECORDS],
        entry_sizes=arrays["articles.entries"],
        days=index.days,
        flags=arrays["articles.flags"],
        names=_keys("names", texts, arrays),
        urls=_keys("urls", texts, arrays),
    )

    def model() -> TfidfModel:
        vocabularies = {field: files.read_vocabulary(folder, field) for field in FIELDS}
        return TfidfModel.from_vocabularies(vocabularies, settings=settings)

    return Recommender.from_learned(
        catalogue,
        model,
        index,
        settings=settings,
        ready=ReadyLists(arrays["lists.rows"], arrays["lists.scores"]),
    )


def _keys(kind: str, texts: Mapping[str, Texts], arrays: Mapping[str, NDArray[Any]]) -> Keys:
    buckets = Buckets(arrays[f"{kind}.starts"], arrays[f"{kind}.places"])
    return Keys(texts[f"{kind}.txt"], arrays[f"{kind}.rows"], buckets)


@contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise _refused(folder, f"it holds what no artefact holds ({error})") from error


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides of settings, checked."""
    Settings.from_mapping(values)
    return dict(values)


def _absent(models: Path, version: str) -> ArtefactError:
    known = ", ".join(versions(models)) or "none"
    return ArtefactError(f"{models}: there is no version {version!r}; there is {known}")


def _refused(folder: Path, reason: str) -> ArtefactError:
    return ArtefactError(
        f"{folder}: refused: {reason}; run `recommender train CORPUS`, or go back with `recommender models use VERSION`"
    )


def _parts(recommender: Recommender) -> tuple[Catalogue, Index, ReadyLists]:
    """What an artefact is made of, which is a model alone, with its ready lists and without live articles over it."""
    catalogue, index, ready = recommender.articles_, recommender.index_, recommender.ready_
    if not (isinstance(catalogue, Catalogue) and isinstance(index, Index) and isinstance(ready, ReadyLists)):
        raise TypeError("only a model as it was trained, with its lists from `prepare`, is an artefact")
    return catalogue, index, ready


def _texts_of(recommender: Recommender) -> dict[str, Blob]:
    catalogue, _, _ = _parts(recommender)
    return {
        files.RECORDS: catalogue.records.blob,
        "names.txt": catalogue.names.texts.blob,
        "urls.txt": catalogue.urls.texts.blob,
    }


def _arrays_of(recommender: Recommender) -> dict[str, Any]:
    catalogue, index, ready = _parts(recommender)
    return {
        "articles.ends": catalogue.records.ends,
        "articles.entries": catalogue.entry_sizes,
        "articles.flags": catalogue.flags,
        "names.ends": catalogue.names.texts.ends,
        "names.rows": catalogue.names.rows,
        "names.starts": catalogue.names.buckets.starts,
        "names.places": catalogue.names.buckets.places,
        "urls.ends": catalogue.urls.texts.ends,
        "urls.rows": catalogue.urls.rows,
        "urls.starts": catalogue.urls.buckets.starts,
        "urls.places": catalogue.urls.buckets.places,
        "lists.rows": ready.rows,
        "lists.scores": ready.scores,
        **{f"index.{part}": array for part, array in index._asdict().items()},
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
