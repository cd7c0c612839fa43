"""The OpenAPI document, and the page that shows it with Swagger UI, whose files are served from here."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version as installed_version
from importlib.resources import files

import msgspec
from flask import Response, current_app, request

from api.docs.code_samples import SERVER
from api.docs.document import openapi_document
from api.http import EXAMPLE_IDS, POLICY, OperationGroup, deliver, uncached
from api.pages import render_page
from api.state import visible_snapshot

_PACKAGE = "flask-swagger-ui"  # its blueprint is not used, since its page has an inline script
# The policy of the other pages, except for images: the viewer's style sheet embeds its icons.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

operations = OperationGroup("operations")
viewer_operations = OperationGroup("docs", described=False)


@operations.operation("GET", "/openapi.json", response="application/json")
def document() -> Response:
    """The OpenAPI document that describes the operations."""
    return uncached(msgspec.json.encode(openapi_document(current_app.extensions["operations"])))


@viewer_operations.operation("GET", "/docs", response="text/html")
def page() -> Response:
    """The document as a page for trying requests."""
    response = render_page(
        visible_snapshot(),
        "docs.html",
        document=openapi_document(current_app.extensions["operations"]),
        example_server=SERVER,
        example_ids=EXAMPLE_IDS,
    )
    request.environ[POLICY] = _POLICY
    return response


@viewer_operations.operation("GET", "/docs/swagger-ui-bundle.js", response="text/javascript", cacheable=True)
def viewer_script() -> Response:
    """The viewer's script."""
    return _deliver_file("swagger-ui-bundle.js", "text/javascript; charset=utf-8")


@viewer_operations.operation("GET", "/docs/swagger-ui.css", response="text/css", cacheable=True)
def viewer_styles() -> Response:
    """The viewer's style sheet."""
    return _deliver_file("swagger-ui.css", "text/css; charset=utf-8")


def _deliver_file(name: str, mimetype: str) -> Response:
    return deliver(installed_version(_PACKAGE), _content_of(name), mimetype, is_file=True)


@cache
def _content_of(name: str) -> bytes:
    return (files("flask_swagger_ui") / "dist" / name).read_bytes()
