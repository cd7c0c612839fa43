"""The look-ups: parse, call, answer."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import cast

from flask import Blueprint, Response, abort, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter

from recommender import Recommender

blueprint = Blueprint("articles", __name__)


class IdConverter(PathConverter):
    """An article's ID in a path: anything, also with slashes in front and within."""

    regex = ".+?"
    part_isolating = False


@blueprint.record_once
def _know_ids(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["id"] = IdConverter
    state.app.url_map.merge_slashes = False


_GREATEST_LIMIT = 100


def _recommender() -> Recommender:
    """What answers; a request takes it once, since another may have been published the next time."""
    return cast("Recommender", current_app.extensions["live"].snapshot.recommender)


def _parameters(allowed: Collection[str]) -> dict[str, str]:
    """The query's parameters, each once; any other is a mistake worth telling."""
    for name in request.args:
        if name not in allowed:
            abort(400, f"there is no parameter {name!r} here; there is {', '.join(allowed) or 'none'}")
        if len(request.args.getlist(name)) > 1:
            abort(400, f"the parameter {name!r} is given more than once")
    return request.args.to_dict()


def _limit(parameters: dict[str, str]) -> int | None:
    text = parameters.get("limit")
    if text is None:
        return None
    if not (re.fullmatch("[0-9]{1,3}", text) and 1 <= int(text) <= _GREATEST_LIMIT):
        abort(400, f"the parameter 'limit' is {text!r}; it must be a whole number from 1 to {_GREATEST_LIMIT}")
    return int(text)


def _related(recommender: Recommender, id: str, limit: int | None) -> Response:
    return Response(recommender.answer(id, limit=limit), mimetype="application/json")


@blueprint.get("/articles/<id:id>/related")
def related(id: str) -> Response:
    """The related articles of one, by its ID."""
    return _related(_recommender(), id, _limit(_parameters(("limit",))))


@blueprint.get("/related")
def related_by_url() -> Response:
    """The related articles of the one at `url`."""
    parameters = _parameters(("url", "limit"))
    if not parameters.get("url"):
        abort(400, "the parameter 'url' is missing; it is the address of an article")
    recommender = _recommender()
    return _related(recommender, recommender.article_at(parameters["url"]).id, _limit(parameters))


@blueprint.get("/articles/<id:id>")
def article(id: str) -> dict[str, object]:
    """The public face of one article."""
    _parameters(())
    found = _recommender().article(id)
    return {"id": found.id, "article": found.entry}


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """Whether the process is alive."""
    return {"status": "ok"}
