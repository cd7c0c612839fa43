"""How often each term occurs in each text: every distinct piece of a corpus is taken apart once."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.text.analyzer import Analyzer

BLOCK = 4096
"""Texts that are counted at a time: few enough for their counts to stay small beside the whole."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of some texts as two factors, (texts, pieces) @ (pieces, terms).

    Most pieces of a corpus recur, so the factors are several times smaller than their product, and quicker to get.

    Attributes:
        pieces: float32 (texts, pieces).
        terms_of_pieces: float32 (pieces, terms).
        terms: in the order of their columns.
    """

    pieces: csr_array
    terms_of_pieces: csr_array
    terms: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str], analyzer: Analyzer, *, columns: Mapping[str, int] | None = None) -> Self:
        """Count the terms of texts.

        Args:
            columns: the terms to count, from column 0 on; all others are left out. Without it all are counted, in
                their alphabetical order.
        """
        numbers = _numbering()
        pieces = _rows(([numbers[piece] for piece in analyzer.pieces(text)] for text in texts), numbers)
        if columns is not None:
            known = ([columns[t] for t in analyzer.terms_of(piece) if t in columns] for piece in numbers)
            return cls(pieces, _rows(known, columns), tuple(columns))
        found = _numbering()
        terms_of_pieces = _rows(([found[term] for term in analyzer.terms_of(piece)] for piece in numbers), found)
        terms = tuple(sorted(found))
        column_of = np.empty(len(terms), np.int32)
        column_of[[found[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
        parts = terms_of_pieces.data, column_of[terms_of_pieces.indices], terms_of_pieces.indptr
        return cls(pieces, csr_array(parts, terms_of_pieces.shape), terms)

    def under(self, columns: Mapping[str, int]) -> Self:
        """The same counts in the columns of a larger vocabulary, which holds all these terms in the same order."""
        moved = np.fromiter((columns[term] for term in self.terms), np.int32, len(self.terms))
        held = self.terms_of_pieces
        parts = held.data, moved[held.indices], held.indptr
        return replace(self, terms_of_pieces=csr_array(parts, (held.shape[0], len(columns))), terms=tuple(columns))

    def starts(self) -> range:
        """Where each block of texts starts."""
        return range(0, self.pieces.shape[0], BLOCK)

    def block(self, start: int) -> csr_array:
        """The counts of one block, float32 (texts, terms), the columns sorted."""
        counts = csr_array(self.pieces[start : start + BLOCK] @ self.terms_of_pieces)
        counts.sort_indices()
        return counts

    def bound(self) -> int:
        """No fewer than there are counts above 0."""
        terms = np.diff(self.terms_of_pieces.indptr).astype(np.int64)
        return int(terms[self.pieces.indices].sum())

    def frequencies(self) -> NDArray[np.int64]:
        """In how many texts each term occurs."""
        frequencies = np.zeros(len(self.terms), np.int64)
        starts = self.starts()
        workers = cpu_count() if len(starts) > 1 else 1
        tasks = (delayed(self._frequencies)(start) for start in starts)
        for of_block in Parallel(n_jobs=workers, prefer="threads", return_as="generator")(tasks):
            frequencies += of_block
        return frequencies

    def _frequencies(self, start: int) -> NDArray[np.int64]:
        product = csr_array(self.pieces[start : start + BLOCK] @ self.terms_of_pieces)
        return np.bincount(product.indices, minlength=len(self.terms))


def _numbering() -> defaultdict[str, int]:
    """A mapping that numbers its keys in the order in which they are first asked for."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _rows(rows: Iterable[Sequence[int]], columns: Mapping[str, int]) -> csr_array:
    """How often each column is named in each row; the columns may be numbered while the rows are read."""
    named, ends = array("i"), array("q", [0])
    for row in rows:
        named.extend(row)
        ends.append(len(named))
    indices = np.asarray(named)
    counts = csr_array((np.ones(len(indices), np.float32), indices, np.asarray(ends)), (len(ends) - 1, len(columns)))
    counts.sum_duplicates()
    return counts
