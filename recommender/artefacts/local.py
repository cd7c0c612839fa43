"""A recommender on disk: publish, find, verify, load, roll back.

An artefact is a folder of plain arrays and JSON; `models/README.md` says what each file holds. Loading one executes
nothing, and a damaged or foreign one is refused with a sentence that says what to do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recommender.artefacts.manifest import MANIFEST, Manifest, refused
from recommender.artefacts.model_files import ARRAYS, RECORDS, TEXTS, ModelFiles
from recommender.artefacts.trained_model import TrainedModel
from recommender.catalogue import Catalogue, PackedStrings, StringIndex
from recommender.corpus import Corpus
from recommender.errors import ArtefactError
from recommender.search import Index, ReadyLists
from recommender.settings import Settings
from recommender.storage import DiskFolder, Folder, atomic_write, sync_folder
from recommender.text import FIELDS, TfidfModel

POINTER = "current"


def publish_locally(models: Path, fill: Callable[[DiskFolder], Manifest]) -> Manifest:
    """Publish what `fill` puts into a new folder, all of it or nothing, and make it the current version.

    Raises:
        ArtefactError: the folder can't be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=models))
        try:
            manifest = fill(DiskFolder(staging))
            ModelFiles(DiskFolder(staging)).write_text(MANIFEST, manifest.to_json())
            staging.chmod(0o755)
            staging.rename(models / manifest.version)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        sync_folder(models)
        use_version(models, manifest.version)
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


def current_version(models: Path) -> str:
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


def version_folder(models: Path, version: str) -> Path:
    """The folder of a version, there or not.

    Raises:
        ArtefactError: it can't be the name of one.
    """
    if version in ("", ".", "..") or "/" in version or "\0" in version:
        raise ArtefactError(f"{models}: {version!r} is no version; `recommender models` lists them")
    return models / version


def use_version(models: Path, version: str) -> None:
    """Make a version the current one, by an atomic rename.

    Raises:
        ArtefactError: there is no such version.
    """
    if version not in versions(models):
        raise _absent(models, version)
    try:
        with atomic_write(models / POINTER) as stream:
            stream.write(f"{version}\n".encode())
    except OSError as error:
        raise ArtefactError(f"{models / POINTER}: can't be written: {error.strerror or error}") from error


def read_manifest(models: Path, version: str | None = None) -> Manifest:
    """The manifest of a version, the current one by default.

    Raises:
        ArtefactError: it is missing, damaged, or of another format.
    """
    version = version or current_version(models)
    folder = version_folder(models, version)
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
    folder = version_folder(models, manifest.version)
    check_files(DiskFolder(folder), manifest, place=folder)
    return manifest


def check_files(folder: DiskFolder, manifest: Manifest, *, place: str | Path) -> None:
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
        model = read_model(folder, manifest.settings)
        catalogue, index = model.catalogue, model.index
        index.check()
        if len(index.days) != len(catalogue):
            raise ValueError("there is not one vector an article")
        catalogue.check()
        if model.top_lists is not None:
            model.top_lists.check(len(catalogue))
        if sum(ModelFiles(folder).count_terms(field) for field in FIELDS) != len(index.levels):
            raise ValueError("the terms are not those of the vectors")


def load_model(models: Path, version: str | None = None, *, verified: bool = False) -> TrainedModel:
    """Load a version, the current one by default; the arrays are mapped, so that processes share them.

    Args:
        verified: the caller has called `verify` on this version already.

    Raises:
        ArtefactError: it is missing, damaged, hostile or of another format.
    """
    manifest = read_manifest(models, version) if verified else verify(models, version)
    folder = version_folder(models, manifest.version)
    with refusing(folder):
        return read_model(DiskFolder(folder), manifest.settings)


def read_model(folder: Folder, settings: Settings) -> TrainedModel:
    """The model that the files of a folder make, sealed or not, trusted as they are."""
    arrays = {name: ModelFiles(folder).read_array(name) for name in ARRAYS}
    texts = {name: PackedStrings(folder.read(name), arrays[f"{name.partition('.')[0]}.ends"]) for name in TEXTS}
    index = Index.from_arrays({part: arrays[f"index.{part}"] for part in Index._fields})
    catalogue = Catalogue(
        texts[RECORDS],
        entry_sizes=arrays["articles.entries"],
        days=index.days,
        flags=arrays["articles.flags"],
        names=StringIndex(texts["names.txt"], arrays["names.rows"]),
        urls=StringIndex(texts["urls.txt"], arrays["urls.rows"]),
    )

    def model() -> TfidfModel:
        vocabularies = {field: ModelFiles(folder).read_vocabulary(field) for field in FIELDS}
        return TfidfModel.from_vocabularies(vocabularies, settings=settings)

    return TrainedModel(catalogue, index, ReadyLists(arrays["lists.rows"], arrays["lists.scores"]), model, settings)


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
