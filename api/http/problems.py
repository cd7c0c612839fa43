"""Errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response

from recommender.errors import UnknownArticleError


def problem(status: int, detail: str, **members: object) -> Response:
    """A problem document: a status, a sentence, and extension members (those that are `None` are left out)."""
    values = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    values.update({name: value for name, value in members.items() if value is not None})
    body = json.dumps(values, ensure_ascii=False).encode(errors="replace")  # UTF-8 can't encode a lone surrogate
    response = Response(body, status=status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def unknown(error: UnknownArticleError) -> Response:
    """The problem of an unknown ID or address."""
    closest = None if error.closest is None else list(error.closest)
    return problem(HTTPStatus.NOT_FOUND, str(error), closest=closest)


def unavailable(detail: str) -> Response:
    """The problem of a request that can't be answered at the moment."""
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    response.headers["Retry-After"] = "1"  # second
    return response
