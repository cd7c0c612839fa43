"""Error handlers: every error becomes a problem document, or a page if a browser asks for a page."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from api.http import LARGEST_BODY, WrongRequestError, problem, unavailable, unknown
from api.pages import render_page
from api.state import current_snapshot
from recommender.errors import ArtefactError, JournalError, UnknownArticleError, without_folder

_DETAILS: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "there is no such path; /docs lists those that there are",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"the body is over {LARGEST_BODY >> 10} KB; shorten the text",
}


def register_error_handlers(app: Flask) -> None:
    """Make every error of an application a problem document, or a page for browsers."""

    @app.errorhandler(UnknownArticleError)
    def not_known(error: UnknownArticleError) -> Response:
        return _for_reader(str(error), unknown(error), closest=error.closest or ())

    @app.errorhandler(WrongRequestError)
    def wrong(error: WrongRequestError) -> Response:
        answer = problem(HTTPStatus.BAD_REQUEST, str(error), parameter=error.parameter, allowed=error.allowed)
        return _for_reader(str(error), answer)

    @app.errorhandler(JournalError)
    def not_kept(error: JournalError) -> Response:
        return problem(HTTPStatus.INSUFFICIENT_STORAGE, _detail_of(error))

    @app.errorhandler(ArtefactError)
    def not_readable(error: ArtefactError) -> Response:
        detail = _detail_of(error)
        return _for_reader(detail, unavailable(f"no model is available: {detail}"))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        detail = error.description or HTTPStatus(status).phrase
        if detail == type(error).description:  # werkzeug's own, without a cure
            detail = _DETAILS.get(status, detail)
        response = _for_reader(detail, problem(status, detail))
        for name, value in error.get_response().headers:
            if name in ("Allow", "Location", "WWW-Authenticate"):
                response.headers[name] = value
        return response


def _detail_of(error: Exception) -> str:
    return without_folder(str(error), current_app.extensions["models"])


def _for_reader(detail: str, answer: Response, *, closest: Sequence[str] = ()) -> Response:
    """The answer, or an equivalent page if a browser asks for one of the explorer's pages or an unknown one."""
    is_page = request.blueprint == "explorer" or (request.endpoint is None and "model" in current_app.extensions)
    if not is_page or request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) != "text/html":
        return answer
    title = HTTPStatus(answer.status_code).phrase
    try:
        snapshot = current_snapshot(current_app)
    except ArtefactError:  # pages show the number of articles, and so need a model
        return answer
    page = render_page(snapshot, "problem.html", title=title, detail=detail.rstrip("."), closest=closest)
    page.status_code = answer.status_code
    return page
