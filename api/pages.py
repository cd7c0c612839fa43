"""Pages for people: what they have in common, and what a browser may load for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from flask import Response, current_app, render_template, request

from api.door import POLICY
from api.serving import Serving
from api.views import deliver

HTML = "text/html; charset=utf-8"
# Pictures come from wherever articles have theirs; all else is the page's own.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(serving: Serving, template: str, **values: Any) -> Response:
    """A page of a template, of this moment: an editor wants to see what is, and not what was a minute ago."""
    request.environ[POLICY] = _POLICY
    articles = len(serving.recommender)
    text = render_template(template, serving=serving, articles=articles, report=report().is_file(), **values)
    return deliver(replace(serving, tag=None), text.encode(errors="replace"), HTML)


def report() -> Path:
    """Where the evaluation report is, if there is one: beside the models."""
    return cast("Path", current_app.extensions["models"]) / "report.html"
