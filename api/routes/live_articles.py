"""Posting and withdrawing articles while the server runs, for clients that have its token."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from urllib.parse import quote

import msgspec
from flask import Response, abort, current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized

from api.http import (
    LARGEST_BODY,
    ArticleQuery,
    Example,
    OperationGroup,
    PostedResponse,
    WithdrawnResponse,
    entry_fields,
    is_look_up,
    uncached,
)
from api.state import FixedModel, ModelWatcher, has_token
from recommender.errors import FrontMatterError
from recommender.journal import PostedArticle
from recommender.sources import PostedForm

_EXAMPLE_ID = "comet-seen-over-the-harbour"
_FORMS: dict[str, PostedForm] = {
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/json": "json",
}

operations = OperationGroup("live articles")


def _authorize() -> None:
    """Refuse a request without the server's token."""
    if not current_app.extensions["token"] or isinstance(current_app.extensions["model"], FixedModel):
        abort(HTTPStatus.FORBIDDEN, "posting is off here; start the server with RECOMMENDER_TOKEN in its environment")
    if not has_token():
        raise Unauthorized(
            "this needs the server's token, as `Authorization: Bearer …`", www_authenticate=WWWAuthenticate("bearer")
        )


@operations.operation(
    "POST",
    "/articles",
    response=PostedResponse,
    media_types=("text/markdown", "application/json"),
    problems=(422, 507),
    creates=True,
    needs_token=True,
    guard=_authorize,
    example=Example(
        id=_EXAMPLE_ID,
        query={"fields": "id,title"},
        body={
            "id": _EXAMPLE_ID,
            "title": "Comet seen over the harbour",
            "excerpt": "It will be visible to the naked eye until Sunday.",
            "publishedDateTime": "2024-04-20T08:00:00Z",
            "topics": ["Space"],
        },
    ),
)
def post_article(query: ArticleQuery) -> Response:
    """Add an article, or replace it, while the server runs.

    The body is a front-matter file (`text/markdown`) or a JSON object with the same fields. All workers answer with it
    within two seconds.
    """
    form = _FORMS.get(request.mimetype)
    if form is None:
        abort(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the content type is {request.mimetype!r}; it must be text/markdown or application/json",
        )
    request.max_content_length = LARGEST_BODY
    try:
        site = _watcher().snapshot
        posted = PostedArticle.parse(
            request.get_data().decode(), form, address_pattern=site.address_pattern, base_url=site.base_url
        )
    except RequestEntityTooLarge:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is over 64 KB; leave out the text below the front matter")
    except UnicodeDecodeError:
        abort(HTTPStatus.BAD_REQUEST, "the body is not UTF-8; send it as UTF-8")
    except FrontMatterError as error:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    if is_look_up(posted.id):
        detail = f"the ID {posted.id!r} ends like a look-up's path, so it could not be withdrawn; choose another"
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    overlay, created = _watcher().post(posted)
    id = overlay.recommender.article(posted.id).id
    fields = entry_fields(query)
    values = {
        "id": id,
        "related": [suggestion.entry(fields) for suggestion in overlay.recommender.related(id)],
        "enters": overlay.listed_by(id),
        "problems": [problem.reason for problem in posted.problems],
    }
    response = uncached(msgspec.json.encode(values))
    if created:
        response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = f"/articles/{quote(id, safe='')}"
    return response


@operations.operation(
    "DELETE",
    "/articles/{id}",
    response=WithdrawnResponse,
    problems=(404, 507),
    needs_token=True,
    guard=_authorize,
    example=Example(id=_EXAMPLE_ID),
)
def withdraw_article(id: str) -> Response:
    """Withdraw an article, wherever it came from, until it is posted again."""
    own_id, listed_by = _watcher().withdraw(id)
    return uncached(msgspec.json.encode(WithdrawnResponse(own_id, listed_by)))


def _watcher() -> ModelWatcher:
    return cast("ModelWatcher", current_app.extensions["model"])
