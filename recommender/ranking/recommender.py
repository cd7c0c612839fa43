"""The recommender: learns a corpus and suggests related articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, Unpack

import numpy as np
import scipy
from more_itertools import chunked
from numpy.typing import NDArray

from recommender.artefacts import NO_ORIGIN, Models, TrainedModel, models_at
from recommender.articles import Article, in_rank_order, parse_date
from recommender.catalogue import Catalogue, LiveCatalogue
from recommender.corpus import Corpus, choose_defaults
from recommender.errors import CorpusError
from recommender.ranking.answer import encode_answer
from recommender.ranking.explanation import Explanation
from recommender.ranking.html_table import as_table
from recommender.ranking.look_up import Identifiers, LookUp
from recommender.ranking.options import Options
from recommender.ranking.query_factors import query_factors
from recommender.ranking.ranking import Ranked, Ranking
from recommender.ranking.rules import Placement, Rules, Suggestion
from recommender.search import Index, LiveIndex, Scoring, TopLists, hub_weights, list_length
from recommender.settings import Settings
from recommender.text import Documents, TfidfModel

_BATCH = 1024  # articles answered at a time
_Rows = TypeVar("_Rows", "NDArray[np.float64]", "scipy.sparse.csr_array")


class Recommender:
    """Learns the titles, excerpts and texts of a corpus and suggests related articles for any article.

    `Recommender.load("models").related("some-id")` answers from a trained model; `fit` trains one in memory.
    Methods that take IDs raise an `UnknownArticleError`, which names the closest ones, if no article answers to one.
    """

    def __init__(self, *, settings: Settings | None = None) -> None:
        """Create an unfitted recommender; without settings, `fit` chooses the defaults for its corpus."""
        self._chooses = settings is None
        self._for_readers = False
        self.settings = settings or Settings()
        self._origin = NO_ORIGIN

    def fit(self, corpus: Corpus, *, term_factors: Mapping[str, Mapping[str, float]] | None = None) -> Self:
        """Learn a corpus.

        Args:
            term_factors: factors of term weights, learnt from links, by field and term.

        Raises:
            CorpusError: the corpus has no articles.
        """
        if not corpus.articles:
            raise CorpusError("a corpus without articles can't be learnt from")
        if self._chooses:
            self.settings = choose_defaults(corpus)
        articles = in_rank_order(corpus.articles)
        model = TfidfModel(settings=self.settings)
        counts = model.fit_count(Documents.of(articles), term_factors=term_factors)
        vectors = model.weigh(counts)
        query_data = vectors.data.copy() if "text" in counts else None
        model.emphasise_titles(vectors, counts)
        catalogue = Catalogue.from_articles(articles, corpus.links)
        index = Index.build(vectors, catalogue.days, providers=catalogue.providers, query_data=query_data)
        weights = hub_weights(index, scoring=Scoring(self.settings.half_life_days), exponent=self.settings.hub_exponent)
        return self._take(catalogue, model, index.weighted(weights), None)

    @classmethod
    def load(cls, models: Models | Path | str, version: str | None = None) -> Self:
        """Load a version, by default the one in use, from a folder or URL of models; its arrays are mapped.

        Raises:
            ArtefactError: it is missing, damaged, unsafe or of another format.
            StorageError: it can't be read from the URL.
        """
        return cls.from_model((models_at(models) if isinstance(models, Path | str) else models).load(version))

    @classmethod
    def from_model(cls, model: TrainedModel) -> Self:
        """The recommender of a trained model."""
        parts = model.catalogue, model.read_tfidf, model.index
        recommender = cls.from_parts(*parts, settings=model.settings, top_lists=model.top_lists)
        recommender._origin = model.origin
        return recommender

    @classmethod
    def from_parts(
        cls,
        catalogue: Catalogue | LiveCatalogue,
        model: TfidfModel | Callable[[], TfidfModel],
        index: Index | LiveIndex,
        *,
        settings: Settings,
        top_lists: TopLists | None = None,
    ) -> Self:
        """A fitted recommender from parts with the same rows; `model` may be a function that loads it on first use."""
        return cls(settings=settings)._take(catalogue, model, index, top_lists)

    def _take(
        self,
        catalogue: Catalogue | LiveCatalogue,
        model: TfidfModel | Callable[[], TfidfModel],
        index: Index | LiveIndex,
        top_lists: TopLists | None,
        query_factors: NDArray[np.float32] | None = None,
    ) -> Self:
        self._query_factors = query_factors
        self._catalogue = catalogue
        self._look_up = LookUp(catalogue)
        self._index = index
        self._model = model
        self._ranking = Ranking(
            catalogue,
            index,
            scoring=Scoring.from_settings(self.settings, index.trained_days),
            top_lists=top_lists,
            query_factors=query_factors,
            own_language=self.settings.language == "own",
        )
        return self

    def with_settings(
        self, *, half_life_days: float | None, title_weight: float | None = None, min_score: float | None = None
    ) -> Self:
        """The same articles, terms and weights, looked up under other settings without training.

        Training with another title weight gives somewhat other lists: here, hub weights stay as trained and, with
        texts, so do the lengths of the candidates' vectors.

        Args:
            half_life_days: `None` turns off time decay. Settings that are left out stay as they are.

        Raises:
            SettingsError: a value is out of range, or a field that was trained without a share is given one.
        """
        trained = self.settings
        optional = {"title_weight": title_weight, "min_score": min_score}
        changed = {name: value for name, value in optional.items() if value is not None}
        other = type(self)(settings=replace(trained, half_life_days=half_life_days, **changed))  # type: ignore[arg-type]
        factors, wanted = None, other.settings.title_weight
        if wanted != trained.title_weight:
            factors = query_factors(self._tfidf, trained=trained.title_weight, wanted=wanted)
        other._take(self._catalogue, lambda: self._tfidf, self._index, None, factors)
        other._for_readers, other._look_up = self._for_readers, self._look_up
        return other

    def for_readers(self, *, published_only: bool = False, previews: bool = False) -> Self:
        """The same recommender for readers: articles that are not public now do not exist for them.

        Unlisted articles are found by ID or address, but never named.

        Args:
            published_only: forces `published` to `only`, as the settings may do too; no look-up can widen it.
            previews: whether IDs and addresses still lead to all articles, for people who may see drafts.
        """
        view = copy(self)
        view._for_readers, view._model = True, lambda: self._tfidf
        view.settings = replace(self.settings, published="only") if published_only else self.settings
        if not previews:
            shown = Rules(limit=0, published=view.settings.published)
            view._look_up = LookUp(self._catalogue, partial(self._ranking.hidden_by, asked=shown))
        return view

    def precompute_lists(self, *, progress: bool = False) -> Self:
        """Precompute the lists that look-ups are answered from, with all articles that are or will be public."""
        self._ranking.precompute_lists(list_length(self.settings.limit), progress=progress)
        return self

    def to_model(self) -> TrainedModel:
        """The trained model that this recommender answers from, with its precomputed lists if it has any.

        Raises:
            TypeError: there are live articles, or the title weight differs from the trained one.
        """
        if self._query_factors is not None:
            raise TypeError("the title weight differs from the trained one: only the model as trained can be exported")
        catalogue, index = self._catalogue, self._index
        if not (isinstance(catalogue, Catalogue) and isinstance(index, Index)):
            raise TypeError("there are live articles: only the model as trained can be exported")
        return TrainedModel(catalogue, index, self._ranking.top_lists, lambda: self._tfidf, self.settings, self._origin)

    def _repr_html_(self) -> str:
        return as_table(type(self).__name__, self.published_days, self.settings)

    def __len__(self) -> int:
        """The number of articles that can be looked up."""
        return len(self._catalogue.rows)

    def __iter__(self) -> Iterator[Article]:
        """All articles in rank order: newest first, undated last, then by ID."""
        return iter(self._catalogue)

    def __getitem__(self, position: int) -> Article:
        """The article at a position in rank order."""
        return self._catalogue[int(self._catalogue.rows[position])]

    @property
    def catalogue(self) -> Catalogue | LiveCatalogue:
        """All articles by row; `catalogue.rows` are those that can be looked up."""
        return self._catalogue

    @property
    def ranking(self) -> Ranking:
        """The ranking that makes the lists, by row."""
        return self._ranking

    @property
    def published_days(self) -> NDArray[np.float64]:
        """When each article was published, in rank order: days since 1970-01-01 UTC, float64; NaN where unknown."""
        return self._in_rank_order(self._index.days)

    def last_change(self) -> float:
        """When an article last became public or ceased to be, days since 1970-01-01 UTC; -inf if none ever did."""
        return self._ranking.last_change()

    @property
    def weights(self) -> NDArray[np.float64]:
        """Each article's hub weight as a candidate, in rank order, float64, 0 to 1."""
        return self._in_rank_order(self._index.weights)

    @property
    def vectors(self) -> scipy.sparse.csr_array:
        """The articles' vectors as queries, in rank order, float32 (articles, terms), at most of unit length."""
        return self._in_rank_order(self._index.as_queries.vectors)

    @property
    def candidate_vectors(self) -> scipy.sparse.csr_array:
        """Likewise as candidates: with texts, these differ."""
        return self._in_rank_order(self._index.vectors)

    def _in_rank_order(self, values: _Rows) -> _Rows:
        rows = self._catalogue.rows
        return values if isinstance(rows, range) else values[rows]

    @property
    def _tfidf(self) -> TfidfModel:
        """The fitted model; a loaded recommender reads it when it is first needed."""
        if not isinstance(self._model, TfidfModel):
            self._model = self._model()
        return self._model

    def article(self, id: str) -> Article:
        """The article that answers to an ID: its own, or that of another file of the same article.

        Raises:
            UnknownArticleError: none does; the error names the closest IDs.
        """
        return self._catalogue[self._look_up.row(id)]

    def has_article(self, id: str) -> bool:
        """Whether any article answers to an ID."""
        return self._look_up.find(id) is not None

    def article_by_url(self, url: str) -> Article:
        """The article at an address, or failing that at the address's path; addresses are compared normalised.

        Raises:
            UnknownArticleError: none has this address.
        """
        return self._catalogue[self._look_up.row_at(url)]

    def search_titles(self, text: str, *, limit: int = 10) -> list[Article]:
        """The newest articles whose titles contain every word of a text, possibly inside other words; none hidden."""
        shown = self._ranking.allowed(Rules(limit=limit, published=self.settings.published))
        return [self._catalogue[row] for row in self._catalogue.search_titles(text, limit=limit, allowed=shown)]

    def curated(self, id: str) -> list[Article]:
        """An article's curated links, in the editors' order, without those that can no longer be looked up."""
        rows = map(self._look_up.find_public, self._catalogue.curated(self._look_up.row(id)))
        return [self._catalogue[row] for row in rows if row is not None]

    def is_ready(self, id: str, *, limit: int | None = None) -> bool:
        """Whether an article answers to an ID, and its list is precomputed, so that it is given in a moment."""
        return (row := self._look_up.find(id)) is not None and self._ranking.has_ready_list(row, self._rules(limit, {}))

    def related(self, id: str, *, limit: int | None = None, **options: Unpack[Options]) -> list[Suggestion]:
        """An article's list: what its editors pinned, then suggestions, best first, without what they banned.

        Options left out come from the settings. An article that shares no term with any other gets an empty list.
        """
        return self._suggestions(self._ranking.list_of(self._look_up.row(id), self._rules(limit, options)))

    def answer(
        self, id: str, *, limit: int | None = None, fields: Sequence[str] = (), **options: Unpack[Options]
    ) -> bytes:
        """The same as JSON, `{"id": …, "related": [entry, …]}`, UTF-8 on one line without a line end.

        Args:
            fields: the fields of each entry, out of `ENTRY_FIELDS`; by default the whole entry.
        """
        row, rules = self._look_up.row(id), self._rules(limit, options)
        return encode_answer(self._catalogue, row, self._ranking.list_of(row, rules), fields=fields)

    def answers(
        self,
        *,
        limit: int | None = None,
        start: int = 0,
        stop: int | None = None,
        fields: Sequence[str] = (),
        **options: Unpack[Options],
    ) -> Iterator[bytes]:
        """The answer of every article, or of those from position `start` to before `stop`, in rank order."""
        rules = self._rules(limit, options)
        for rows in chunked(map(int, self._catalogue.rows[start:stop]), _BATCH):
            for row, ranked in zip(rows, self._ranking.lists(rows, rules), strict=True):
                yield encode_answer(self._catalogue, row, ranked, fields=fields)

    def identifiers(self, *, start: int = 0, stop: int | None = None) -> Iterator[Identifiers]:
        """The identifiers of each article, from position `start` to before `stop` in rank order."""
        rules = Rules(limit=0, published=self.settings.published)
        for row in map(int, self._catalogue.rows[start:stop]):
            yield Identifiers.of(self._catalogue, row, hidden_by=self._ranking.hidden_by(row, rules))

    def related_to_text(
        self,
        title: str,
        excerpt: str = "",
        *,
        text: str = "",
        topics: Sequence[str] = (),
        language: str | None = None,
        date: str | None = None,
        provider: str | None = None,
        limit: int | None = None,
        **options: Unpack[Options],
    ) -> list[Suggestion]:
        """Suggestions for a text that is not an article yet and has no curated list.

        Args:
            text: its body.
            language: as articles declare it; by default the language whose vocabulary knows most of its words.
            date: when it appears, ISO 8601; without a date there is no time decay.
            provider: its domain, or else its name; without a provider the provider factor is 1.
        """
        rules = self._rules(limit, options)
        vector = self._tfidf.transform(Documents([title], [excerpt], [text], [topics], [language or ""]))
        days = np.array([parse_date(date)], np.float64)
        return self._suggestions(self._ranking.for_text(vector, days, rules, provider=provider))

    def related_many(
        self,
        ids: Sequence[str],
        *,
        limit: int | None = None,
        use_pins_and_bans: bool = True,
        **options: Unpack[Options],
    ) -> Iterator[list[Suggestion]]:
        """The answers of `related` for several articles, in their order.

        Args:
            use_pins_and_bans: `False` ignores what editors pinned and banned, as evaluation needs.
        """
        rules = self._rules(limit, options)
        lists = self._ranking.lists if use_pins_and_bans else self._ranking.best
        for rows in chunked([self._look_up.row(id) for id in ids], _BATCH):
            yield from map(self._suggestions, lists(rows, rules))

    def related_all(self, *, limit: int | None = None) -> Iterator[tuple[Article, list[Suggestion]]]:
        """Every article with its suggestions, in rank order."""
        yield from zip(self, self.related_many([article.id for article in self], limit=limit), strict=True)

    def placements(self, id: str, others: Sequence[str], *, deepest: int | None = None) -> list[Placement]:
        """Where each of `others` ranks among all that could be suggested for `id`, or which rule removed it.

        Args:
            deepest: the last rank that is reported; by default all are.
        """
        settings, limit = self.settings, deepest or len(self._catalogue)
        rules = Rules(limit=limit, published=settings.published, copies=settings.copies)
        return self._ranking.placements(self._look_up.row(id), list(map(self._look_up.row, others)), rules)

    def explain(self, id: str, other: str) -> Explanation:
        """Why `other` is or is not suggested for `id`; they may be any two articles."""
        row, other_row = self._look_up.row(id), self._look_up.row(other)
        return self._ranking.explain(row, other_row, Rules.from_settings(self.settings), model=self._tfidf)

    def _rules(self, limit: int | None, options: Options) -> Rules:
        if self._for_readers and self.settings.published == "only":
            options["published"] = "only"
        return Rules.from_settings(self.settings, limit=limit, **options)

    def _suggestions(self, ranked: Ranked) -> list[Suggestion]:
        return [Suggestion(self._catalogue[row], score) for row, score in ranked]
