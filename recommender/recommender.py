"""The recommender: learns a corpus, and suggests what belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from scipy.sparse import csr_array

from recommender.article import Article, normalise_url, parse_date
from recommender.corpus import Corpus
from recommender.errors import CorpusError, UnknownArticleError
from recommender.model import TfidfModel
from recommender.neighbors import Decay, Neighbors, hub_weights, nearest, nearest_in_window
from recommender.rules import Placement, Rules, Suggestion, in_rank_order
from recommender.settings import Published, Settings

_BATCH = 1024  # articles searched for at once by `all_related`
_CLOSE = 60  # of 100: how alike an ID must be to be named where another is unknown


@dataclass(frozen=True, slots=True)
class SharedWord:
    """A word of one article that the other has too, and what it adds to their similarity.

    `text` is the word in lower case; where a word became n-grams, its contribution is that of all that are shared.
    """

    text: str
    field: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one article is suggested for another: score = similarity * decay * weight.

    Attributes:
        similarity: the weighted sum of the fields' cosines, 0 to 1; the words' contributions add up to it.
        decay: what the time between them leaves of it, 0 to 1.
        weight: the suggested article's own, 0 to 1: articles that are near to everything weigh less.
        days_apart: `None` where either has no date; time then counts for nothing.
        words: by contribution, greatest first.
    """

    score: float
    similarity: float
    decay: float
    weight: float
    days_apart: float | None
    words: tuple[SharedWord, ...]


class Recommender:
    """Learns titles and excerpts of a corpus and suggests, for any article, those that belong with it.

    Attributes:
        articles_: what was learnt, in the order that settles ties; a row below is a position in it.
        model_: the fitted model.
        vectors_: float32 (articles, terms), of unit length unless a field is empty.
        weights_: float64 (articles,), 0 to 1: hubs weigh less.
    """

    def __init__(self, *, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def fit(self, corpus: Corpus, *, term_factors: Mapping[str, Mapping[str, float]] | None = None) -> Self:
        """Learn a corpus.

        Args:
            term_factors: by field and term, what links have taught to multiply its weight by.

        Raises:
            CorpusError: the corpus has no articles.
        """
        if not corpus.articles:
            raise CorpusError("a corpus without articles can't be learnt from")
        articles = in_rank_order(corpus.articles)
        model = TfidfModel(settings=self.settings)
        vectors = model.fit_transform(
            [article.title for article in articles],
            [article.excerpt for article in articles],
            term_factors=term_factors,
        )
        weights = hub_weights(
            vectors,
            _days(articles),
            decay=Decay(self.settings.half_life_days),
            exponent=self.settings.hub_exponent,
        )
        return self._take(articles, model, vectors, weights)

    @classmethod
    def from_learned(
        cls,
        articles: Sequence[Article],
        model: TfidfModel,
        vectors: csr_array,
        weights: NDArray[np.float64],
        *,
        settings: Settings,
    ) -> Self:
        """A fitted recommender from what another has learnt; the articles must be in rank order."""
        return cls(settings=settings)._take(articles, model, vectors, weights)

    def _take(
        self, articles: Sequence[Article], model: TfidfModel, vectors: csr_array, weights: NDArray[np.float64]
    ) -> Self:
        self.articles_ = tuple(articles)
        self.model_ = model
        self.vectors_ = vectors
        self.weights_ = weights
        self._transposed = csr_array(vectors.T)
        self._days = _days(articles)
        self._decay = Decay(
            self.settings.half_life_days,
            newer_stretch=self.settings.newer_stretch,
            older_weight=self.settings.older_weight,
        )
        self._hidden = np.array([article.hidden for article in articles], np.bool_)
        self._unpublished = np.array([not article.published for article in articles], np.bool_)
        self._row_of_name = {name: row for row, article in enumerate(articles) for name in article.names}
        self._row_of_url = {url: row for row, article in enumerate(articles) for url in article.urls}
        return self

    def article(self, id: str) -> Article:
        """The article that answers to an ID, its own or that of another file of the same article.

        Raises:
            UnknownArticleError: none does; the error names the closest IDs.
        """
        return self.articles_[self._row(id)]

    def knows(self, id: str) -> bool:
        """Whether any article answers to an ID."""
        return id in self._row_of_name

    def article_at(self, url: str) -> Article:
        """The article at an address; scheme, `www.`, fragment and trailing slash don't matter.

        Raises:
            UnknownArticleError: none has this address.
        """
        row = self._row_of_url.get(normalise_url(url))
        if row is None:
            raise UnknownArticleError(url)
        return self.articles_[row]

    def related(
        self,
        id: str,
        *,
        limit: int | None = None,
        min_score: float | None = None,
        published: Published | None = None,
    ) -> list[Suggestion]:
        """Suggestions for an article, best first; what isn't named is as the settings say.

        An article that shares no term with any other gets an empty list.

        Raises:
            UnknownArticleError: no article answers to this ID.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score, published=published)
        return self._suggestions(np.array([self._row(id)], np.int32), rules)[0]

    def related_to_text(
        self,
        title: str,
        excerpt: str = "",
        *,
        published_at: str | None = None,
        limit: int | None = None,
        min_score: float | None = None,
        published: Published | None = None,
    ) -> list[Suggestion]:
        """Suggestions for a text that is no article yet.

        Args:
            published_at: its date, ISO 8601; without one, time counts for nothing.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score, published=published)
        vector = self.model_.transform([title], [excerpt])
        days = np.array([_nan_if_none(parse_date(published_at))])
        return self._search(vector, days, np.array([-1], np.int32), rules)[0]

    def related_to_each(
        self, ids: Sequence[str], *, limit: int | None = None, min_score: float | None = None
    ) -> Iterator[list[Suggestion]]:
        """What `related` gives for each of several articles, in their order.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score)
        rows = np.array([self._row(id) for id in ids], np.int32)
        for start in range(0, len(rows), _BATCH):
            yield from self._suggestions(rows[start : start + _BATCH], rules)

    def all_related(self, *, limit: int | None = None) -> Iterator[tuple[Article, list[Suggestion]]]:
        """Every article with its suggestions, in rank order."""
        ids = [article.id for article in self.articles_]
        yield from zip(self.articles_, self.related_to_each(ids, limit=limit), strict=True)

    def placements(self, id: str, others: Sequence[str]) -> list[Placement]:
        """Where each of `others` stands among all that could be suggested for `id`, and why not higher.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        row = self._row(id)
        everything = Rules.from_settings(self.settings, limit=len(self.articles_), min_score=0.0)
        ranked = self._suggestions(np.array([row], np.int32), everything)[0]
        ranks = {suggestion.article.id: rank for rank, suggestion in enumerate(ranked, start=1)}
        placements = []
        for other in others:
            article = self.article(other)
            rank = ranks.get(article.id)
            score = ranked[rank - 1].score if rank is not None else self.explain(id, other).score
            removed_by = everything.removing(article) if article.id != self.articles_[row].id else "itself"
            placements.append(Placement(rank, score, removed_by))
        return placements

    def explain(self, id: str, other: str) -> Explanation:
        """Why `other` is, or is not, suggested for `id`; both may be any articles.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        row, other_row = self._row(id), self._row(other)
        product = self.vectors_[[row]].multiply(self.vectors_[[other_row]]).tocsr()
        contributions = dict(zip(product.indices.tolist(), product.data.tolist(), strict=True))
        similarity = float(csr_array(self.vectors_[[row]] @ self._transposed[:, [other_row]]).sum())
        factor = float(self._decay.factor(self._days[row], self._days[[other_row]])[0])
        weight = float(self.weights_[other_row])
        apart = abs(float(self._days[row] - self._days[other_row]))
        return Explanation(
            score=similarity * (factor * weight),
            similarity=similarity,
            decay=factor,
            weight=weight,
            days_apart=None if np.isnan(apart) else apart,
            words=self._shared_words(self.articles_[row], contributions),
        )

    def _shared_words(self, article: Article, contributions: dict[int, float]) -> tuple[SharedWord, ...]:
        words: dict[tuple[str, str], float] = {}
        for field, [text] in self.model_.texts([article.title], [article.excerpt]).items():
            for word, terms in self.model_.analyzer(field).by_word(text):
                for term in terms:
                    column = self.model_.column(field, term)
                    # A term that several words hold counts for the first of them.
                    if column is not None and (gain := contributions.pop(column, 0.0)) > 0:
                        words[field, word] = words.get((field, word), 0.0) + gain
        shared = [SharedWord(word, field, gain) for (field, word), gain in words.items()]
        return tuple(sorted(shared, key=lambda word: (-word.contribution, word.field, word.text)))

    def _row(self, id: str) -> int:
        row = self._row_of_name.get(id)
        if row is None:
            close = process.extract(id, self._row_of_name.keys(), limit=3, score_cutoff=_CLOSE)
            raise UnknownArticleError(id, closest=[name for name, _, _ in close])
        return row

    def _suggestions(self, rows: NDArray[np.int32], rules: Rules) -> list[list[Suggestion]]:
        return self._search(csr_array(self.vectors_[rows]), self._days[rows], rows, rules)

    def _search(
        self, queries: csr_array, days: NDArray[np.float64], own_rows: NDArray[np.int32], rules: Rules
    ) -> list[list[Suggestion]]:
        weights = np.where(rules.allowed(self._hidden, self._unpublished), self.weights_, 0.0)
        search = nearest_in_window if queries.shape[0] >= _BATCH // 4 else nearest
        found: Neighbors = search(
            queries,
            self.vectors_ if search is nearest_in_window else self._transposed,
            query_days=days,
            days=self._days,
            weights=weights,
            own_rows=own_rows,
            decay=self._decay,
            limit=rules.limit,
            min_score=rules.min_score,
        )
        return [
            [Suggestion(self.articles_[row], float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
            for rows, scores in zip(found.rows, found.scores, strict=True)
        ]


def _days(articles: Sequence[Article]) -> NDArray[np.float64]:
    return np.array([_nan_if_none(article.published_at) for article in articles], np.float64)


def _nan_if_none(value: float | None) -> float:
    return float("nan") if value is None else value
