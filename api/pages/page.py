"""Common parts of all pages: layout values, content security policy, template filters."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, render_template, request
from markupsafe import Markup
from msgspec import ValidationError

from api.http import POLICY, deliver, uncached
from api.state import Snapshot
from recommender.inspection import Inspection

HTML = "text/html; charset=utf-8"
# Images may come from any site that an article names; everything else is same-origin.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def render_page(snapshot: Snapshot, template: str, **values: Any) -> Response:
    """Render a page from a template; it must not be cached, since editors want to see the current state."""
    request.environ[POLICY] = _POLICY
    html = render_template(template, snapshot=snapshot, report=report_path().is_file(), **values)
    return deliver(None, html.encode(errors="replace"), HTML)


def render_refusal(status: HTTPStatus) -> Response:
    """The page that a server without a model shows in place of every page that needs one."""
    request.environ[POLICY] = _POLICY
    page = uncached(render_template("refusal.html").encode(), HTML)
    page.status_code = status
    return page


def inspection_of(snapshot: Snapshot) -> Inspection | None:
    """The inspection of the model's corpus; `None` if there is none, or it is in the format of another version."""
    try:
        return None if snapshot.inspection is None else Inspection.from_mapping(snapshot.inspection)
    except ValidationError:
        return None


def report_path() -> Path:
    """The path of the evaluation report beside the models, whether or not there is one."""
    return models_path() / "report.html"


def models_path() -> Path:
    """The folder of the server's models."""
    return cast("Path", current_app.extensions["models"])


def register_filters(app: Flask) -> None:
    """Add the template filter `code`, which formats text between backticks as code."""
    app.add_template_filter(mark_code, "code")


def mark_code(text: str) -> Markup:
    """A text as HTML, with text between backticks as code."""
    code = Markup("<code>{}</code>")
    parts = text.split("`")
    return Markup("").join(code.format(part) if index % 2 else part for index, part in enumerate(parts))
