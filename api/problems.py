"""Errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from recommender import UnknownArticleError


def problem(status: int, detail: str, **members: object) -> Response:
    """One problem: its status, a sentence, and members of its own."""
    values = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    body = json.dumps(values, ensure_ascii=False)
    return Response(body, status=status, mimetype="application/problem+json")


def register(app: Flask) -> None:
    """Make every error of the application a problem."""

    @app.errorhandler(UnknownArticleError)
    def unknown(error: UnknownArticleError) -> Response:
        return problem(HTTPStatus.NOT_FOUND, str(error), closest=list(error.closest))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        response = problem(status, error.description or HTTPStatus(status).phrase)
        for name, value in error.get_response().headers:
            if name in ("Allow", "WWW-Authenticate"):
                response.headers[name] = value
        return response
