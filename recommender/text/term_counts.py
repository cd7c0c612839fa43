"""Term counts of texts, for which each distinct token of a corpus is analysed only once."""

from __future__ import annotations

import itertools
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

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
        token_terms: float32 (tokens, terms) how often each term occurs in each token; in CSC format for many texts,
            whose product is faster computed column by column and needs no sorting.
        terms: in the order of their columns.
        opening_counts: like `token_counts`, of what each text begins with; `None` if that was not asked for.
    """

    token_counts: scipy.sparse.csr_array
    token_terms: scipy.sparse.csr_array | scipy.sparse.csc_array
    terms: tuple[str, ...]
    opening_counts: scipy.sparse.csr_array | None = None

    @classmethod
    def count(
        cls,
        texts: Iterable[str],
        analyzer: Analyzer,
        *,
        languages: Iterable[str] | None = None,
        columns: Mapping[str, int] | None = None,
        openings: Iterable[str] | None = None,
    ) -> Self:
        """Count the terms of texts.

        Args:
            languages: of the texts, if each language has terms of its own.
            columns: the terms to count, from column 0 on; by default all, in alphabetical order.
            openings: what each text begins with, up to a line break, if its tokens are to be counted by themselves too.
        """
        next_number = itertools.count().__next__
        numbers: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(next_number))
        of_texts = map(analyzer.split, texts, languages or itertools.repeat(""))
        items, ends = _flatten(map(numbers[prefix].__getitem__, tokens) for prefix, tokens in of_texts)
        opening_counts = None
        if openings is not None:
            lengths = (len(analyzer.split(opening)[1]) for opening in openings)
            of_openings = (items[start : start + length] for start, length in zip(ends[:-1], lengths, strict=True))
            opening_counts = _count_rows(of_openings, items.max(initial=-1) + 1)
        token_counts = _count(items, ends)
        token_of = {n: prefix + token for prefix, numbered in numbers.items() for token, n in numbered.items()}
        of_tokens = (analyzer.terms_of(token_of[number]) for number in range(len(token_of)))
        if columns is not None:
            known = (map(columns.__getitem__, filter(columns.__contains__, terms)) for terms in of_tokens)
            return cls(token_counts, _count_rows(known, len(columns)), tuple(columns), opening_counts)
        found: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        token_terms = _count_rows(map(found.__getitem__, terms) for terms in of_tokens).tocsc()
        terms = tuple(sorted(found))
        return cls(token_counts, token_terms[:, [found[term] for term in terms]], terms, opening_counts)

    def with_columns(self, columns: Mapping[str, int]) -> Self:
        """The same counts in the columns of a larger vocabulary, which must hold all these terms in the same order."""
        old = self.token_terms.tocsc()
        sizes = np.zeros(1 + len(columns), old.indptr.dtype)
        sizes[[1 + columns[term] for term in self.terms]] = np.diff(old.indptr)
        parts = old.data, old.indices, sizes.cumsum(dtype=sizes.dtype)
        token_terms = scipy.sparse.csc_array(parts, (old.shape[0], len(columns)))
        return replace(self, token_terms=token_terms, terms=tuple(columns))

    def block_starts(self) -> range:
        """The first text of each block."""
        return range(0, self.token_counts.shape[0], BLOCK)

    def block(self, start: int) -> scipy.sparse.csr_array:
        """The counts of one block, float32 (texts, terms), the columns sorted."""
        counts = scipy.sparse.csr_array(self._product(start))
        counts.sort_indices()
        return counts

    def _product(self, start: int) -> scipy.sparse.csr_array | scipy.sparse.csc_array:
        product: scipy.sparse.csr_array | scipy.sparse.csc_array
        product = self.token_counts[start : start + BLOCK].asformat(self.token_terms.format) @ self.token_terms
        return product

    def opening_terms(self, start: int) -> scipy.sparse.csr_array:
        """Which terms occur in the openings of one block, float32 (texts, terms), 1 or nothing, the columns sorted."""
        if self.opening_counts is None:
            raise ValueError("the openings were not counted")
        found = scipy.sparse.csr_array(self.opening_counts[start : start + BLOCK] @ self.token_terms)
        found.data[:] = 1
        found.sort_indices()
        return found

    def lengths(self) -> NDArray[np.float32]:
        """The number of terms in each text, with repetition, float32 (texts,)."""
        return np.asarray(self.token_counts @ self.token_terms.sum(axis=1))

    def max_nonzero(self) -> int:
        """Upper bound on the number of counts above 0."""
        terms = np.asarray(self.token_terms.count_nonzero(axis=1))
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
        return np.diff(self._product(start).tocsc().indptr)


def _count_rows(rows: Iterable[Iterable[int]], columns: int | None = None) -> scipy.sparse.csr_array:
    """How often each column occurs in each row, float32; by default there are as many columns as occur."""
    return _count(*_flatten(rows), columns)


def _flatten(rows: Iterable[Iterable[int]]) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """The items of all rows, and where each row ends, after a 0."""
    flat, ends = array("i"), array("q", [0])
    for row in rows:
        flat.extend(row)
        ends.append(len(flat))
    # Were these 64-bit integers, SciPy would convert all indices to such, and multiply more slowly.
    return np.asarray(flat), np.asarray(ends, np.int32 if len(flat) <= np.iinfo(np.int32).max else np.int64)


def _count(items: NDArray[np.int32], ends: NDArray[Any], columns: int | None = None) -> scipy.sparse.csr_array:
    """Like `_count_rows`, of flattened rows, whose items are reordered."""
    shape = len(ends) - 1, items.max(initial=-1) + 1 if columns is None else columns
    counts = scipy.sparse.csr_array((np.ones(len(items), np.float32), items, ends), shape)
    counts.sum_duplicates()
    return counts
