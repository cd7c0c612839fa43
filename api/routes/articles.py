"""Look-ups of related articles, of single articles, and the search of titles."""

from __future__ import annotations

import msgspec
from flask import Response, request

from api.http import (
    EXAMPLE_IDS,
    IGNORED,
    LIST,
    MOST_EXPLAINED,
    ArticleQuery,
    ArticleResponse,
    ArticlesQuery,
    ArticlesResponse,
    DraftBody,
    DraftProvider,
    DraftQuery,
    Example,
    LookUpByUrlQuery,
    LookUpQuery,
    OperationGroup,
    RelatedListsResponse,
    RelatedResponse,
    SuggestionsResponse,
    WrongRequestError,
    deliver,
    entry_fields,
    in_words,
    ranking_options,
    schemas_of,
    uncached,
)
from api.routes.article_list import page_of
from api.state import Snapshot, has_token, visible_snapshot
from recommender import Article, Suggestion
from recommender.articles import parse_date
from recommender.sites import normalise_language

operations = OperationGroup("articles")


@operations.operation(
    "GET",
    "/articles/{id}/related",
    response=RelatedResponse,
    problems=(404,),
    cacheable=True,
    example=Example(query={"limit": "3", "fields": "id,title,score"}),
)
def related(id: str, query: LookUpQuery) -> Response:
    """The related articles of the article with an ID."""
    return _related(visible_snapshot(), id, query)


@operations.operation(
    "GET",
    "/related",
    response=(RelatedResponse, RelatedListsResponse),
    problems=(404,),
    cacheable=True,
    example=Example(query={"limit": "3", "fields": "id,title", "ids": ",".join(EXAMPLE_IDS)}),
)
def related_by_url(query: LookUpByUrlQuery) -> Response:
    """The related articles of the article at an address, or of up to 100 articles by their IDs."""
    snapshot = visible_snapshot()
    if query.ids:
        _require_absent(query, "url", "explain", with_="ids")
        return _lists(snapshot, query.ids.split(","), query)
    if not query.url:
        allowed = in_words(schemas_of(LookUpByUrlQuery)["url"])
        detail = f"the parameter 'url' is missing; it must be {allowed}"
        raise WrongRequestError(detail, parameter="url", allowed=allowed)
    return _related(snapshot, snapshot.recommender.article_by_url(query.url).id, query)


@operations.operation(
    "POST",
    "/related",
    response=SuggestionsResponse,
    example=Example(
        query={"limit": "3", "fields": "id,title,score"},
        body={
            "title": "The comet that nobody was looking for",
            "excerpt": "An amateur astronomer, an owl and a bright spot in the evening sky.",
            "topics": ["Space"],
            "publishedDateTime": "2024-04-20T08:00:00Z",
        },
    ),
)
def related_to_draft(query: DraftQuery, body: DraftBody) -> Response:
    """The related articles of a draft, which is not stored."""
    provider = body.provider or None
    if isinstance(provider, DraftProvider):
        provider = provider.domain or provider.name or None
    suggestions = visible_snapshot().recommender.related_to_text(
        body.title,
        body.excerpt or "",
        text=body.text or "",
        topics=body.topics or (),
        language=normalise_language(body.language or "") or None,
        date=body.published_date_time or body.date or None,
        provider=provider,
        limit=query.limit or None,
        **ranking_options(query),
    )
    fields = entry_fields(query)
    answer: dict[str, object] = {"related": [suggestion.entry(fields) for suggestion in suggestions]}
    if ignored := request.environ[IGNORED]:
        answer["ignored"] = ignored
    return uncached(msgspec.json.encode(answer))


@operations.operation(
    "GET",
    "/articles/{id}",
    response=ArticleResponse,
    problems=(404,),
    cacheable=True,
    example=Example(query={"fields": "id,title,date,url"}),
)
def article(id: str, query: ArticleQuery) -> Response:
    """The entry of one article."""
    snapshot = visible_snapshot()
    return deliver(snapshot.tag, msgspec.json.encode(_article(snapshot.recommender.article(id), query)))


@operations.operation(
    "GET",
    "/articles",
    response=ArticlesResponse,
    cacheable=True,
    example=Example(query={"fields": "id,title,date", "limit": "3"}),
)
def articles(query: ArticlesQuery) -> Response:
    """All articles page by page, the newest first, or the newest whose titles contain all words of a search."""
    snapshot, limit, following = visible_snapshot(), query.limit or 10, None
    if query.q:
        _require_absent(query, "cursor", "language", "since", with_="q")
        found = snapshot.recommender.search_titles(query.q, limit=limit)
    else:
        found, following = page_of(
            snapshot.recommender,
            limit=limit,
            cursor=query.cursor or "",
            language=query.language or "",
            since=parse_date(query.since or None),
            drafts=has_token(),
        )
    answer: dict[str, object] = {"articles": [_article(article, query) for article in found]}
    return deliver(snapshot.tag, msgspec.json.encode(answer if following is None else {**answer, "next": following}))


def _require_absent(query: LookUpByUrlQuery | ArticlesQuery, *names: str, with_: str) -> None:
    for name in names:
        if getattr(query, name):
            allowed = f"left out with {with_!r}"
            raise WrongRequestError(f"the parameter {name!r} must be {allowed}", parameter=name, allowed=allowed)


def _related(snapshot: Snapshot, id: str, query: LookUpQuery) -> Response:
    recommender, options = snapshot.recommender, ranking_options(query)
    limit = query.limit or None
    body = recommender.answer(id, limit=limit, fields=entry_fields(query), **options)
    request.environ[LIST] = body
    if query.explain:
        suggestions = recommender.related(id, limit=limit, **options)[:MOST_EXPLAINED]
        explanations = [recommender.explain(id, suggestion.article.id) for suggestion in suggestions]
        body = body[:-1] + b',"explain":' + msgspec.json.encode(explanations) + b"}"
    return deliver(snapshot.tag, body)


def _lists(snapshot: Snapshot, ids: list[str], query: LookUpByUrlQuery) -> Response:
    recommender, options, fields = snapshot.recommender, ranking_options(query), entry_fields(query)
    known = {id: recommender.has_article(id) for id in ids}
    lists = [recommender.answer(id, limit=query.limit or None, fields=fields, **options) for id in known if known[id]]
    unknown = msgspec.json.encode([id for id in known if not known[id]])
    return deliver(snapshot.tag, b'{"lists":[' + b",".join(lists) + b'],"unknown":' + unknown + b"}")


def _article(article: Article, query: ArticleQuery) -> dict[str, object]:
    fields = [field for field in query.fields.split(",") if field != "score"] if query.fields else []
    return {"id": article.id, "article": Suggestion(article, 0.0).entry(fields) if query.fields else article.entry}
