"""The recommender: learns a corpus, and suggests what belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from scipy.sparse import csr_array

from recommender.article import Article, normalise_url, parse_date
from recommender.corpus import Corpus
from recommender.errors import CorpusError, UnknownArticleError
from recommender.model import TfidfModel
from recommender.neighbors import Decay, Index, Neighbors, hub_weights
from recommender.rules import Placement, Rules, Suggestion, allowed_rows, days_of, in_rank_order
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
        index = Index.of(vectors, days_of(articles))
        weights = hub_weights(index, decay=Decay(self.settings.half_life_days), exponent=self.settings.hub_exponent)
        return self._take(articles, model, vectors, weights, index.weighted(weights))

    @classmethod
    def from_learned(
        cls,
        articles: Sequence[Article],
        model: TfidfModel,
        vectors: csr_array,
        weights: NDArray[np.float64],
        *,
        settings: Settings,
        index: Index | None = None,
    ) -> Self:
        """A fitted recommender from what another has learnt; the articles must be in rank order.

        Args:
            index: of these vectors, with these weights; made at the first search where it is left out.
        """
        return cls(settings=settings)._take(articles, model, vectors, weights, index)

    def _take(
        self,
        articles: Sequence[Article],
        model: TfidfModel,
        vectors: csr_array,
        weights: NDArray[np.float64],
        index: Index | None,
    ) -> Self:
        self.articles_ = tuple(articles)
        self.model_ = model
        self.vectors_ = vectors
        self.weights_ = weights
        if index is not None:
            self._index = index
        self._days = days_of(articles)
        self._decay = Decay.of(self.settings)
        self._allowed = allowed_rows(articles)
        self._row_of_name = {name: row for row, article in enumerate(articles) for name in article.names}
        self._row_of_url = {url: row for row, article in enumerate(articles) for url in article.urls}
        return self

    @cached_property
    def _index(self) -> Index:
        return Index.of(self.vectors_, self._days, self.weights_)

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
        """An article's list: what its editors pinned, then suggestions, best first, without what they banned.

        What isn't named is as the settings say. An article that shares no term with any other gets an empty list.

        Raises:
            UnknownArticleError: no article answers to this ID.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score, published=published)
        return self._list(self._row(id), rules)

    def related_to_text(
        self,
        title: str,
        excerpt: str = "",
        *,
        published: str | None = None,
        limit: int | None = None,
        min_score: float | None = None,
    ) -> list[Suggestion]:
        """Suggestions for a text that is no article yet.

        Args:
            published: its date, ISO 8601; without one, time counts for nothing.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score)
        vector = self.model_.transform([title], [excerpt])
        days = np.array([parse_date(published)], np.float64)
        return self._search(vector, days, np.array([-1], np.int32), rules)[0]

    def ranked(
        self, ids: Sequence[str], *, limit: int | None = None, min_score: float | None = None
    ) -> Iterator[list[Suggestion]]:
        """Suggestions for each of several articles, in their order, whatever their editors pinned or banned.

        By these, and not by `related_to_each`, a recommender is to be judged.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        rules = Rules.from_settings(self.settings, limit=limit, min_score=min_score)
        rows = np.array([self._row(id) for id in ids], np.int32)
        for start in range(0, len(rows), _BATCH):
            yield from self._suggestions(rows[start : start + _BATCH], rules)

    def related_to_each(self, ids: Sequence[str], *, limit: int | None = None) -> Iterator[list[Suggestion]]:
        """What `related` gives for each of several articles, in their order.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        rules = Rules.from_settings(self.settings, limit=limit)
        for id, suggestions in zip(ids, self.ranked(ids, limit=limit), strict=True):
            row = self._row(id)
            edited = self.articles_[row].pinned or self.articles_[row].banned
            yield self._list(row, rules) if edited else suggestions

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
        found = self._neighbors(self._vectors([row]), self._days[[row]], np.array([row], np.int32), everything)
        order, scores = found.rows[0], found.scores[0]
        place_of = np.full(len(self.articles_), -1)
        place_of[order[order >= 0]] = np.arange(np.count_nonzero(order >= 0))
        placements = []
        for other in others:
            other_row = self._row(other)
            place = int(place_of[other_row])
            removed_by = "itself" if other_row == row else everything.removing(self.articles_[other_row])
            score = float(scores[place]) if place >= 0 else self._pair(row, other_row)[0]
            placements.append(Placement(place + 1 if place >= 0 else None, score, removed_by))
        return placements

    def explain(self, id: str, other: str) -> Explanation:
        """Why `other` is, or is not, suggested for `id`; both may be any articles.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        row, other_row = self._row(id), self._row(other)
        score, similarity, factor, weight = self._pair(row, other_row)
        product = csr_array(self._vectors([row]).multiply(self._vectors([other_row])))
        contributions = dict(zip(product.indices.tolist(), product.data.tolist(), strict=True))
        apart = abs(float(self._days[row] - self._days[other_row]))
        return Explanation(
            score=score,
            similarity=similarity,
            decay=factor,
            weight=weight,
            days_apart=None if np.isnan(apart) else apart,
            words=self._shared_words(self.articles_[row], contributions),
        )

    def _vectors(self, rows: Sequence[int] | NDArray[np.int32]) -> csr_array:
        return csr_array(self.vectors_[rows])

    def _pair(self, row: int, other: int) -> tuple[float, float, float, float]:
        """Score, similarity, time factor and weight of one article as a candidate for another."""
        products = self._vectors([row]).astype(np.float64).multiply(self._vectors([other]).astype(np.float64))
        similarity = float(np.add.accumulate(np.append(0.0, csr_array(products).data))[-1])  # in the columns' order
        factor = float(self._decay.factor(self._days[[row]], self._days[[other]])[0])
        weight = float(self.weights_[other])
        return similarity * (factor * weight), similarity, factor, weight

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
        return self._search(self._vectors(rows), self._days[rows], rows, rules)

    def _list(self, row: int, rules: Rules) -> list[Suggestion]:
        article = self.articles_[row]
        pinned = [
            other
            for id in article.pinned
            if (other := self._row_of_name.get(id)) not in (None, row)
            and id not in article.banned
            and rules.removing(self.articles_[other]) is None
        ][: rules.limit]
        left_out = {*article.pinned, *article.banned}
        [found] = self._suggestions(np.array([row], np.int32), replace(rules, limit=rules.limit + len(left_out)))
        suggestions = [Suggestion(self.articles_[other], self._pair(row, other)[0]) for other in pinned]
        suggestions += [suggestion for suggestion in found if suggestion.article.id not in left_out]
        return suggestions[: rules.limit]

    def _search(
        self, queries: csr_array, days: NDArray[np.float64], own_rows: NDArray[np.int32], rules: Rules
    ) -> list[list[Suggestion]]:
        found = self._neighbors(queries, days, own_rows, rules)
        return [
            [Suggestion(self.articles_[row], float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
            for rows, scores in zip(found.rows, found.scores, strict=True)
        ]

    def _neighbors(
        self, queries: csr_array, days: NDArray[np.float64], own_rows: NDArray[np.int32], rules: Rules
    ) -> Neighbors:
        return self._index.nearest(
            queries,
            query_days=days,
            excluded=own_rows[:, None],
            allowed=self._allowed[rules.published],
            decay=self._decay,
            limit=rules.limit,
            min_score=rules.min_score,
        )
