"""Learns term weights from curated links, as factors of the IDF weights.

A term's weight is multiplied by exp(delta / 2), and so its contribution to a similarity by exp(delta). The deltas
maximise a smooth nDCG (ApproxNDCG: Qin, Liu and Li, 2010) minus an L2 penalty, by L-BFGS with the exact gradient,
including the normalisation of the vectors. Log-likelihood losses made rankings worse: they let links that the texts do
not explain distort all weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Self, TypeAlias

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack
from threadpoolctl import threadpool_limits

from recommender.settings import Settings
from recommender.tuning.significance import is_significant
from recommender.tuning.tuning_context import TuningContext

TermFactors: TypeAlias = Mapping[str, Mapping[str, float]]
"""Factors of term weights, by field and term."""

_DEPTH = 60  # candidates per list: the best under the settings so far
_TEMPERATURE = 0.015  # of the smooth rank: about the score difference between adjacent ranks
_PENALTY = 0.7  # of a squared delta, divided by the number of lists
_MAX_ITERATIONS = 60
_MIN_DEVIATION = 0.02  # of gains: small changes of weights move few ranks
_MANY_LISTS = 500  # from this many on, validating on one quarter is enough
_MIN_DELTA = 0.01  # smaller deltas are dropped
_EPSILON = 1e-12
_BLOCK = 4096  # pairs at a time, which bounds memory


def learn_term_factors(context: TuningContext, settings: Settings) -> tuple[TermFactors, float]:
    """The factors that rank the lists' candidates best, and their gain in nDCG@10 by time-blocked cross-validation.

    Returns no factors and 0.0 if the gain is not significant.
    """
    popularity = context.popularity(settings)
    folds = _validation_folds(len(context.candidates))
    everything = np.arange(len(context.candidates))
    objective = TermWeightObjective(context, settings)
    taught_by = [*(np.setdiff1d(everything, fold) for fold in folds), everything]
    # The final fit on all lists runs beside the folds; it is discarded if the gain is not significant.
    tasks = (delayed(objective.subset(lists).minimize)() for lists in taught_by)
    with threadpool_limits(1):  # BLAS sums long vectors in as many parts as it has threads, which wait for each other
        *of_folds, deltas = Parallel(n_jobs=cpu_count(), prefer="threads")(tasks)
    validated = zip(folds, of_folds, strict=True)
    gains = np.concatenate([_gains(context, settings, popularity, fold, of_fold) for fold, of_fold in validated])
    days = context.candidates.days[np.concatenate(folds)]
    if not is_significant(gains, days, standard_errors=1.0, min_deviation=_MIN_DEVIATION):
        return {}, 0.0
    factors = {
        name: {
            vocabulary.terms[column]: float(np.exp(delta[column] / 2))
            for column in np.flatnonzero(np.abs(delta) > _MIN_DELTA)
        }
        for (name, vocabulary), delta in zip(context.vocabularies.items(), deltas, strict=True)
    }
    return factors, float(gains.mean())


def _validation_folds(lists: int) -> list[NDArray[np.int64]]:
    """Consecutive lists to validate on: each quarter, or only the latest if there are many lists."""
    quarters = np.array_split(np.arange(lists), 4)
    return quarters[-1:] if lists >= _MANY_LISTS else quarters


def _gains(
    context: TuningContext,
    settings: Settings,
    popularity: NDArray[np.float64],
    fold: NDArray[np.int64],
    deltas: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """The gain in nDCG@10 of each list of a fold, under deltas learnt from all other lists."""
    before = context.candidates.subset(fold)
    title, excerpt = (_reweighted(field, delta) for field, delta in zip(_fields(context), deltas, strict=True))
    after = before.with_vectors(title=title, excerpt=excerpt)
    return after.ndcg(after.scores(settings, popularity)) - before.ndcg(before.scores(settings, popularity))


def _fields(context: TuningContext) -> tuple[csr_array, csr_array]:
    return context.title, context.excerpt


def _reweighted(vectors: csr_array, delta: NDArray[np.float64]) -> csr_array:
    """Vectors with each term's weight multiplied by exp(delta / 2), normalised to unit length."""
    scaled = csr_array(vectors @ diags_array(np.exp(delta / 2)))
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.maximum(lengths, _EPSILON)) @ scaled)


def _products(vectors: csr_array, queries: NDArray[np.int64], rows: NDArray[np.int64]) -> csr_array:
    """Each term's product in the dot product of each pair, float64 (pairs, terms)."""
    blocks = (slice(start, start + _BLOCK) for start in range(0, max(len(rows), 1), _BLOCK))
    of_blocks = [csr_array(vectors[queries[block]].multiply(vectors[rows[block]])) for block in blocks]
    return csr_array(vstack(of_blocks, format="csr")).astype(np.float64)


class TermWeightObjective:
    """The loss to minimise over the terms' deltas, for the lists of a context and their best candidates."""

    def __init__(self, context: TuningContext, settings: Settings) -> None:
        candidates, popularity = context.candidates, context.popularity(settings)
        scores = candidates.scores(settings, popularity)
        best = np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH], axis=1)
        real = np.take_along_axis(scores, best, axis=1) > 0
        linked = np.take_along_axis(candidates.linked, best, axis=1) & real
        self._lists, self._shares = len(candidates), (settings.title_weight, 1 - settings.title_weight)
        self._list_of_pair = np.nonzero(real)[0]
        self._queries = candidates.queries[self._list_of_pair]
        self._rows = np.take_along_axis(candidates.rows, best, axis=1)[real]
        self._factors = np.take_along_axis(candidates.factors(settings, popularity), best, axis=1)[real]
        # By link, its own pair and all pairs of its list; len(pairs) is padding.
        pairs = np.full(best.shape, len(self._rows))
        pairs[real] = np.arange(len(self._rows))
        list_of_link = np.nonzero(linked)[0]
        self._own, self._pairs, self._gain = pairs[linked], pairs[list_of_link], 1 / candidates.ideal_dcg[list_of_link]
        tasks = (delayed(_products)(vectors, self._queries, self._rows) for vectors in _fields(context))
        self._products = Parallel(n_jobs=cpu_count(), prefer="threads")(tasks)
        self._squares = [csr_array(vectors.multiply(vectors)).astype(np.float64) for vectors in _fields(context)]

    def subset(self, lists: NDArray[np.int64]) -> Self:
        """The loss of some lists only, selected by their indices, ascending."""
        other = copy(self)
        kept, kept_links = np.isin(self._list_of_pair, lists), np.isin(self._list_of_pair[self._own], lists)
        renumbered = np.append(np.cumsum(kept) - 1, np.count_nonzero(kept))
        other._lists, other._list_of_pair = len(lists), self._list_of_pair[kept]
        other._queries, other._rows, other._factors = self._queries[kept], self._rows[kept], self._factors[kept]
        other._own, other._pairs = renumbered[self._own[kept_links]], renumbered[self._pairs[kept_links]]
        other._gain, other._products = self._gain[kept_links], [products[kept] for products in self._products]
        return other

    def minimize(self) -> list[NDArray[np.float64]]:
        """The best deltas of each field's terms, float64 (terms,)."""
        widths = [product.shape[1] for product in self._products]
        if not len(self._own):
            return [np.zeros(width) for width in widths]
        from scipy.optimize import minimize

        found = minimize(
            self.loss_and_gradient,
            np.zeros(sum(widths)),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _MAX_ITERATIONS},
        )
        return np.split(found.x, np.cumsum(widths)[:-1])

    def loss_and_gradient(self, deltas: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The loss at some deltas, float64 (terms of both fields,), and its gradient of the same shape."""
        parts = np.split(deltas, [self._products[0].shape[1]])
        terms = [np.exp(part) for part in parts]
        lengths = [squares @ weight + _EPSILON for squares, weight in zip(self._squares, terms, strict=True)]
        cosines = [
            (products @ weight) / np.sqrt(length[self._queries] * length[self._rows])
            for products, weight, length in zip(self._products, terms, lengths, strict=True)
        ]
        score = self._factors * sum(share * cosine for share, cosine in zip(self._shares, cosines, strict=True))
        value, by_score = self._smooth_ndcg(score)
        penalty = _PENALTY / self._lists
        gradient = []
        for products, squares, share, cosine, length, weight in zip(
            self._products, self._squares, self._shares, cosines, lengths, terms, strict=True
        ):
            by_cosine = by_score * self._factors * share
            direct = products.T @ (by_cosine / np.sqrt(length[self._queries] * length[self._rows]))
            scaled = by_cosine * cosine
            by_length = np.bincount(self._queries, scaled, len(length)) + np.bincount(self._rows, scaled, len(length))
            through_length = squares.T @ (by_length / length) / 2
            gradient.append((direct - through_length) * weight)
        loss = -value + penalty * float(deltas @ deltas) / 2
        return loss, penalty * deltas - np.concatenate(gradient)

    def _smooth_ndcg(self, score: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The smooth nDCG, averaged over the lists, and its gradient with respect to the score of each pair."""
        ahead = np.append(score, -np.inf)[self._pairs]
        ahead -= score[self._own][:, None]
        ahead /= -_TEMPERATURE
        np.exp(np.clip(ahead, -40, 40, out=ahead), out=ahead)
        np.reciprocal(np.add(ahead, 1, out=ahead), out=ahead)
        ahead[(self._pairs == self._own[:, None]) | (self._pairs == len(score))] = 0
        rank = 1 + ahead.sum(axis=1)
        discount = np.log2(1 + rank)
        value = float((self._gain / discount).sum() / self._lists)
        by_rank = -self._gain / (discount**2 * (1 + rank) * np.log(2)) / self._lists
        by_difference = ahead * (1 - ahead)
        by_difference *= by_rank[:, None]
        by_difference /= _TEMPERATURE
        gradient = np.bincount(self._pairs.ravel(), by_difference.ravel(), minlength=len(score) + 1)[:-1]
        np.subtract.at(gradient, self._own, by_difference.sum(axis=1))
        return value, np.asarray(gradient, np.float64)
