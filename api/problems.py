"""Errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from api.reading import WrongRequestError
from recommender import UnknownArticleError


def problem(status: int, detail: str, **members: object) -> Response:
    """One problem: its status, a sentence, and members of its own; those that are `None` are left out."""
    values = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    values.update({name: value for name, value in members.items() if value is not None})
    body = json.dumps(values, ensure_ascii=False).encode(errors="replace")  # half a surrogate pair is no UTF-8
    response = Response(body, status=status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def unknown(error: UnknownArticleError) -> Response:
    """The problem that no article answers to an ID or an address."""
    return problem(HTTPStatus.NOT_FOUND, str(error), closest=list(error.closest))


def register(app: Flask) -> None:
    """Make every error of the application a problem."""

    app.register_error_handler(UnknownArticleError, unknown)

    @app.errorhandler(WrongRequestError)
    def wrong(error: WrongRequestError) -> Response:
        return problem(HTTPStatus.BAD_REQUEST, str(error), parameter=error.parameter, allowed=error.allowed)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        response = problem(status, error.description or HTTPStatus(status).phrase)
        for name, value in error.get_response().headers:
            if name in ("Allow", "Location", "WWW-Authenticate"):
                response.headers[name] = value
        return response
