"""A fitted recommender, published as an artefact."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.artefacts import RECORDS, LocalModels, Manifest, ModelFiles, TrainedModel
from recommender.corpus import Corpus
from recommender.ranking import Recommender
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

    The recommender's precomputed lists are made where they are missing.

    Raises:
        ArtefactError: the folder can't be written.
    """

    def fill(folder: Folder) -> Manifest:
        return write_files(
            recommender, corpus, folder, given=given, precision=precision, learnt=learnt, progress=progress
        )

    return LocalModels(models).publish(fill)


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
    if recommender.to_model().top_lists is None:
        recommender.precompute_lists(progress=progress)
    model = recommender.to_model()
    files = ModelFiles(folder)
    for name, text in _texts_of(model).items():
        files.write_text(name, text)
    for name, array in _arrays_of(model).items():
        files.write_array(name, array)
    vocabularies = model.read_tfidf().vocabularies_
    for field, vocabulary in vocabularies.items():
        files.write_vocabulary(field, vocabulary)
    terms = sum(len(vocabulary.terms) for vocabulary in vocabularies.values())
    return Manifest.of(
        corpus,
        {name: folder.digest(name) for name in sorted(folder.names())},
        settings=recommender.settings,
        given=given or {},
        precision=precision,
        learnt=learnt,
        terms=terms,
    )


def _texts_of(model: TrainedModel) -> dict[str, Blob]:
    catalogue = model.catalogue
    return {
        RECORDS: catalogue.records.blob,
        "names.txt": catalogue.names.keys.blob,
        "urls.txt": catalogue.urls.keys.blob,
    }


def _arrays_of(model: TrainedModel) -> dict[str, Any]:
    catalogue, lists = model.catalogue, model.top_lists
    if lists is None:
        raise TypeError("an artefact holds precomputed lists: call `precompute_lists` first")
    return {
        "articles.ends": catalogue.records.ends,
        "articles.entries": catalogue.entry_sizes,
        "articles.flags": catalogue.flags,
        "names.ends": catalogue.names.keys.ends,
        "names.rows": catalogue.names.rows,
        "urls.ends": catalogue.urls.keys.ends,
        "urls.rows": catalogue.urls.rows,
        "lists.rows": lists.rows,
        "lists.scores": lists.scores,
        **{f"index.{part}": array for part, array in model.index.arrays._asdict().items()},
    }
