"""Baselines: simple and standard rankings to compare this program with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.articles import Article
from recommender.errors import EvaluationError

Rankings: TypeAlias = NDArray[np.int64]
"""The highest-scoring rows of each query, best first, int64 (queries, depth), padded with -1."""

Baseline: TypeAlias = "Callable[[Sequence[Article], NDArray[np.int64], int], Rankings]"
"""Takes the articles in rank order, the rows to make rankings for, and the depth of each ranking."""

PLAIN = "plain TF-IDF"
_SEED = 0
_LSI_DIMENSIONS = 100


def random(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """Articles at random."""
    generator = np.random.default_rng(_SEED)
    return _by_score(articles, rows, depth, lambda _: generator.random(len(articles)))


def newest(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """The newest articles of the archive."""
    return _by_score(articles, rows, depth, lambda _: -np.arange(len(articles), dtype=np.float64))


def nearest_in_time(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """The articles published closest in time, before or after."""
    days = np.array([np.nan if article.published_at is None else article.published_at for article in articles])
    return _by_score(articles, rows, depth, lambda row: -np.abs(np.nan_to_num(days - days[row], nan=np.inf)))


def plain_tfidf(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """Cosine similarity of title and excerpt as one text, under scikit-learn's default `TfidfVectorizer()`."""
    vectors = _plain_vectors(articles)
    transposed = csr_array(vectors.T)
    return _by_score(articles, rows, depth, lambda row: (vectors[[row]] @ transposed).toarray()[0])


def bm25(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """BM25 with the same text as the query (Lucene's variant, bm25s's defaults)."""
    import bm25s

    texts = _texts(articles)
    index = bm25s.BM25()
    tokens = bm25s.tokenize(texts, stopwords=None, show_progress=False, return_ids=False)
    if not any(tokens):
        return plain_tfidf(articles, rows, depth)
    index.index(tokens, show_progress=False)
    return _by_score(articles, rows, depth, lambda row: index.get_scores(tokens[row]))


def lsi(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
    """Cosine similarity of the plain TF-IDF vectors, reduced to 100 dimensions by truncated SVD."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    vectors = _plain_vectors(articles)
    dimensions = min(_LSI_DIMENSIONS, min(vectors.shape) - 1)
    if dimensions < 1:
        return plain_tfidf(articles, rows, depth)
    latent = normalize(TruncatedSVD(dimensions, random_state=_SEED).fit_transform(vectors))
    return _by_score(articles, rows, depth, lambda row: latent @ latent[row])


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

    def rank(articles: Sequence[Article], rows: NDArray[np.int64], depth: int) -> Rankings:
        from sklearn.preprocessing import normalize

        vectors = normalize(encode(_texts(articles)))
        return _by_score(articles, rows, depth, lambda row: vectors @ vectors[row])

    return rank


ALL: dict[str, Baseline] = {
    "random": random,
    "newest": newest,
    "nearest in time": nearest_in_time,
    PLAIN: plain_tfidf,
    "BM25": bm25,
    "LSI": lsi,
}


def _plain_vectors(articles: Sequence[Article]) -> csr_array:
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        return csr_array(TfidfVectorizer().fit_transform(_texts(articles)))
    except ValueError:  # scikit-learn raises this where no text holds a word
        return csr_array(np.zeros((len(articles), 1)))


def _texts(articles: Sequence[Article]) -> list[str]:
    return [f"{article.title} {article.excerpt}" for article in articles]


def _by_score(
    articles: Sequence[Article],
    rows: NDArray[np.int64],
    depth: int,
    score: Callable[[int], NDArray[np.float64]],
) -> Rankings:
    hidden = np.array([article.hidden for article in articles])
    ranked = np.full((len(rows), depth), -1, np.int64)
    for position, row in enumerate(rows.tolist()):
        scores = np.where(hidden, -np.inf, score(row))
        scores[row] = -np.inf
        best = np.argsort(-scores, kind="stable")[:depth]
        best = best[scores[best] > -np.inf]
        ranked[position, : len(best)] = best
    return ranked
