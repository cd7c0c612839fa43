"""Why one article is suggested for another: what each part of the score gave, and the words that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.query_factors import weigh_queries
from recommender.search import Index, LiveIndex, Scoring
from recommender.text import Documents, TfidfModel, topic_of_term

_READ = 20_000  # characters of a title and of an excerpt: a text of megabytes is no reason to keep others waiting


@dataclass(frozen=True, slots=True)
class SharedWord:
    """A word of one article that the other has too, and what it adds to their similarity.

    `text` is the word in lower case, or its stem in the field of texts; where a word became n-grams, its contribution
    is that of all that are shared.
    """

    text: str
    field: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one article is suggested for another: score = similarity * decay * weight * provider.

    Attributes:
        similarity: the weighted sum of the fields' cosines, 0 to 1; the words' contributions add up to it.
        decay: what the time between them leaves of it, 0 to 1.
        evergreen: the part of the decay that no time takes away; the rest fades with the days apart.
        weight: the suggested article's own, 0 to 1: articles that are near to everything weigh less.
        provider: below 1 where both name a provider and not the same, as far as the setting `other_provider` says so.
        days_apart: `None` where either has no date; the decay is then that of dated articles on average.
        removed_by: the name of the rule that keeps the article out of the list, `None` if none does.
        words: by contribution, greatest first.
    """

    score: float
    similarity: float
    decay: float
    evergreen: float
    weight: float
    provider: float
    days_apart: float | None
    removed_by: str | None
    words: tuple[SharedWord, ...]


class PairScore(NamedTuple):
    """The score of one article as a candidate for another, and its factors, see `Explanation`."""

    score: float
    similarity: float
    decay: float
    evergreen: float
    weight: float
    provider: float


class PairScores:
    """Scores of single pairs of articles."""

    def __init__(
        self, index: Index | LiveIndex, *, scoring: Scoring, query_factors: NDArray[np.float32] | None = None
    ) -> None:
        self._index = index
        self._scoring = scoring
        self._query_factors = query_factors

    def score(self, row: int, other: int) -> PairScore:
        """The score of one article as a candidate for another, with the bits that a search gives it."""
        query = weigh_queries(self._index.vectors_of([row]), self._query_factors).astype(np.float64)
        products = query.multiply(self._index.vectors_of([other]).astype(np.float64))
        in_column_order = scipy.sparse.csr_array(products).data
        similarity = float(np.add.accumulate(np.append(0.0, in_column_order))[-1])
        days, providers = self._index.days, self._index.providers
        decay = float(self._scoring.factor(days[[row]], days[[other]])[0])
        of_providers = float(self._scoring.provider_factor(providers[[row]], providers[[other]])[0])
        weight = float(self._index.weights[other])
        score = self._scoring.score(similarity, float(days[other] - days[row]), weight, of_providers)
        evergreen = 1.0 if self._scoring.half_life_days is None else min(self._scoring.evergreen, decay)
        return PairScore(score, similarity, decay, evergreen, weight, of_providers)

    def products(self, row: int, other: int) -> scipy.sparse.csr_array:
        """What each term that two articles share adds to their similarity, float32 (1, terms)."""
        query = weigh_queries(self._index.vectors_of([row]), self._query_factors)
        return scipy.sparse.csr_array(query.multiply(self._index.vectors_of([other])))

    def days_apart(self, row: int, other: int) -> float | None:
        """The days between two articles; `None` where either has no date."""
        apart = abs(float(self._index.days[row] - self._index.days[other]))
        return None if np.isnan(apart) else apart


def shared_words(model: TfidfModel, article: Article, contributions: scipy.sparse.csr_array) -> tuple[SharedWord, ...]:
    """The words of an article that make up what terms contribute, greatest contribution first.

    Args:
        contributions: of each term that the articles share, float32 (1, terms).
    """
    left = dict(zip(contributions.indices.tolist(), contributions.data.tolist(), strict=True))
    words: dict[tuple[str, str], float] = {}
    language = article.language or "" if model.settings.language == "own" else ""
    for field, [text] in model.texts(Documents([article.title[:_READ]], [article.excerpt[:_READ]])).items():
        for word, terms in model.analyzer(field).terms_by_word(text, language):
            for term in terms:
                column = model.column(field, term)
                # A term that several words hold counts for the first of them.
                if column is not None and (gain := left.pop(column, 0.0)) > 0:
                    words[field, word] = words.get((field, word), 0.0) + gain
    # Texts and topics are not kept, so their terms are given as they are, those of texts as stems.
    for field, columns in model.columns().items():
        for column in [column for column in left if columns.start <= column < columns.stop]:
            term = model.vocabularies_[field].terms[column - columns.start]
            topic = topic_of_term(term)
            if topic or field == "text":
                key = ("topics", topic) if topic else (field, term.rpartition(" ")[2])
                words[key] = words.get(key, 0.0) + left.pop(column)
    shared = [SharedWord(word, field, gain) for (field, word), gain in words.items()]
    return tuple(sorted(shared, key=lambda word: (-word.contribution, word.field, word.text)))


def explain(
    pairs: PairScores, model: TfidfModel, article: Article, row: int, other: int, *, removed_by: str | None
) -> Explanation:
    """Why one article, in row `other`, is or is not suggested for another, in `row`."""
    return Explanation(
        **pairs.score(row, other)._asdict(),
        days_apart=pairs.days_apart(row, other),
        removed_by=removed_by,
        words=shared_words(model, article, pairs.products(row, other)),
    )
