"""Articles come and go while the server runs, for whoever has the token."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, abort, current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized

from api.http import JSON, problem
from api.state import Fixed, Live
from recommender.corpus import PostedArticle
from recommender.errors import FrontMatterError, JournalError
from recommender.sources import PostedForm

MOST_BYTES = 64 << 10
_FORMS: dict[str, PostedForm] = {
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/json": "json",
}

blueprint = Blueprint("live articles", __name__)


def _live() -> Live:
    """What articles are posted to, if the request may do so."""
    live: Live | Fixed = current_app.extensions["live"]
    token = current_app.extensions["token"]
    if not token or isinstance(live, Fixed):
        abort(HTTPStatus.FORBIDDEN, "posting is off here; start the server with RECOMMENDER_TOKEN in its environment")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compared in constant time, so that how long a refusal takes tells nothing of the token.
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Unauthorized(
            "this needs the server's token, as `Authorization: Bearer …`", www_authenticate=WWWAuthenticate("bearer")
        )
    if request.args:
        abort(HTTPStatus.BAD_REQUEST, f"there is no parameter {next(iter(request.args))!r} here; there is none")
    return live


@blueprint.post("/articles")
def post_article() -> Response:
    """Take in an article, or its next state; it is answered and suggested by all workers within two seconds.

    The body is a front-matter file (`text/markdown`) or a JSON object with the same fields.
    """
    live = _live()
    form = _FORMS.get(request.mimetype)
    if form is None:
        abort(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the content type is {request.mimetype!r}; it must be text/markdown or application/json",
        )
    request.max_content_length = MOST_BYTES
    try:
        new = PostedArticle.parse(request.get_data().decode(), form)
    except RequestEntityTooLarge:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is over 64 KB; leave out the text below the front matter")
    except UnicodeDecodeError:
        abort(HTTPStatus.BAD_REQUEST, "the body is not UTF-8; send it as UTF-8")
    except FrontMatterError as error:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    overlay, created = live.post(new)
    id = overlay.recommender.article(new.id).id
    answer = _now(
        {
            "id": id,
            "related": [suggestion.article.entry for suggestion in overlay.recommender.related(id)],
            "enters": overlay.listed_by(id),
            "problems": [problem.reason for problem in new.problems],
        }
    )
    if created:
        answer.status_code = HTTPStatus.CREATED
    answer.headers["Location"] = f"/articles/{quote(id, safe='')}"
    return answer


@blueprint.delete("/articles/<own_id:id>")
def withdraw_article(id: str) -> Response:
    """Take an article away, wherever it came from, until it is posted again."""
    own, owners = _live().withdraw(id)
    return _now({"id": own, "leaves": owners})


def _now(values: dict[str, object]) -> Response:
    response = Response(msgspec.json.encode(values), mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.app_errorhandler(JournalError)
def not_kept(error: JournalError) -> Response:
    """Nothing was changed: the article can't be kept."""
    return problem(HTTPStatus.INSUFFICIENT_STORAGE, str(error))
