"""Learns from curated links which terms say more, or less, than their IDF.

A term's weight is multiplied by exp(delta / 2), so that what two articles share of it is by exp(delta). The deltas
maximise a smooth nDCG of the lists (ApproxNDCG: Qin, Liu and Li, 2010) less a penalty on their squares, by L-BFGS with
the exact gradient, through the vectors' unit lengths. Log-likelihood losses do worse than nothing here: links that no
text can explain pull at every term.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from recommender.settings import Settings
from recommender.training.candidates import Pool
from recommender.training.significance import is_beyond_noise
from recommender.training.tuning_context import Workbench

TermFactors: TypeAlias = Mapping[str, Mapping[str, float]]
"""By field and term, what to multiply its weight by."""

_CANDIDATES = 60  # a list's best under the settings so far
_SHARPNESS = 0.015  # a difference in score that counts as one place, nearly
_PENALTY = 0.7  # a delta's cost, shared among the lists: more lists, more say
_STEPS = 60
_LEAST_DEVIATION = 0.02  # of gains: small changes of weights move few places
_MANY_LISTS = 500  # from here on a quarter of them judges well enough
_LEAST_CHANGE = 0.01  # a delta below this is nothing learnt
_TINY = 1e-12


def learn_term_factors(bench: Workbench, settings: Settings) -> tuple[TermFactors, float]:
    """The factors that rank the pool's lists best, and the nDCG@10 that those of some lists win on the others.

    No factors and 0, where that gain is not beyond noise.
    """
    popularity = bench.popularity(settings)
    judged = _held_out(len(bench.pool))
    gains = np.concatenate([_gain(bench, settings, popularity, held_out) for held_out in judged])
    days = bench.pool.days[np.concatenate(judged)]
    if not is_beyond_noise(gains, days, standard_errors=1.0, least_deviation=_LEAST_DEVIATION):
        return {}, 0.0
    deltas = _Lesson(bench, bench.pool, settings, popularity).learn()
    factors = {
        name: {
            vocabulary.terms[column]: float(np.exp(delta[column] / 2))
            for column in np.flatnonzero(np.abs(delta) > _LEAST_CHANGE)
        }
        for (name, vocabulary), delta in zip(bench.vocabularies.items(), deltas, strict=True)
    }
    return factors, float(gains.mean())


def _held_out(lists: int) -> list[NDArray[np.int64]]:
    """Stretches of time to judge by: each quarter in turn, or the last alone where the lists are many."""
    quarters = np.array_split(np.arange(lists), 4)
    return quarters[-1:] if lists >= _MANY_LISTS else quarters


def _gain(
    bench: Workbench, settings: Settings, popularity: NDArray[np.float64], held_out: NDArray[np.int64]
) -> NDArray[np.float64]:
    """nDCG@10 won on some lists by what all others teach, list by list."""
    rest = np.setdiff1d(np.arange(len(bench.pool)), held_out)
    deltas = _Lesson(bench, bench.pool.part(rest), settings, popularity).learn()
    judged = bench.pool.part(held_out)
    title, excerpt = (_reweighted(field, delta) for field, delta in zip(_fields(bench), deltas, strict=True))
    taught = judged.under(title=title, excerpt=excerpt)
    return taught.ndcg(taught.scores(settings, popularity)) - judged.ndcg(judged.scores(settings, popularity))


def _fields(bench: Workbench) -> tuple[csr_array, csr_array]:
    return bench.title, bench.excerpt


def _reweighted(vectors: csr_array, delta: NDArray[np.float64]) -> csr_array:
    """Vectors with each term's weight times exp(delta / 2), at unit length again."""
    scaled = csr_array(vectors @ diags_array(np.exp(delta / 2)))
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.maximum(lengths, _TINY)) @ scaled)


class _Lesson:
    """One optimisation: the pairs of lists and candidates, and the loss and gradient of a step."""

    def __init__(self, bench: Workbench, pool: Pool, settings: Settings, popularity: NDArray[np.float64]) -> None:
        scores = pool.scores(settings, popularity)
        best = np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :_CANDIDATES], axis=1)
        real = np.take_along_axis(scores, best, axis=1) > 0
        linked = np.take_along_axis(pool.linked, best, axis=1) & real
        factors = np.take_along_axis(pool.factors(settings, popularity), best, axis=1)
        lists, places = np.nonzero(real)
        self._lists = len(pool)
        self._queries = pool.queries[lists]
        self._rows = np.take_along_axis(pool.candidates, best, axis=1)[lists, places]
        self._factors = factors[lists, places]
        # Pairs in the layout (lists, candidates); the last of all stands for "none".
        self._pair = np.full(best.shape, len(lists))
        self._pair[lists, places] = np.arange(len(lists))
        self._linked_lists, self._linked_places = np.nonzero(linked)
        self._gain = 1 / pool.ideal[self._linked_lists]
        self._shares = (settings.title_weight, 1 - settings.title_weight)
        self._products = [
            csr_array(vectors[self._queries].multiply(vectors[self._rows])).astype(np.float64)
            for vectors in _fields(bench)
        ]
        self._squares = [csr_array(vectors.multiply(vectors)).astype(np.float64) for vectors in _fields(bench)]
        self._transposed = [
            (csr_array(p.T), csr_array(s.T)) for p, s in zip(self._products, self._squares, strict=True)
        ]

    def learn(self) -> list[NDArray[np.float64]]:
        """The deltas of each field's terms, float64 (terms,)."""
        widths = [product.shape[1] for product in self._products]
        if not len(self._linked_lists):
            return [np.zeros(width) for width in widths]
        from scipy.optimize import minimize

        found = minimize(self._loss, np.zeros(sum(widths)), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        return np.split(found.x, np.cumsum(widths)[:-1])

    def _loss(self, deltas: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parts = np.split(deltas, [self._products[0].shape[1]])
        terms = [np.exp(part) for part in parts]
        lengths = [squares @ weight + _TINY for squares, weight in zip(self._squares, terms, strict=True)]
        cosines = [
            (products @ weight) / np.sqrt(length[self._queries] * length[self._rows])
            for products, weight, length in zip(self._products, terms, lengths, strict=True)
        ]
        score = self._factors * sum(share * cosine for share, cosine in zip(self._shares, cosines, strict=True))
        value, by_score = self._smooth_ndcg(score)
        penalty = _PENALTY / self._lists
        gradient = []
        for field, (share, cosine, length, weight) in enumerate(
            zip(self._shares, cosines, lengths, terms, strict=True)
        ):
            by_cosine = by_score * self._factors * share
            products, squares = self._transposed[field]
            direct = products @ (by_cosine / np.sqrt(length[self._queries] * length[self._rows]))
            pull = by_cosine * cosine
            by_length = np.bincount(self._queries, pull, len(length)) + np.bincount(self._rows, pull, len(length))
            through_length = squares @ (by_length / length) / 2
            gradient.append((direct - through_length) * weight)
        loss = -value + penalty * float(deltas @ deltas) / 2
        return loss, penalty * deltas - np.concatenate(gradient)

    def _smooth_ndcg(self, score: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The mean over lists, and its gradient by the score of each pair."""
        laid_out = np.append(score, -np.inf)[self._pair]
        own = laid_out[self._linked_lists, self._linked_places]
        difference = (laid_out[self._linked_lists] - own[:, None]) / _SHARPNESS
        ahead = 1 / (1 + np.exp(-np.clip(difference, -40, 40)))
        ahead[~np.isfinite(difference)] = 0
        ahead[np.arange(len(own)), self._linked_places] = 0
        rank = 1 + ahead.sum(axis=1)
        discount = np.log2(1 + rank)
        value = float((self._gain / discount).sum() / self._lists)
        by_rank = -self._gain / (discount**2 * (1 + rank) * np.log(2)) / self._lists
        by_difference = ahead * (1 - ahead) * by_rank[:, None] / _SHARPNESS
        gradient = np.bincount(self._pair[self._linked_lists].ravel(), by_difference.ravel(), minlength=len(score) + 1)[
            :-1
        ]
        np.subtract.at(gradient, self._pair[self._linked_lists, self._linked_places], by_difference.sum(axis=1))
        return value, np.asarray(gradient, np.float64)
