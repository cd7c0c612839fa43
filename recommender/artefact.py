"""A recommender on disk: publish, find, verify, load, roll back.

An artefact is a folder of plain arrays and JSON; `models/README.md` says what each file holds. Loading one executes
nothing, and a damaged or foreign one is refused with a sentence that says what to do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from recommender import files
from recommender.catalogue import Catalogue
from recommender.corpus import Corpus
from recommender.disk import replacing, sync_folder
from recommender.errors import ArtefactError
from recommender.folder import DiskFolder, Folder
from recommender.keys import Blob, Buckets, Keys, Texts
from recommender.manifest import MANIFEST, Manifest, manifest_of, refused
from recommender.model import FIELDS, TfidfModel
from recommender.neighbors import Index
from recommender.ready import ReadyLists
from recommender.recommender import Recommender
from recommender.settings import Settings

POINTER = "current"


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

    def fill(folder: Folder) -> Manifest:
        return write(recommender, corpus, folder, given=given, precision=precision, learnt=learnt, progress=progress)

    return publish_folder(models, fill)


def write(
    recommender: Recommender,
    corpus: Corpus,
    folder: Folder,
    *,
    given: Mapping[str, Any] | None = None,
    precision: float | None = None,
    learnt: str = "",
    progress: bool = False,
) -> Manifest:
    """Write all files of an artefact but its manifest into a folder; returns what is to be that."""
    if recommender.ready_ is None:
        recommender.prepare(progress=progress)
    for name, text in _texts_of(recommender).items():
        files.save_text(folder, name, text)
    for name, array in _arrays_of(recommender).items():
        files.save(folder, name, array)
    for field, vocabulary in recommender.model_.vocabularies_.items():
        files.save_vocabulary(folder, field, vocabulary)
    terms = sum(len(vocabulary.terms) for vocabulary in recommender.model_.vocabularies_.values())
    return manifest_of(
        {name: folder.digest(name) for name in sorted(folder.names())},
        settings=recommender.settings,
        given=given or {},
        precision=precision,
        learnt=learnt,
        corpus=corpus.fingerprint,
        counts=counts_of(corpus, terms),
    )


def publish_folder(models: Path, fill: Callable[[DiskFolder], Manifest]) -> Manifest:
    """Publish what `fill` puts into a new folder, all of it or nothing, and make it the current version.

    Raises:
        ArtefactError: the folder can't be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=models))
        try:
            manifest = fill(DiskFolder(staging))
            files.save_text(DiskFolder(staging), MANIFEST, manifest.to_json())
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
        text = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise refused(folder, f"{MANIFEST} can't be read ({error})") from error
    return Manifest.from_json(text, version=version, place=folder)


def verify(models: Path, version: str | None = None) -> Manifest:
    """Compare every file of a version with its manifest, and look whether all of it fits together.

    Searching is compiled and trusts the arrays; so what a forged artefact holds is looked at here, once a server.

    Raises:
        ArtefactError: a file is missing or not the one that was published, or holds what no artefact holds.
    """
    manifest = read_manifest(models, version)
    folder = folder_of(models, manifest.version)
    check(DiskFolder(folder), manifest, place=folder)
    return manifest


def check(folder: DiskFolder, manifest: Manifest, *, place: str | Path) -> None:
    """The same for the files of a folder that are, or are to be, an artefact at some place.

    Raises:
        ArtefactError: see `verify`.
    """
    for name, expected in manifest.files.items():
        try:
            found = folder.digest(name)
        except OSError as error:
            raise refused(place, f"{name} can't be read ({error.strerror})") from error
        if found != expected:
            raise refused(place, f"{name} is damaged: it is not the file that was published")
    with refusing(place):
        recommender = read_folder(folder, manifest.settings)
        catalogue, index, ready = _parts(recommender)
        index.check()
        if len(index.days) != len(catalogue):
            raise ValueError("there is not one vector an article")
        catalogue.check()
        ready.check(len(catalogue))
        if sum(files.count_terms(folder, field) for field in FIELDS) != len(index.levels):
            raise ValueError("the terms are not those of the vectors")


def load(models: Path, version: str | None = None, *, verified: bool = False) -> Recommender:
    """Load a version, the current one by default; the arrays are mapped, so that processes share them.

    Args:
        verified: the caller has called `verify` on this version already.

    Raises:
        ArtefactError: it is missing, damaged, hostile or of another format.
    """
    manifest = read_manifest(models, version) if verified else verify(models, version)
    folder = folder_of(models, manifest.version)
    with refusing(folder):
        return read_folder(DiskFolder(folder), manifest.settings)


def read_folder(folder: Folder, settings: Settings) -> Recommender:
    """The recommender that the files of a folder make, sealed or not, trusted as they are."""
    arrays = {name: files.read_array(folder, name) for name in files.ARRAYS}
    texts = {name: Texts(folder.read(name), arrays[f"{name.partition('.')[0]}.ends"]) for name in files.TEXTS}
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
def refusing(place: str | Path) -> Iterator[None]:
    """Turn what goes wrong when the files of an artefact are read into an `ArtefactError`."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise refused(place, f"it holds what no artefact holds ({error})") from error


def _absent(models: Path, version: str) -> ArtefactError:
    known = ", ".join(versions(models)) or "none"
    return ArtefactError(f"{models}: there is no version {version!r}; there is {known}")


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
