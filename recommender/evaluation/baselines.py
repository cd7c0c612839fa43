"""Baselines: simple and standard rankings to compare this program with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.articles import Article, published_days
from recommender.errors import EvaluationError
from recommender.evaluation.linkable import Linkable
from recommender.search import Scoring

Rankings: TypeAlias = NDArray[np.int64]
"""The highest-scoring rows of each query, best first, int64 (queries, depth), padded with -1."""

Scorer: TypeAlias = "Callable[[int], NDArray[np.float64]]"
"""The scores of all articles as candidates for the one in a row, float64 (articles,)."""

Baseline: TypeAlias = "Callable[[Archive], Scorer]"

PLAIN = "plain TF-IDF"
_SEED = 0
_LSI_DIMENSIONS = 100
_TEXT_CHARACTERS = 2_000


@dataclass(frozen=True)
class Archive:
    """The data that baselines rank by.

    Attributes:
        articles: in rank order.
        scoring: for the time factor of this program.
    """

    articles: Sequence[Article]
    scoring: Scoring = field(default_factory=lambda: Scoring(None))

    @cached_property
    def days(self) -> NDArray[np.float64]:
        """Days since 1970-01-01 UTC, float64 (articles,); NaN where unknown."""
        return published_days(self.articles)

    @cached_property
    def has_texts(self) -> bool:
        """Whether most articles with a file have a text."""
        texts = [bool(article.text) for article in self.articles if article.path]
        return 2 * sum(texts) > len(texts)

    @property
    def words_from(self) -> str:
        """Which words of an article are compared."""
        return f"title and the first {_TEXT_CHARACTERS:,} characters of text" if self.has_texts else "title and excerpt"

    @cached_property
    def texts(self) -> list[str]:
        """The words to compare, as one text per article."""
        if self.has_texts:
            return [f"{article.title} {article.text[:_TEXT_CHARACTERS]}" for article in self.articles]
        return [f"{article.title} {article.excerpt}" for article in self.articles]

    @cached_property
    def vectors(self) -> csr_array:
        """The texts' vectors under scikit-learn's default `TfidfVectorizer()`, float64 (articles, terms)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        try:
            return csr_array(TfidfVectorizer().fit_transform(self.texts))
        except ValueError:  # scikit-learn raises it if no text contains a word
            return csr_array(np.zeros((len(self.articles), 1)))


def random(archive: Archive) -> Scorer:
    """Articles at random."""
    generator = np.random.default_rng(_SEED)
    return lambda _: generator.random(len(archive.articles))


def newest(archive: Archive) -> Scorer:
    """The newest articles of the archive."""
    return lambda _: -np.arange(len(archive.articles), dtype=np.float64)


def nearest_in_time(archive: Archive) -> Scorer:
    """The articles published closest in time, before or after."""
    days = archive.days
    return lambda row: -np.abs(np.nan_to_num(days - days[row], nan=np.inf))


def same_topic(archive: Archive) -> Scorer:
    """The articles that share the most topics, the newest of them first."""
    topics = [article.topics for article in archive.articles]
    rows_of: dict[str, list[int]] = {}
    for row, of_article in enumerate(topics):
        for topic in of_article:
            rows_of.setdefault(topic, []).append(row)

    def score(row: int) -> NDArray[np.float64]:
        shared = np.zeros(len(archive.articles))
        for topic in topics[row]:
            shared[rows_of[topic]] += 1
        return shared

    return score


def plain_tfidf(archive: Archive) -> Scorer:
    """Cosine similarity of the vectors."""
    vectors, transposed = archive.vectors, csr_array(archive.vectors.T)
    return lambda row: (vectors[[row]] @ transposed).toarray()[0]


def tfidf_with_time(archive: Archive) -> Scorer:
    """The same, multiplied by the program's time factor."""
    cosine, days = plain_tfidf(archive), archive.days
    return lambda row: cosine(row) * archive.scoring.time_factor(days[[row]], days)


def bm25(archive: Archive) -> Scorer:
    """BM25 with the same text as the query (Lucene's variant, bm25s's defaults)."""
    import bm25s

    index = bm25s.BM25()
    tokens = bm25s.tokenize(archive.texts, stopwords=None, show_progress=False, return_ids=False)
    if not any(tokens):
        return plain_tfidf(archive)
    index.index(tokens, show_progress=False)
    return lambda row: index.get_scores(tokens[row])


def lsi(archive: Archive) -> Scorer:
    """Cosine similarity of the vectors, reduced to 100 dimensions by truncated SVD."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    dimensions = min(_LSI_DIMENSIONS, min(archive.vectors.shape) - 1)
    if dimensions < 1:
        return plain_tfidf(archive)
    latent = normalize(TruncatedSVD(dimensions, random_state=_SEED).fit_transform(archive.vectors))
    return lambda row: latent @ latent[row]


def encoder(model: str) -> Baseline:
    """Cosine similarity of the same text under a sentence encoder.

    Args:
        model: a name or folder that `SentenceTransformer` takes.

    Raises:
        EvaluationError: sentence-transformers is not installed, or the model can't be loaded.
    """
    try:
        from sentence_transformers import SentenceTransformer

        encode = SentenceTransformer(model).encode
    except ImportError as error:
        raise EvaluationError("--encoder needs sentence-transformers: pip install '.[encoder]'") from error
    except (OSError, ValueError) as error:
        raise EvaluationError(f"the encoder {model!r} can't be loaded: {error}") from error

    def similarity(archive: Archive) -> Scorer:
        from sklearn.preprocessing import normalize

        vectors = normalize(encode(archive.texts))
        return lambda row: vectors @ vectors[row]

    return similarity


ALL: dict[str, Baseline] = {
    "random": random,
    "newest": newest,
    "nearest in time": nearest_in_time,
    "same topic": same_topic,
    PLAIN: plain_tfidf,
    "TF-IDF with time": tfidf_with_time,
    "BM25": bm25,
    "LSI": lsi,
}


def rank(scorer: Scorer, rows: NDArray[np.int64], depth: int, linkable: Linkable) -> Rankings:
    """The rankings of the articles at some rows; equal scores are in rank order."""
    ranked = np.full((len(rows), depth), -1, np.int64)
    for position, row in enumerate(rows.tolist()):
        scores = np.where(linkable.mask(row), scorer(row), -np.inf)
        best = np.argsort(-scores, kind="stable")[:depth]
        best = best[scores[best] > -np.inf]
        ranked[position, : len(best)] = best
    return ranked
