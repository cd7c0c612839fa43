"""Responses: those that caches may keep, and those that are true of the moment only."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app, request

from api.http.caching import JSON, Deliverer
from api.state import Tagged


def deliver(source: Tagged, body: bytes, mimetype: str = JSON) -> Response:
    """An answer that depends on the model or the store and the request alone: caches may keep it."""
    delivery = cast("Deliverer", current_app.extensions["deliverer"])(request.environ, source, body, mimetype)
    return Response(delivery.body, delivery.status, delivery.headers)


def uncached(body: bytes, content_type: str = JSON) -> Response:
    """An answer that no cache may keep."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
