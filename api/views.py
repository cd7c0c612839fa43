"""The look-ups: read, call, answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

import msgspec
from flask import Blueprint, Response, abort, current_app, request
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState
from msgspec import UNSET
from werkzeug.routing import PathConverter

from api import schemas
from api.delivery import JSON, Deliverer
from api.metrics import LIST
from api.reading import Reader
from api.serving import Serving, Tagged, current
from recommender import Article, Recommender
from recommender.ranking import Options

blueprint = Blueprint("articles", __name__)
_look_up = Reader(schemas.LookUp)
_look_up_by_url = Reader(schemas.LookUpByUrl)
_rules = Reader(schemas.Rules)
_draft = Reader(schemas.Draft, what="member")
_search = Reader(schemas.Search)
_nothing = Reader(schemas.Nothing)


class IdConverter(PathConverter):
    """An article's ID in a path: anything, also with slashes in front and within."""

    regex = r"[\s\S]+?"
    part_isolating = False


class OwnIdConverter(IdConverter):
    """The same where nothing follows: what ends as a look-up does asks for a list, whatever the method."""

    regex = r"(?![\s\S]*/related(?:\.html)?$)[\s\S]+?"


def know_ids(app: App) -> None:
    """Have an application know these two."""
    app.url_map.converters.update(id=IdConverter, own_id=OwnIdConverter)
    app.url_map.merge_slashes = False


@blueprint.record_once
def _know_ids(state: BlueprintSetupState) -> None:
    know_ids(state.app)


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
        **options_of(asked),
    )
    body = msgspec.json.encode({"related": [suggestion.article.entry for suggestion in suggestions]})
    response = Response(body, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/articles/<own_id:id>")
def article(id: str) -> Response:
    """The public face of one article."""
    _nothing.of_query(request)
    serving = current(current_app)
    return deliver(serving, msgspec.json.encode(_found(serving.recommender.article(id))))


@blueprint.get("/articles")
def articles() -> Response:
    """The newest articles whose titles hold all words of `q`."""
    asked = _search.of_query(request)
    serving = current(current_app)
    found = serving.recommender.search_titles(asked.q, limit=asked.limit or 10, published=forced())
    return deliver(serving, msgspec.json.encode({"articles": [_found(article) for article in found]}))


def _related(serving: Serving, id: str, asked: schemas.LookUp) -> Response:
    recommender, options = serving.recommender, options_of(asked)
    limit = asked.limit or None
    body = recommender.answer(id, limit=limit, **options)
    request.environ[LIST] = body
    if asked.explain:
        suggestions = recommender.related(id, limit=limit, **options)
        why = [_explanation(recommender, id, suggestion.article) for suggestion in suggestions]
        body = body[:-1] + b',"explain":' + msgspec.json.encode(why) + b"}"
    return deliver(serving, body)


def options_of(asked: schemas.Rules) -> Options:
    """The options that a request names; what the configuration forces comes before what the request wants."""
    options: Options = {}
    if asked.min_score is not UNSET:
        options["min_score"] = asked.min_score
    if published := forced() or asked.published:
        options["published"] = published
    if asked.exclude:
        options["exclude"] = asked.exclude.split(",")
    if asked.max_age_days is not UNSET:
        options["max_age_days"] = asked.max_age_days
    if asked.provider_cap:
        options["provider_cap"] = asked.provider_cap
    if isinstance(asked, schemas.Listing) and asked.curated is not UNSET:
        options["curated"] = asked.curated
    return options


def _explanation(recommender: Recommender, id: str, other: Article) -> schemas.Explanation:
    why = recommender.explain(id, other.id)
    words = [schemas.SharedWord(word.text, word.field, word.contribution) for word in why.words]
    return schemas.Explanation(other.id, why.score, why.similarity, why.decay, why.weight, why.days_apart, words)


def _found(article: Article) -> dict[str, object]:
    return {"id": article.id, "article": article.entry}


def deliver(serving: Tagged, body: bytes, mimetype: str = JSON) -> Response:
    """An answer that the model or the store alone makes: caches may keep it."""
    delivery = cast("Deliverer", current_app.extensions["deliverer"])(request.environ, serving, body, mimetype)
    return Response(delivery.body, delivery.status, delivery.headers)


def forced() -> schemas.Only | None:
    """What the configuration says of unpublished articles, whatever is asked for."""
    return cast("schemas.Only | None", current_app.extensions["published"])
