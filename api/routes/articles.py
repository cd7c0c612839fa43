"""The look-ups: read, call, answer."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, abort, current_app, request

from api.http import (
    JSON,
    LIST,
    DraftBody,
    ExplanationSchema,
    ListOptions,
    LookUpByUrlQuery,
    LookUpQuery,
    NoParameters,
    Reader,
    SearchQuery,
    SharedWordSchema,
    deliver,
    enforced_published,
    list_options,
)
from api.state import Snapshot, current
from recommender import Article, Recommender

blueprint = Blueprint("articles", __name__)
_look_up = Reader(LookUpQuery)
_look_up_by_url = Reader(LookUpByUrlQuery)
_rules = Reader(ListOptions)
_draft = Reader(DraftBody, what="member")
_search = Reader(SearchQuery)
_no_parameters = Reader(NoParameters)


@blueprint.get("/articles/<id:id>/related")
def related(id: str) -> Response:
    """The related articles of one, by its ID."""
    return _related(current(current_app), id, _look_up.of_query(request))


@blueprint.get("/related")
def related_by_url() -> Response:
    """The related articles of the one at `url`."""
    asked = _look_up_by_url.of_query(request)
    serving = current(current_app)
    return _related(serving, serving.recommender.article_by_url(asked.url).id, asked)


@blueprint.post("/related")
def related_to_draft() -> Response:
    """The related articles of one that is still being written."""
    asked = _rules.of_query(request)
    if request.mimetype != JSON:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type is {request.mimetype[:100]!r}; it must be {JSON}")
    draft = _draft.of_json(request)
    suggestions = current(current_app).recommender.related_to_text(
        draft.title,
        draft.excerpt or "",
        date=draft.date or None,
        limit=asked.limit or None,
        **list_options(asked),
    )
    body = msgspec.json.encode({"related": [suggestion.article.entry for suggestion in suggestions]})
    response = Response(body, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/articles/<own_id:id>")
def article(id: str) -> Response:
    """The public face of one article."""
    _no_parameters.of_query(request)
    serving = current(current_app)
    return deliver(serving, msgspec.json.encode(_found(serving.recommender.article(id))))


@blueprint.get("/articles")
def articles() -> Response:
    """The newest articles whose titles hold all words of `q`."""
    asked = _search.of_query(request)
    serving = current(current_app)
    found = serving.recommender.search_titles(asked.q, limit=asked.limit or 10, published=enforced_published())
    return deliver(serving, msgspec.json.encode({"articles": [_found(article) for article in found]}))


def _related(serving: Snapshot, id: str, asked: LookUpQuery) -> Response:
    recommender, options = serving.recommender, list_options(asked)
    limit = asked.limit or None
    body = recommender.answer(id, limit=limit, **options)
    request.environ[LIST] = body
    if asked.explain:
        suggestions = recommender.related(id, limit=limit, **options)
        why = [_explanation(recommender, id, suggestion.article) for suggestion in suggestions]
        body = body[:-1] + b',"explain":' + msgspec.json.encode(why) + b"}"
    return deliver(serving, body)


def _explanation(recommender: Recommender, id: str, other: Article) -> ExplanationSchema:
    why = recommender.explain(id, other.id)
    words = [SharedWordSchema(word.text, word.field, word.contribution) for word in why.words]
    return ExplanationSchema(other.id, why.score, why.similarity, why.decay, why.weight, why.days_apart, words)


def _found(article: Article) -> dict[str, object]:
    return {"id": article.id, "article": article.entry}
