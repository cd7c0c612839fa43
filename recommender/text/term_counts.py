"""Term counts of texts, for which each distinct token of a corpus is analysed only once."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Self

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.text.analyzer import Analyzer

BLOCK = 4096
"""Texts whose counts are multiplied out at a time; keeps the product small compared with its factors."""


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Term counts of some texts, as two factors: (texts, tokens) @ (tokens, terms).

    Most tokens of a corpus recur, so the factors are several times smaller than their product and faster to compute.

    Attributes:
        token_counts: float32 (texts, tokens) how often each token occurs in each text.
        token_terms: float32 (tokens, terms) how often each term occurs in each token.
        terms: in the order of their columns.
    """

    token_counts: scipy.sparse.csr_array
    token_terms: scipy.sparse.csr_array
    terms: tuple[str, ...]

    @classmethod
    def count(
        cls,
        texts: Iterable[str],
        analyzer: Analyzer,
        *,
        languages: Iterable[str] | None = None,
        columns: Mapping[str, int] | None = None,
    ) -> Self:
        """Count the terms of texts.

        Args:
            languages: of the texts, if each language has terms of its own.
            columns: the terms to count, from column 0 on; by default all, in alphabetical order.
        """
        numbers = _new_numbering()
        tokens = (
            analyzer.tokens(text, language) for text, language in zip(texts, languages or repeat(""), strict=False)
        )
        token_counts = _count_rows(([numbers[token] for token in of_text] for of_text in tokens), numbers)
        if columns is not None:
            known = ([columns[t] for t in analyzer.terms_of(token) if t in columns] for token in numbers)
            return cls(token_counts, _count_rows(known, columns), tuple(columns))
        found = _new_numbering()
        token_terms = _count_rows(([found[term] for term in analyzer.terms_of(token)] for token in numbers), found)
        terms = tuple(sorted(found))
        column_of = np.empty(len(terms), np.int32)
        column_of[[found[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
        parts = token_terms.data, column_of[token_terms.indices], token_terms.indptr
        return cls(token_counts, scipy.sparse.csr_array(parts, token_terms.shape), terms)

    def with_columns(self, columns: Mapping[str, int]) -> Self:
        """The same counts in the columns of a larger vocabulary, which must hold all these terms in the same order."""
        new_columns = np.fromiter((columns[term] for term in self.terms), np.int32, len(self.terms))
        old = self.token_terms
        parts = old.data, new_columns[old.indices], old.indptr
        token_terms = scipy.sparse.csr_array(parts, (old.shape[0], len(columns)))
        return replace(self, token_terms=token_terms, terms=tuple(columns))

    def block_starts(self) -> range:
        """The first text of each block."""
        return range(0, self.token_counts.shape[0], BLOCK)

    def block(self, start: int) -> scipy.sparse.csr_array:
        """The counts of one block, float32 (texts, terms), the columns sorted."""
        counts = scipy.sparse.csr_array(self.token_counts[start : start + BLOCK] @ self.token_terms)
        counts.sort_indices()
        return counts

    def lengths(self) -> NDArray[np.float32]:
        """The number of terms in each text, with repetition, float32 (texts,)."""
        return np.asarray(self.token_counts @ self.token_terms.sum(axis=1))

    def max_nonzero(self) -> int:
        """Upper bound on the number of counts above 0."""
        terms = np.diff(self.token_terms.indptr).astype(np.int64)
        return int(terms[self.token_counts.indices].sum())

    def document_frequencies(self) -> NDArray[np.int64]:
        """The number of texts that each term occurs in, int64 (terms,)."""
        from joblib import Parallel, cpu_count, delayed

        frequencies = np.zeros(len(self.terms), np.int64)
        starts = self.block_starts()
        workers = cpu_count() if len(starts) > 1 else 1
        tasks = (delayed(self._block_frequencies)(start) for start in starts)
        for of_block in Parallel(n_jobs=workers, prefer="threads", return_as="generator")(tasks):
            frequencies += of_block
        return frequencies

    def _block_frequencies(self, start: int) -> NDArray[np.int64]:
        product = scipy.sparse.csr_array(self.token_counts[start : start + BLOCK] @ self.token_terms)
        return np.bincount(product.indices, minlength=len(self.terms))


def _new_numbering() -> defaultdict[str, int]:
    """A mapping that numbers its keys in the order of first access."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _count_rows(rows: Iterable[Sequence[int]], columns: Mapping[str, int]) -> scipy.sparse.csr_array:
    """How often each column occurs in each row, float32; reading the rows may add columns."""
    flat, ends = array("i"), array("q", [0])
    for row in rows:
        flat.extend(row)
        ends.append(len(flat))
    indices, shape = np.asarray(flat), (len(ends) - 1, len(columns))
    counts = scipy.sparse.csr_array((np.ones(len(indices), np.float32), indices, np.asarray(ends)), shape)
    counts.sum_duplicates()
    return counts
