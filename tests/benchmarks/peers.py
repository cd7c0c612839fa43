"""The peers: each does what it was made for, on the same corpus or matrix and with as many threads as it is told.

Run as a program, it is the reference that training is compared with: `python -m benchmarks.peers FOLDER`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import tantivy
import yaml
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from sparse_dot_topn import sp_matmul_topn

from recommender import Article, Settings
from recommender.search import Scoring
from recommender.text import Analyzer, Documents, TfidfModel


class SparseDotTopn:
    """The `limit` greatest dot products of each query, the article itself among them."""

    def __init__(self, vectors: csr_array) -> None:
        self._transposed = csr_matrix(vectors.T)

    def __call__(self, queries: csr_array, *, limit: int, threads: int) -> None:
        sp_matmul_topn(csr_matrix(queries), self._transposed, top_n=limit + 1, sort=True, n_threads=threads)


class BruteNeighbors:
    """scikit-learn's nearest neighbours by cosine, which for sparse vectors means brute force."""

    def __init__(self, vectors: csr_array) -> None:
        self._neighbors = NearestNeighbors(metric="cosine").fit(csr_matrix(vectors))

    def __call__(self, query: csr_array, *, limit: int) -> None:
        self._neighbors.kneighbors(csr_matrix(query), n_neighbors=limit + 1)


class Bm25s:
    """BM25 over words, asked with an article's whole text."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._index = bm25s.BM25()
        self._index.index(_words(articles), show_progress=False)

    def __call__(self, queries: Sequence[Article], *, limit: int, threads: int) -> None:
        self._index.retrieve(_words(queries), k=limit + 1, n_threads=threads, show_progress=False)


class Tantivy:
    """tantivy's more-like-this: an article's 25 strongest words, scored by BM25; one thread."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._schema = tantivy.SchemaBuilder().add_text_field("text").build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer(num_threads=1)
        for article in articles:
            writer.add_document(tantivy.Document(text=_text(article)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def __call__(self, queries: Sequence[Article], *, limit: int) -> None:
        searcher = self._index.searcher()
        for article in queries:
            like = tantivy.Query.more_like_this_document_fields_query(
                self._schema, {"text": [_text(article)]}, min_doc_frequency=2, min_term_frequency=1
            )
            searcher.search(like, limit + 1)


def brute_force(
    queries: csr_array,
    candidates: csr_array,
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
    s: Settings,
) -> Iterator[NDArray[np.float64]]:
    """The score of every article for each of some rows, by the definition: a dense product, and the formula of time."""
    half_life = np.inf if s.half_life_days is None else s.half_life_days
    undated = Scoring.from_settings(s, days).parameters.undated
    for start in range(0, len(rows), 32):
        block = rows[start : start + 32]
        similarity = candidates @ queries[start : start + 32].toarray().T
        for row, of_row in zip(block, similarity.T, strict=True):
            later = days - days[row]
            fading = np.exp2(-np.abs(later) / np.where(later > 0, half_life * s.newer_stretch, half_life))
            fading = s.evergreen + (1 - s.evergreen) * np.where(np.abs(later) > (s.window_days or np.inf), 0.0, fading)
            score = of_row * np.where(np.isnan(later), undated, fading) * weights
            score[of_row < s.min_similarity] = 0
            score[row] = 0
            yield score


def read_and_vectorize(folder: Path) -> None:
    """Read an archive's files on all cores, parse their YAML with libyaml, and count and weigh our very features."""
    files = sorted(folder.iterdir())
    tasks = (delayed(_parse)(files[start : start + 256]) for start in range(0, len(files), 256))
    fields = [item for batch in Parallel(n_jobs=cpu_count(), return_as="generator")(tasks) for item in batch]
    model = TfidfModel(settings=Settings())
    texts = model.texts(Documents([item["title"] for item in fields], [item["excerpt"] for item in fields]))
    for field, of_field in texts.items():
        TfidfVectorizer(analyzer=_remembering(model.analyzer(field)), dtype=np.float32).fit_transform(of_field)


def _remembering(analyzer: Analyzer) -> Callable[[str], list[str]]:
    """An analyzer that takes each piece of text apart once."""
    terms_of = cache(analyzer.terms_of)
    return lambda text: [term for token in analyzer.tokens(text) for term in terms_of(token)]


def _parse(files: Sequence[Path]) -> list[dict[str, Any]]:
    return [yaml.load(file.read_text().split("---\n")[1], Loader=yaml.CBaseLoader) for file in files]


def _text(article: Article) -> str:
    return f"{article.title}\n{article.excerpt}"


def _words(articles: Sequence[Article]) -> list[list[str]]:
    return [_text(article).lower().split() for article in articles]


if __name__ == "__main__":
    read_and_vectorize(Path(sys.argv[1]))
