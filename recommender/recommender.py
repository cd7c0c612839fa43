"""The recommender: learns a corpus, and suggests what belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from recommender.neighbors import decay, nearest
from recommender.rules import Rules, Suggestion, in_rank_order
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
    """Why two articles belong together: score = similarity * decay.

    Attributes:
        similarity: the weighted sum of the fields' cosines, 0 to 1; the words' contributions add up to it.
        days_apart: `None` where either has no date; time then counts for nothing.
        words: by contribution, greatest first.
    """

    score: float
    similarity: float
    decay: float
    days_apart: float | None
    words: tuple[SharedWord, ...]


class Recommender:
    """Learns titles and excerpts of a corpus and suggests, for any article, those that belong with it.

    Attributes:
        articles_: what was learnt, in the order that settles ties; a row below is a position in it.
        model_: the fitted model.
        vectors_: float32 (articles, terms), of unit length unless a field is empty.
    """

    def __init__(self, *, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def fit(self, corpus: Corpus) -> Self:
        """Learn a corpus.

        Raises:
            CorpusError: the corpus has no articles.
        """
        if not corpus.articles:
            raise CorpusError("a corpus without articles can't be learnt from")
        articles = in_rank_order(corpus.articles)
        model = TfidfModel(settings=self.settings)
        vectors = model.fit_transform(
            [article.title for article in articles], [article.excerpt for article in articles]
        )
        return self._take(articles, model, vectors)

    @classmethod
    def from_learned(
        cls, articles: Sequence[Article], model: TfidfModel, vectors: csr_array, *, settings: Settings
    ) -> Self:
        """A fitted recommender from what another has learnt; the articles must be in rank order."""
        return cls(settings=settings)._take(articles, model, vectors)

    def _take(self, articles: Sequence[Article], model: TfidfModel, vectors: csr_array) -> Self:
        self.articles_ = tuple(articles)
        self.model_ = model
        self.vectors_ = vectors
        self._transposed = csr_array(vectors.T)
        self._days = np.array([_nan_if_none(article.published_at) for article in articles], np.float64)
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

    def all_related(self, *, limit: int | None = None) -> Iterator[tuple[Article, list[Suggestion]]]:
        """Every article with its suggestions, in rank order."""
        rules = Rules.from_settings(self.settings, limit=limit)
        for start in range(0, len(self.articles_), _BATCH):
            rows = np.arange(start, min(start + _BATCH, len(self.articles_)), dtype=np.int32)
            for row, suggestions in zip(rows, self._suggestions(rows, rules), strict=True):
                yield self.articles_[row], suggestions

    def explain(self, id: str, other: str) -> Explanation:
        """Why `other` is, or is not, suggested for `id`; both may be any articles.

        Raises:
            UnknownArticleError: no article answers to one of the IDs.
        """
        row, other_row = self._row(id), self._row(other)
        product = self.vectors_[[row]].multiply(self.vectors_[[other_row]]).tocsr()
        contributions = dict(zip(product.indices.tolist(), product.data.tolist(), strict=True))
        similarity = float(csr_array(self.vectors_[[row]] @ self._transposed[:, [other_row]]).sum())
        day, other_day = self._days[row], self._days[other_row]
        factor = float(decay(np.array([day]), np.array([other_day]), self.settings.half_life_days)[0])
        apart = abs(float(day - other_day))
        return Explanation(
            score=similarity * factor,
            similarity=similarity,
            decay=factor,
            days_apart=None if np.isnan(apart) else apart,
            words=self._shared_words(self.articles_[row], contributions),
        )

    def _shared_words(self, article: Article, contributions: dict[int, float]) -> tuple[SharedWord, ...]:
        words: dict[tuple[str, str], float] = {}
        texts = {"title": article.title, "excerpt": article.excerpt}
        for field, start, _ in self.model_.field_of_columns():
            for word, terms in self.model_.analyzer(field).by_word(texts[field]):
                for term in terms:
                    column = self.model_.column(field, term)
                    # A term that several words hold counts for the first of them.
                    if column is not None and (gain := contributions.pop(start + column, 0.0)) > 0:
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
        found = nearest(
            queries,
            self._transposed,
            query_days=days,
            days=self._days,
            half_life_days=self.settings.half_life_days,
            allowed=rules.allowed(self._hidden, self._unpublished),
            own_rows=own_rows,
            limit=rules.limit,
            min_score=rules.min_score,
        )
        return [
            [Suggestion(self.articles_[row], float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
            for rows, scores in zip(found.rows, found.scores, strict=True)
        ]


def _nan_if_none(value: float | None) -> float:
    return float("nan") if value is None else value
