"""Explanations: why one article is suggested for another, by the factors of its score and the words they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

import numpy as np
import scipy
from more_itertools import map_reduce
from msgspec import Meta
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.query_factors import weigh_queries
from recommender.search import Index, LiveIndex, Scoring
from recommender.text import Documents, TfidfModel, language_of, stop_words, topic_of_term, without_language

_READ = 20_000  # characters read of a title and of an excerpt, so that a huge one does not delay other requests
_MAX_WORDS = 5  # words per field that a sentence names
_MIN_CONTRIBUTION = 0.005  # smaller contributions would be printed as 0.00
_PLURALS = {"title": "titles", "excerpt": "excerpts", "text": "texts", "topics": "topics"}


@dataclass(frozen=True, slots=True)
class SharedWord:
    """A word that two articles share, and what it contributes to their similarity."""

    word: Annotated[str, Meta(description="In lower case; a stem if the field is text.")]
    field: Annotated[str, Meta(description="title, excerpt (which holds the title's words, too), text or topics.")]
    contribution: Annotated[float, Meta(description="To the similarity; for n-grams, the sum over those shared.")]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article is suggested for another: score = similarity × decay × hub_weight × other_provider."""

    id: Annotated[str, Meta(description="Of the suggested article.")]
    score: float
    similarity: Annotated[
        float,
        Meta(
            description="The weighted sum of the fields' cosines, 0 to 1, less for short texts; the words' "
            "contributions add up to it."
        ),
    ]
    decay: Annotated[float, Meta(description="The factor for the time between the two articles, 0 to 1.")]
    evergreen: Annotated[float, Meta(description="The part of the decay factor that does not fade with time.")]
    hub_weight: Annotated[
        float, Meta(description="The factor for hubs, 0 to 1: lower for articles similar to almost everything.")
    ]
    other_provider: Annotated[
        float, Meta(description="The factor for a different provider, from the setting; 1 for the same provider.")
    ]
    days_apart: Annotated[
        float | None,
        Meta(description="`null` if either has no date: the decay is then the average over dated articles."),
    ]
    removed_by: Annotated[str | None, Meta(description="The rule that keeps it out of the list; `null` if none does.")]
    words: Annotated[
        tuple[SharedWord, ...], Meta(description="The greatest contribution first, stop words after all others.")
    ]

    def __str__(self) -> str:
        """One sentence per line: what makes up the similarity, and what each factor leaves of it."""
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        nothing = "the words they share hardly count" if self.words else "they share no word"
        shared = "; ".join(self._shared()) or nothing
        yield f"The similarity is {self.similarity:.3f}: {shared}."
        left = self.similarity * self.decay
        of_which = f", of which {self.evergreen:.3f} is evergreen," if self.evergreen > 0 else ""
        leaves = f"the decay of {self.decay:.3f}{of_which} leaves {left:.3f}"
        if self.days_apart is None and self.decay < 1:
            yield f"One of the two has no date, so the decay is the average one: {leaves}."
        elif self.decay < 1:
            yield f"They are {_apart(self.days_apart or 0.0)} apart: {leaves}."
        if self.hub_weight < 1:
            left *= self.hub_weight
            yield f"It is similar to many articles: the hub weight of {self.hub_weight:.3f} leaves {left:.3f}."
        if self.other_provider < 1:
            left *= self.other_provider
            yield f"It is from another provider: the factor of {self.other_provider:.3f} leaves {left:.3f}."

    def _shared(self) -> Iterator[str]:
        """The words of each field and their contributions, the field that contributes most first."""
        by_field = map_reduce(self.words, attrgetter("field"))
        totals = {field: sum(word.contribution for word in words) for field, words in by_field.items()}
        for field in sorted(by_field, key=lambda field: (-round(totals[field], 2), field)):
            named = [word for word in by_field[field] if word.contribution >= _MIN_CONTRIBUTION][:_MAX_WORDS]
            items = [f"{word.word} {word.contribution:.2f}" for word in named]
            rest = totals[field] - sum(word.contribution for word in named)
            if rest >= _MIN_CONTRIBUTION:
                items.append(f"other words {rest:.2f}")
            if items:
                yield f"the {_PLURALS[field]} share {', '.join(items)}"


def _apart(days: float) -> str:
    return f"{days:.1f} days" if days >= 1 else f"{24 * days:.1f} hours"


class PairScores:
    """Scores of single pairs of articles, by row."""

    def __init__(
        self, index: Index | LiveIndex, *, scoring: Scoring, query_factors: NDArray[np.float32] | None = None
    ) -> None:
        self._index = index
        self._scoring = scoring
        self._query_factors = query_factors

    def similarity(self, row: int, other: int) -> float:
        """The similarity of two articles, 0 to 1, identical to the last bit to that of a search."""
        query = weigh_queries(self._index.as_queries.vectors_of([row]), self._query_factors).astype(np.float64)
        products = query.multiply(self._index.vectors_of([other]).astype(np.float64))
        in_column_order = scipy.sparse.csr_array(products).data
        return float(np.add.accumulate(np.append(0.0, in_column_order))[-1])

    def score(self, row: int, other: int) -> float:
        """The score of one article as a candidate for another, identical to the last bit to that of a search."""
        days_later = float(self._index.days[other] - self._index.days[row])
        weight = float(self._index.weights[other])
        return self._scoring.score(self.similarity(row, other), days_later, weight, self._other_provider(row, other))

    def explain(
        self, row: int, other: int, *, article: Article, id: str, model: TfidfModel, removed_by: str | None
    ) -> Explanation:
        """Why the article in row `other`, with this ID, is or is not suggested for the one in `row`."""
        days = self._index.days
        decay = float(self._scoring.time_factor(days[[row]], days[[other]])[0])
        days_apart = abs(float(days[row] - days[other]))
        query = weigh_queries(self._index.as_queries.vectors_of([row]), self._query_factors)
        contributions = scipy.sparse.csr_array(query.multiply(self._index.vectors_of([other])))
        return Explanation(
            id=id,
            score=self.score(row, other),
            similarity=self.similarity(row, other),
            decay=decay,
            evergreen=1.0 if self._scoring.half_life_days is None else min(self._scoring.evergreen, decay),
            hub_weight=float(self._index.weights[other]),
            other_provider=self._other_provider(row, other),
            days_apart=None if np.isnan(days_apart) else days_apart,
            removed_by=removed_by,
            words=shared_words(model, article, contributions),
        )

    def _other_provider(self, row: int, other: int) -> float:
        providers = self._index.providers
        return float(self._scoring.provider_factor(providers[[row]], providers[[other]])[0])


def shared_words(model: TfidfModel, article: Article, contributions: scipy.sparse.csr_array) -> tuple[SharedWord, ...]:
    """Attribute the shared terms' contributions to an article's words, in the order of `Explanation.words`.

    Args:
        contributions: float32 (1, terms) each shared term's contribution to the similarity.
    """
    left = dict(zip(contributions.indices.tolist(), contributions.data.tolist(), strict=True))
    words: dict[tuple[str, str], float] = {}
    language = article.language or "" if model.settings.language == "own" else ""
    for field, [text] in model.texts(Documents([article.title[:_READ]], [article.excerpt[:_READ]])).items():
        for word, terms in model.analyzer(field).terms_by_word(text, language):
            for term in terms:
                column = model.column(field, term)
                # A term that several words contain counts for the first of them.
                if column is not None and (gain := left.pop(column, 0.0)) > 0:
                    words[field, word] = words.get((field, word), 0.0) + gain
    # Models do not keep texts and topics, so their terms are shown as they are (those of texts are stems).
    for field, columns in model.columns().items():
        for column in [column for column in left if columns.start <= column < columns.stop]:
            term = model.vocabularies_[field].terms[column - columns.start]
            topic = topic_of_term(term)
            if topic or field == "text":
                key = ("topics", topic) if topic else (field, without_language(term))
                words[key] = words.get(key, 0.0) + left.pop(column)
    last = stop_words(language_of(f"{article.title[:_READ]} {article.excerpt[:_READ]}"))
    shared = [SharedWord(word, field, gain) for (field, word), gain in words.items()]
    return tuple(sorted(shared, key=lambda one: (one.word in last, -one.contribution, one.field, one.word)))
