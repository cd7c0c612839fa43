"""A fitted recommender, published as an artefact."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.artefacts import RECORDS, Manifest, ModelFiles, counts_of, manifest_of, publish_locally
from recommender.catalogue import Catalogue
from recommender.corpus import Corpus
from recommender.ranking import Recommender
from recommender.search import Index, ReadyLists
from recommender.storage import Blob, Folder


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
        return write_files(
            recommender, corpus, folder, given=given, precision=precision, learnt=learnt, progress=progress
        )

    return publish_locally(models, fill)


def write_files(
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
    files = ModelFiles(folder)
    for name, text in _texts_of(recommender).items():
        files.write_text(name, text)
    for name, array in _arrays_of(recommender).items():
        files.write_array(name, array)
    for field, vocabulary in recommender.model_.vocabularies_.items():
        files.write_vocabulary(field, vocabulary)
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


def _parts(recommender: Recommender) -> tuple[Catalogue, Index, ReadyLists]:
    """What an artefact is made of, which is a model alone, with its ready lists and without live articles over it."""
    catalogue, index, ready = recommender.articles_, recommender.index_, recommender.ready_
    if not (isinstance(catalogue, Catalogue) and isinstance(index, Index) and isinstance(ready, ReadyLists)):
        raise TypeError("only a model as it was trained, with its lists from `prepare`, is an artefact")
    return catalogue, index, ready


def _texts_of(recommender: Recommender) -> dict[str, Blob]:
    catalogue, _, _ = _parts(recommender)
    return {
        RECORDS: catalogue.records.blob,
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
