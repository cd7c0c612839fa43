"""Look-ups of related articles, of single articles, and the search of titles."""

from __future__ import annotations

import msgspec
from flask import Response, request

from api.http import (
    LIST,
    MOST_EXPLAINED,
    ArticleResponse,
    ArticlesResponse,
    DraftBody,
    DraftQuery,
    EntryExplanation,
    ExplainedWord,
    LookUpByUrlQuery,
    LookUpQuery,
    OperationGroup,
    RelatedResponse,
    SearchQuery,
    SuggestionsResponse,
    deliver,
    entry_fields,
    ranking_options,
    uncached,
)
from api.state import Snapshot, visible_snapshot
from recommender import Article, Recommender

operations = OperationGroup("articles")


@operations.operation("GET", "/articles/{id}/related", response=RelatedResponse, problems=(404,), cacheable=True)
def related(id: str, query: LookUpQuery) -> Response:
    """The related articles of the article with an ID."""
    return _related(visible_snapshot(), id, query)


@operations.operation("GET", "/related", response=RelatedResponse, problems=(404,), cacheable=True)
def related_by_url(query: LookUpByUrlQuery) -> Response:
    """The related articles of the article at an address."""
    snapshot = visible_snapshot()
    return _related(snapshot, snapshot.recommender.article_by_url(query.url).id, query)


@operations.operation("POST", "/related", response=SuggestionsResponse)
def related_to_draft(query: DraftQuery, body: DraftBody) -> Response:
    """The related articles of a draft, which is not stored."""
    suggestions = visible_snapshot().recommender.related_to_text(
        body.title,
        body.excerpt or "",
        date=body.date or None,
        provider=body.provider or None,
        limit=query.limit or None,
        **ranking_options(query),
    )
    fields = entry_fields(query)
    return uncached(msgspec.json.encode({"related": [suggestion.entry(fields) for suggestion in suggestions]}))


@operations.operation("GET", "/articles/{id}", response=ArticleResponse, problems=(404,), cacheable=True)
def article(id: str) -> Response:
    """The entry of one article."""
    snapshot = visible_snapshot()
    return deliver(snapshot, msgspec.json.encode(_article(snapshot.recommender.article(id))))


@operations.operation("GET", "/articles", response=ArticlesResponse, cacheable=True)
def articles(query: SearchQuery) -> Response:
    """The newest articles whose titles contain all words of a search."""
    snapshot = visible_snapshot()
    found = snapshot.recommender.search_titles(query.q, limit=query.limit or 10)
    return deliver(snapshot, msgspec.json.encode({"articles": [_article(article) for article in found]}))


def _related(snapshot: Snapshot, id: str, query: LookUpQuery) -> Response:
    recommender, options = snapshot.recommender, ranking_options(query)
    limit = query.limit or None
    body = recommender.answer(id, limit=limit, fields=entry_fields(query), **options)
    request.environ[LIST] = body
    if query.explain:
        suggestions = recommender.related(id, limit=limit, **options)[:MOST_EXPLAINED]
        explanations = [_explanation(recommender, id, suggestion.article) for suggestion in suggestions]
        body = body[:-1] + b',"explain":' + msgspec.json.encode(explanations) + b"}"
    return deliver(snapshot, body)


def _explanation(recommender: Recommender, id: str, other: Article) -> EntryExplanation:
    why = recommender.explain(id, other.id)
    words = [ExplainedWord(word.text, word.field, word.contribution) for word in why.words]
    return EntryExplanation(
        id=other.id,
        score=why.score,
        similarity=why.similarity,
        decay=why.decay,
        evergreen=why.evergreen,
        weight=why.weight,
        provider=why.provider,
        days_apart=why.days_apart,
        words=words,
    )


def _article(article: Article) -> dict[str, object]:
    return {"id": article.id, "article": article.entry}
