"""A trained model: what an artefact holds and a recommender answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from recommender.artefacts.model_files import ARRAYS, RECORDS, TEXTS, ModelFiles, file_names
from recommender.catalogue import Catalogue, PackedStrings, StringIndex
from recommender.corpus import Copies
from recommender.search import Index, IndexArrays, TopLists
from recommender.settings import Settings
from recommender.text import TfidfModel, fields_of


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained model; rows are the same in all of its parts.

    Attributes:
        top_lists: precomputed lists; `None` where every look-up searches.
        read_tfidf: reads the terms and their weights, which look-ups of articles do not need.
    """

    catalogue: Catalogue
    index: Index
    top_lists: TopLists | None
    read_tfidf: Callable[[], TfidfModel]
    settings: Settings

    @classmethod
    def read(cls, files: ModelFiles, settings: Settings) -> Self:
        """Read the files of an artefact, which are trusted as they are; arrays are mapped where the folder can.

        Raises:
            OSError, ValueError: a file is missing, or holds something else.
        """
        used = file_names(settings)
        arrays = {name: files.read_array(name) for name in ARRAYS if f"{name}.npy" in used}
        texts = {
            name: PackedStrings(files.folder.read(name), arrays[f"{name.partition('.')[0]}.ends"]) for name in TEXTS
        }
        index = Index.from_arrays({part: arrays[f"index.{part}"] for part in IndexArrays._fields})
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
            vocabularies = {field: files.read_vocabulary(field) for field in fields_of(settings)}
            return TfidfModel.from_vocabularies(vocabularies, settings=settings)

        return cls(catalogue, index, TopLists(arrays["lists.rows"], arrays["lists.scores"]), read_tfidf, settings)
