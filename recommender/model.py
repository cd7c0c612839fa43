"""The TF-IDF model: titles and excerpts in, one sparse vector an article out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from recommender.settings import Settings
from recommender.text import Analyzer

FIELDS = ("title", "excerpt")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a field has learnt.

    Attributes:
        terms: in the order of their columns.
        weights: float32 (terms,) what a term's count is multiplied by: IDF^power, times what links have taught.
    """

    terms: tuple[str, ...]
    weights: NDArray[np.float32]


class TfidfModel:
    """Titles and excerpts as two TF-IDF fields, each with its own IDF, joined in one vector.

    A field is made by scikit-learn's `CountVectorizer` and `TfidfTransformer` (smoothed IDF, unit length). The fields
    stand side by side, scaled by the roots of their weights, so that the dot product of two articles is the weighted
    sum of their fields' cosines. The excerpt's field holds the title's words too, if the settings say so.

    Attributes:
        vocabularies_: what each field has learnt, in the order of the columns.
    """

    def __init__(self, *, settings: Settings) -> None:
        self.settings = settings
        self._analyzers = {
            "title": Analyzer(
                settings.title_terms, ngrams=settings.title_ngrams, unspaced_ngrams=settings.unspaced_ngrams
            ),
            "excerpt": Analyzer(
                settings.excerpt_terms, ngrams=settings.excerpt_ngrams, unspaced_ngrams=settings.unspaced_ngrams
            ),
        }
        self._shares = {"title": settings.title_weight, "excerpt": 1 - settings.title_weight}

    def analyzer(self, field: str) -> Analyzer:
        """What turns the text of a field, "title" or "excerpt", into terms."""
        return self._analyzers[field]

    def texts(self, titles: Sequence[str], excerpts: Sequence[str]) -> dict[str, Sequence[str]]:
        """What each field reads."""
        if not self.settings.excerpt_holds_title:
            return {"title": titles, "excerpt": excerpts}
        both = [f"{title}\n{excerpt}" for title, excerpt in zip(titles, excerpts, strict=True)]
        return {"title": titles, "excerpt": both}

    def fit_transform(
        self,
        titles: Sequence[str],
        excerpts: Sequence[str],
        *,
        term_factors: Mapping[str, Mapping[str, float]] | None = None,
    ) -> csr_array:
        """Learn terms and IDF, and return the vectors, float32 (articles, terms).

        Args:
            term_factors: by field and term, what to multiply its weight by; 1 for those that are not named.
        """
        self.vocabularies_: dict[str, Vocabulary] = {}
        self._counters: dict[str, CountVectorizer] = {}
        blocks = {}
        for field, texts in self.texts(titles, excerpts).items():
            counts, terms = self._count(field, texts)
            weights = np.ones(len(terms))
            if terms:
                weights = TfidfTransformer().fit(counts).idf_ ** self.settings.idf_power
            for term, factor in (term_factors or {}).get(field, {}).items():
                if (column := self._counters[field].vocabulary_.get(term)) is not None:
                    weights[column] *= factor
            self.vocabularies_[field] = Vocabulary(terms, weights.astype(np.float32))
            blocks[field] = counts
        return self._weigh(blocks)

    def transform(self, titles: Sequence[str], excerpts: Sequence[str]) -> csr_array:
        """The vectors of texts that need not have been learnt from; terms that are new to a field are left out."""
        return self._weigh(
            {
                field: self._counters[field].transform(texts)
                if self.vocabularies_[field].terms
                else csr_array(np.zeros((len(texts), 0), np.float32))
                for field, texts in self.texts(titles, excerpts).items()
            }
        )

    @classmethod
    def from_vocabularies(cls, vocabularies: Mapping[str, Vocabulary], *, settings: Settings) -> Self:
        """A fitted model from what another has learnt."""
        model = cls(settings=settings)
        model.vocabularies_ = dict(vocabularies)
        model._counters = {
            field: CountVectorizer(
                analyzer=model._analyzers[field],
                dtype=np.float32,
                vocabulary={term: column for column, term in enumerate(vocabulary.terms)},
            )
            for field, vocabulary in vocabularies.items()
            if vocabulary.terms
        }
        for counter in model._counters.values():
            counter.vocabulary_ = counter.vocabulary
        return model

    def columns(self) -> dict[str, slice]:
        """Which columns of a vector belong to each field."""
        spans, start = {}, 0
        for field, vocabulary in self.vocabularies_.items():
            spans[field] = slice(start, start + len(vocabulary.terms))
            start += len(vocabulary.terms)
        return spans

    def column(self, field: str, term: str) -> int | None:
        """The column of a field's term in a vector, or `None` where the field has not learnt it."""
        counter = self._counters.get(field)
        within = None if counter is None else counter.vocabulary_.get(term)
        return None if within is None else self.columns()[field].start + within

    def _count(self, field: str, texts: Sequence[str]) -> tuple[csr_array, tuple[str, ...]]:
        counter = CountVectorizer(analyzer=self._analyzers[field], dtype=np.float32)
        try:
            counts = csr_array(counter.fit_transform(texts))
        except ValueError:  # scikit-learn's word for "no text holds any term"
            return csr_array(np.zeros((len(texts), 0), np.float32)), ()
        self._counters[field] = counter
        return counts, tuple(counter.get_feature_names_out().tolist())

    def _weigh(self, counts: Mapping[str, csr_array]) -> csr_array:
        blocks = []
        for field, block in counts.items():
            if not self.vocabularies_[field].terms:
                continue
            transformer = TfidfTransformer()
            transformer.idf_ = self.vocabularies_[field].weights
            weighted = csr_array(transformer.transform(block))
            weighted.data *= np.float32(np.sqrt(self._shares[field]))
            blocks.append(weighted)
        if not blocks:
            return csr_array(np.zeros((next(iter(counts.values())).shape[0], 0), np.float32))
        joined = csr_array(hstack(blocks, format="csr"))
        joined.eliminate_zeros()
        joined.sort_indices()
        return joined
