"""Responses: those that caches may keep, and those that they may not."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app, request

from api.http.caching import JSON, Deliverer
from api.http.parameters import Reader
from api.http.schemas import NoParameters
from api.state import Tagged

_no_parameters = Reader(NoParameters)


def deliver(serving: Tagged, body: bytes, mimetype: str = JSON) -> Response:
    """An answer that the model or the store alone makes: caches may keep it."""
    delivery = cast("Deliverer", current_app.extensions["deliverer"])(request.environ, serving, body, mimetype)
    return Response(delivery.body, delivery.status, delivery.headers)


def uncached(body: bytes, mimetype: str = JSON) -> Response:
    """An answer that is true of this moment."""
    _no_parameters.of_query(request)
    response = Response(body, content_type=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response
