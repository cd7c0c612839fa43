"""The TF-IDF model: titles and excerpts in, one sparse vector an article out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.settings import Settings
from recommender.text import Analyzer


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a field has learnt: its terms in the order of their columns, and their IDF, float32 (terms,)."""

    terms: tuple[str, ...]
    idf: NDArray[np.float32]


class TfidfModel:
    """Titles and excerpts as two TF-IDF fields, each with its own IDF, joined in one vector.

    Each field is a scikit-learn `TfidfVectorizer` (smoothed IDF, unit length). The fields stand side by side, scaled by
    the roots of their weights, so that the dot product of two articles is the weighted sum of their fields' cosines.

    Attributes:
        fields_: after `fit`, the name of each field with its vectoriser, in the order of the columns.
    """

    def __init__(self, *, settings: Settings) -> None:
        self.settings = settings
        self._analyzers = {"title": Analyzer.of_titles(settings), "excerpt": Analyzer.of_excerpts(settings)}
        self._weights = {"title": settings.title_weight, "excerpt": 1 - settings.title_weight}

    def analyzer(self, field: str) -> Analyzer:
        """What turns a text of this field, "title" or "excerpt", into terms."""
        return self._analyzers[field]

    def fit_transform(self, titles: Sequence[str], excerpts: Sequence[str]) -> csr_array:
        """Learn terms and IDF, and return the vectors, float32 (articles, terms)."""
        self.fields_: dict[str, TfidfVectorizer | None] = {}
        blocks = []
        for (field, analyzer), texts in zip(self._analyzers.items(), (titles, excerpts), strict=True):
            vectorizer = TfidfVectorizer(analyzer=analyzer, dtype=np.float32)
            if any(analyzer(text) for text in texts):
                blocks.append(self._weigh(field, vectorizer.fit_transform(texts)))
                self.fields_[field] = vectorizer
            else:
                self.fields_[field] = None
        return self._join(blocks, len(titles))

    def transform(self, titles: Sequence[str], excerpts: Sequence[str]) -> csr_array:
        """The vectors of texts that need not have been learnt from; terms that are new to a field are left out."""
        return self._join(
            [
                self._weigh(field, vectorizer.transform(texts))
                for (field, vectorizer), texts in zip(self.fields_.items(), (titles, excerpts), strict=True)
                if vectorizer is not None
            ],
            len(titles),
        )

    def vocabularies(self) -> dict[str, Vocabulary]:
        """What `fit_transform` has learnt, by field; `from_vocabularies` takes it back."""
        return {
            field: Vocabulary(tuple(vectorizer.get_feature_names_out()), vectorizer.idf_.astype(np.float32))
            if vectorizer is not None
            else Vocabulary((), np.empty(0, np.float32))
            for field, vectorizer in self.fields_.items()
        }

    @classmethod
    def from_vocabularies(cls, vocabularies: dict[str, Vocabulary], *, settings: Settings) -> Self:
        """A fitted model from what another has learnt."""
        model = cls(settings=settings)
        model.fields_ = {}
        for field, analyzer in model._analyzers.items():
            vocabulary = vocabularies[field]
            if not vocabulary.terms:
                model.fields_[field] = None
                continue
            vectorizer = TfidfVectorizer(analyzer=analyzer, dtype=np.float32, vocabulary=list(vocabulary.terms))
            vectorizer.idf_ = vocabulary.idf
            model.fields_[field] = vectorizer
        return model

    def field_of_columns(self) -> list[tuple[str, int, int]]:
        """Each field with its first column and the one after its last."""
        spans, start = [], 0
        for field, vectorizer in self.fields_.items():
            end = start + (len(vectorizer.vocabulary_) if vectorizer is not None else 0)
            spans.append((field, start, end))
            start = end
        return spans

    def column(self, field: str, term: str) -> int | None:
        """The column of a term within its field, or `None` where the field has not learnt it."""
        vectorizer = self.fields_[field]
        return None if vectorizer is None else vectorizer.vocabulary_.get(term)

    def _weigh(self, field: str, block: csr_array) -> csr_array:
        weighted = csr_array(block)
        weighted.data *= np.float32(np.sqrt(self._weights[field]))
        return weighted

    def _join(self, blocks: list[csr_array], rows: int) -> csr_array:
        if not blocks:
            return csr_array(np.zeros((rows, 0), np.float32))
        joined = csr_array(hstack(blocks, format="csr"))
        joined.eliminate_zeros()
        joined.sort_indices()
        return joined
