"""A trained model: the contents of an artefact, from which a recommender answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self

from recommender.artefacts.manifest import refusing
from recommender.artefacts.model_files import ARRAYS, RECORDS, TEXTS, ModelFiles, file_names
from recommender.catalogue import Catalogue, PackedStrings, StringIndex
from recommender.corpus import Copies
from recommender.journal import JournalPosition
from recommender.search import Index, IndexArrays, TopLists
from recommender.settings import Settings
from recommender.text import TfidfModel, fields_of


class Origin(NamedTuple):
    """The origin of a model: its version, and how far its training had read the journal of live articles."""

    version: str = ""
    position: JournalPosition | None = None


NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained model; rows are the same in all of its parts.

    Attributes:
        top_lists: precomputed lists; `None` if every look-up searches.
        read_tfidf: reads the terms and their weights, which look-ups of articles do not need; raises an `ArtefactError`
            if they no longer exist.
    """

    catalogue: Catalogue
    index: Index
    top_lists: TopLists | None
    read_tfidf: Callable[[], TfidfModel]
    settings: Settings
    origin: Origin = NO_ORIGIN

    @classmethod
    def read(cls, files: ModelFiles, settings: Settings, origin: Origin = NO_ORIGIN) -> Self:
        """Read the files of an artefact without verifying them; arrays are memory-mapped if the folder supports it.

        Raises:
            OSError, ValueError: a file is missing, or holds something else.
        """
        used = file_names(settings)
        arrays = {name: files.read_array(name) for name in ARRAYS if f"{name}.npy" in used}
        texts = {
            name: PackedStrings(files.folder.read(name), arrays[f"{name.partition('.')[0]}.ends"]) for name in TEXTS
        }
        parts = {part: arrays[f"index.{part}"] for part in IndexArrays._fields}
        index = Index.from_arrays(parts, arrays.get("index.query_data"))
        catalogue = Catalogue(
            texts[RECORDS],
            entry_sizes=arrays["articles.entries"],
            days=index.days,
            flags=arrays["articles.flags"],
            providers=index.providers,
            names=StringIndex(texts["names.txt"], arrays["names.rows"]),
            urls=StringIndex(texts["urls.txt"], arrays["urls.rows"]),
            copies=Copies(arrays["copies.text_keys"], arrays["copies.originals"]),
        )

        def read_tfidf() -> TfidfModel:
            with refusing(origin.version):
                vocabularies = {field: files.read_vocabulary(field) for field in fields_of(settings)}
            return TfidfModel.from_vocabularies(vocabularies, settings=settings)

        lists = TopLists(arrays["lists.rows"], arrays["lists.scores"])
        return cls(catalogue, index, lists, read_tfidf, settings, origin)
