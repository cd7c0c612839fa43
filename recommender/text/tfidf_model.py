"""The TF-IDF model: turns titles, excerpts and texts into one sparse vector per article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.settings import Settings
from recommender.text.analyzer import Analyzer, language_of_term, topic_of_term, topics_as_text
from recommender.text.documents import Documents
from recommender.text.term_counts import BLOCK, TermCounts

FIELDS = ("title", "excerpt", "text")
"""All possible fields; `fields_of` gives those of a model."""

_TEXT_IDF_POWER = 1.5
_MAX_SHARE = 0.8  # maximum document frequency of a term in the text field, as a share of the texts
_MIN_ARTICLES = 50  # that limit applies from this many articles on: among a few, most terms are in half of them
_TITLE_EMPHASIS = 2.5  # factor of the title's stems in the text of a candidate
_MIN_SHARE = 1e-20  # of the similarity: values of smaller shares, and their products, could become 0 in float32
_LENGTH, _LENGTH_OF_EMPTY = 200, 60  # an article whose text holds n terms is scaled by (n + 60) / (n + 200)
_MAX_TOPIC_SHARE, _MAX_OF_TOPIC = 0.02, 10  # a topic of more articles than both is a section, and left out


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms that a field was fitted on, and their weights.

    Attributes:
        terms: in the order of their columns.
        weights: float32 (terms,) the factor of a term's count: IDF^power, times the learnt factor.
    """

    terms: tuple[str, ...]
    weights: NDArray[np.float32]


def fields_of(settings: Settings) -> tuple[str, ...]:
    """The fields of a model with these settings; texts only if they have a weight."""
    return FIELDS if settings.text_weight > 0 else FIELDS[:-1]


class TfidfModel:
    """Titles, excerpts and texts as TF-IDF fields, each with its own IDF, side by side in one vector.

    A field's vector is that of scikit-learn's `TfidfVectorizer` (smoothed IDF, unit length), scaled by the square root
    of the field's weight, so the dot product of two articles is the weighted sum of their fields' cosines. The excerpt
    field also contains the title's words, if the settings say so. The excerpt and text fields contain the topics, each
    as one term, except topics of so many articles that they are sections. The text field consists of stems, counted as
    1 + log(count), or as a power of the count, with an IDF power of 1.5; it also contains the title's words, and the
    excerpt's if there is no text. It has terms only if the settings give it a weight. The vector of an article whose
    text field holds n terms is then multiplied by (n + 60) / (n + 200), because what short texts share is more often
    chance (Singhal et al., Pivoted document length normalization, 1996).

    An article suits another whose text mentions what its title names. So the vector of a candidate differs from that of
    a query: in its text field the title's stems count 2.5 times, at the same length of the vector.

    If the settings ask for articles of the same language only, each language has its own terms and IDF, and the
    similarity of articles in different languages is 0.

    Attributes:
        shares: the weight of each field in the similarity; 0 if it is too small to matter.
        vocabularies_: the vocabulary of each field, in the order of the columns.
    """

    def __init__(self, *, settings: Settings) -> None:
        self.settings = settings
        unspaced = settings.unspaced_ngrams
        self._analyzers = {
            "title": Analyzer(
                settings.title_terms,
                ngrams=settings.title_ngrams,
                unspaced_ngrams=unspaced,
                across_words=settings.title_across_words,
            ),
            "excerpt": Analyzer(settings.excerpt_terms, ngrams=settings.excerpt_ngrams, unspaced_ngrams=unspaced),
            "text": Analyzer("stems", ngrams=settings.excerpt_ngrams, unspaced_ngrams=unspaced),
        }
        title, text = settings.title_weight, settings.text_weight
        shares = {"title": title, "excerpt": (1 - title) * (1 - text), "text": (1 - title) * text}
        self.shares = {field: share if share >= _MIN_SHARE else 0.0 for field, share in shares.items()}

    def analyzer(self, field: str) -> Analyzer:
        """The analyzer of a field, one of `FIELDS`."""
        return self._analyzers[field]

    def texts(self, documents: Documents) -> dict[str, Sequence[str]]:
        """The texts that make up each field of the model, by field."""
        titles, excerpts = documents.titles, documents.excerpts
        holds_title = self.settings.excerpt_holds_title
        fields = {"title": titles, "excerpt": _joined(titles, excerpts) if holds_title else excerpts}
        if "text" in fields_of(self.settings):
            # Without a text, only the excerpt can be compared with the texts of others.
            texts = [""] * len(titles) if documents.texts is None else documents.texts
            fields["text"] = _joined(titles, [text or excerpt for text, excerpt in zip(texts, excerpts, strict=True)])
        if documents.topics is not None and any(documents.topics):
            topics = [topics_as_text(of_article) for of_article in documents.topics]
            fields |= {field: _joined(texts, topics) for field, texts in fields.items() if field != "title"}
        return fields

    def fit_transform(
        self, documents: Documents, *, term_factors: Mapping[str, Mapping[str, float]] | None = None
    ) -> scipy.sparse.csr_array:
        """Learn terms and IDF, and return the vectors, float32 (articles, terms).

        Args:
            term_factors: by field and term, the factor of its weight; 1 for terms that are not named.
        """
        return self.weigh(self.fit_count(documents, term_factors=term_factors))

    def fit_count(
        self, documents: Documents, *, term_factors: Mapping[str, Mapping[str, float]] | None = None
    ) -> dict[str, TermCounts]:
        """Learn terms and IDF as `fit_transform` does, and return the term counts of each field."""
        counts = self.count(documents)
        frequencies = {field: (of_field.terms, of_field.document_frequencies()) for field, of_field in counts.items()}
        articles = self.count_articles(documents.languages or [""] * len(documents.titles))
        self.learn(frequencies, articles=articles, term_factors=term_factors)
        return counts

    def count(self, documents: Documents, *, fields: Collection[str] = FIELDS) -> dict[str, TermCounts]:
        """The counts of all terms of each field, whether or not they are in its vocabulary.

        Args:
            fields: the fields to count; those that the model does not have are ignored.
        """
        return {
            field: TermCounts.count(
                texts,
                self._analyzers[field],
                languages=self._separated(documents.languages),
                openings=documents.titles if field == "text" else None,
            )
            for field, texts in self.texts(documents).items()
            if field in fields
        }

    def count_articles(self, languages: Iterable[str]) -> Counter[str]:
        """The number of articles per language; all count as language "" if the settings do not separate languages."""
        counted = Counter(languages)
        return counted if self.settings.language == "own" else Counter({"": counted.total()})

    def _separated(self, languages: Sequence[str] | None) -> Sequence[str] | None:
        """The languages, if the settings separate them."""
        return languages if self.settings.language == "own" else None

    def learn(
        self,
        frequencies: Mapping[str, tuple[Sequence[str], NDArray[np.int64]]],
        *,
        articles: Mapping[str, int],
        term_factors: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Self:
        """Learn terms and IDF.

        Args:
            frequencies: by field the terms, ascending, and their document frequencies, int64 (terms,).
            articles: how many there are of each language, as `count_articles` counts them.
            term_factors: by field and term, the factor of its weight; 1 for terms that are not named.
        """
        self.vocabularies_: dict[str, Vocabulary] = {}
        self._columns: dict[str, dict[str, int]] = {}
        for field, (terms, document_frequencies) in frequencies.items():
            self._columns[field] = {term: column for column, term in enumerate(terms)}
            of_language = np.fromiter((articles[language_of_term(term)] for term in terms), np.int64, len(terms))
            weights = _idf(document_frequencies, of_language)
            weights **= np.float32(_TEXT_IDF_POWER if field == "text" else self.settings.idf_power)
            if field == "text":
                weights[(document_frequencies > _MAX_SHARE * of_language) & (of_language >= _MIN_ARTICLES)] = 0
            is_topic = np.fromiter((bool(topic_of_term(term)) for term in terms), np.bool_, len(terms))
            weights[is_topic & (document_frequencies > np.maximum(_MAX_TOPIC_SHARE * of_language, _MAX_OF_TOPIC))] = 0
            for term, factor in (term_factors or {}).get(field, {}).items():
                if (column := self._columns[field].get(term)) is not None:
                    weights[column] *= factor
            self.vocabularies_[field] = Vocabulary(tuple(terms), weights.astype(np.float32))
        return self

    def transform(self, documents: Documents) -> scipy.sparse.csr_array:
        """The vectors of any documents, float32 (articles, terms); terms outside a field's vocabulary are left out."""
        return self.weigh(self.count_known(documents))

    def count_known(self, documents: Documents) -> dict[str, TermCounts]:
        """The counts of the terms of each field's vocabulary, for any documents in their `languages_of`."""
        languages = self.languages_of(documents)
        return {
            field: TermCounts.count(
                texts,
                self._analyzers[field],
                languages=languages,
                columns=self._columns[field],
                openings=documents.titles if field == "text" else None,
            )
            for field, texts in self.texts(documents).items()
        }

    def languages_of(self, documents: Documents) -> list[str] | None:
        """The language that each document is compared in; `None` if the settings do not separate languages.

        One of unknown language ("") is treated as in that whose vocabulary holds most of its title's and excerpt's
        terms.
        """
        languages = self._separated(documents.languages)
        if languages is None:
            return None
        return [
            language or self._guess_language(f"{title} {excerpt}")
            for language, title, excerpt in zip(languages, documents.titles, documents.excerpts, strict=True)
        ]

    def _guess_language(self, text: str) -> str:
        columns, analyzer = self._columns["excerpt"] or self._columns["title"], self._analyzers["excerpt"]
        known = {language: sum(term in columns for term in analyzer(text, language)) for language in self._languages}
        return max(sorted(known), key=known.__getitem__, default="")

    @cached_property
    def _languages(self) -> frozenset[str]:
        """The languages that have terms of their own."""
        return frozenset(language_of_term(term) for columns in self._columns.values() for term in columns) - {""}

    @classmethod
    def from_vocabularies(cls, vocabularies: Mapping[str, Vocabulary], *, settings: Settings) -> Self:
        """A fitted model from the vocabularies of another."""
        model = cls(settings=settings)
        model.vocabularies_ = dict(vocabularies)
        model._columns = {
            field: {term: column for column, term in enumerate(vocabulary.terms)}
            for field, vocabulary in vocabularies.items()
        }
        return model

    def columns(self) -> dict[str, slice]:
        """The columns of a vector that belong to each field."""
        spans, start = {}, 0
        for field, vocabulary in self.vocabularies_.items():
            spans[field] = slice(start, start + len(vocabulary.terms))
            start += len(vocabulary.terms)
        return spans

    def column(self, field: str, term: str) -> int | None:
        """The column of a field's term in a vector; `None` for a term outside the field's vocabulary."""
        within = self._columns[field].get(term)
        return None if within is None else self.columns()[field].start + within

    def weigh(self, counts: Mapping[str, TermCounts]) -> scipy.sparse.csr_array:
        """The vectors of term counts, float32 (articles, terms), in the fields of the vocabularies.

        They are computed block by block, so memory holds only the result and the factors of the counts.
        """
        from joblib import Parallel, cpu_count, delayed

        known = {field: vocabulary.terms for field, vocabulary in self.vocabularies_.items() if vocabulary.terms}
        fields = {
            field: counts[field] if counts[field].terms == terms else counts[field].with_columns(self._columns[field])
            for field, terms in known.items()
        }
        articles = next(iter(counts.values())).token_counts.shape[0]
        scales = _scales(counts["text"]) if "text" in counts else np.ones(articles, np.float32)
        starts = range(0, articles if fields else 0, BLOCK)
        capacity = sum(of_field.max_nonzero() for of_field in fields.values())
        # Memory pages that are never written to cost nothing.
        data, indices = np.empty(capacity, np.float32), np.empty(capacity, np.int32)
        ends, size = [np.zeros(1 if fields else articles + 1, np.int64)], 0
        workers = cpu_count() if len(starts) > 1 else 1
        tasks = (delayed(self._weigh_block)(fields, scales, start) for start in starts)
        for block in Parallel(n_jobs=workers, prefer="threads", return_as="generator")(tasks):
            data[size : size + block.nnz] = block.data
            indices[size : size + block.nnz] = block.indices
            ends.append(block.indptr[1:].astype(np.int64) + size)
            size += block.nnz
        data.resize(size, refcheck=False)
        indices.resize(size, refcheck=False)
        terms = sum(len(of_field.terms) for of_field in fields.values())
        indptr = np.concatenate(ends)
        if size <= np.iinfo(np.int32).max:
            indptr = indptr.astype(np.int32)
        vectors = scipy.sparse.csr_array((data, indices, indptr), shape=(articles, terms))
        vectors.has_canonical_format = True
        return vectors

    def emphasise_titles(self, vectors: scipy.sparse.csr_array, counts: Mapping[str, TermCounts]) -> None:
        """Change vectors that `weigh` made, which are those of queries, into those of candidates, if there are texts.

        Args:
            vectors: float32 (articles, terms), changed in place, block by block.
            counts: from which they were computed.
        """
        vocabulary = self.vocabularies_.get("text")
        if vocabulary is None or not vocabulary.terms:
            return
        text, first = counts["text"], self.columns()["text"].start
        if text.terms != vocabulary.terms:
            text = text.with_columns(self._columns["text"])
        for start in text.block_starts():
            block, titles = vectors[start : start + BLOCK], text.opening_terms(start)
            in_title = scipy.sparse.csr_array((titles.data, titles.indices + first, titles.indptr), shape=block.shape)
            emphasised = block + block.multiply(in_title) * np.float32(_TITLE_EMPHASIS - 1)
            squares, of_emphasised = (each.power(2).sum(axis=1, dtype=np.float64) for each in (block, emphasised))
            scales = np.sqrt(squares / np.where(of_emphasised > 0, of_emphasised, 1)).astype(np.float32)
            end = vectors.indptr[start] + block.nnz
            vectors.data[vectors.indptr[start] : end] = emphasised.data * np.repeat(scales, np.diff(emphasised.indptr))

    def _weigh_block(
        self, counts: Mapping[str, TermCounts], scales: NDArray[np.float32], start: int
    ) -> scipy.sparse.csr_array:
        from sklearn.feature_extraction.text import TfidfTransformer

        blocks = []
        for field, of_field in counts.items():
            power, block = self.settings.text_count_power, of_field.block(start)
            if field == "text" and power is not None:
                block.data **= np.float32(power)
            transformer = TfidfTransformer(sublinear_tf=field == "text" and power is None)
            transformer.idf_ = self.vocabularies_[field].weights
            weighted = scipy.sparse.csr_array(transformer.transform(block, copy=False))
            weighted.data *= np.float32(np.sqrt(self.shares[field]))
            blocks.append(weighted)
        joined = scipy.sparse.csr_array(scipy.sparse.hstack(blocks, format="csr"))
        joined.data *= np.repeat(scales[start : start + BLOCK], np.diff(joined.indptr))
        joined.eliminate_zeros()
        return joined


def _joined(titles: Sequence[str], others: Sequence[str]) -> list[str]:
    return [f"{title}\n{other}" for title, other in zip(titles, others, strict=True)]


def _scales(texts: TermCounts) -> NDArray[np.float32]:
    """The factor of each article's vector by the length of its text, float32 (articles,), 0 to 1."""
    lengths = texts.lengths()
    return np.asarray((lengths + np.float32(_LENGTH_OF_EMPTY)) / (lengths + np.float32(_LENGTH)))


def _idf(frequencies: NDArray[np.int64], articles: NDArray[np.int64]) -> NDArray[np.float32]:
    """The smoothed IDF of scikit-learn's `TfidfTransformer`, float32 (terms,); `articles` are those of its language."""
    share = (1 + articles).astype(np.float32) / (frequencies.astype(np.float32) + np.float32(1))
    return np.asarray(np.log(share) + np.float32(1), np.float32)
