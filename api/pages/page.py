"""Pages for people: what they have in common, and what a browser may load for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from flask import Response, current_app, render_template, request

from api.http import POLICY, deliver
from api.state import Snapshot

HTML = "text/html; charset=utf-8"
# Pictures come from wherever articles have theirs; all else is the page's own.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def render_page(serving: Snapshot, template: str, **values: Any) -> Response:
    """A page of a template, of this moment: an editor wants to see what is, and not what was a minute ago."""
    request.environ[POLICY] = _POLICY
    articles = len(serving.recommender)
    text = render_template(template, serving=serving, articles=articles, report=report_path().is_file(), **values)
    return deliver(replace(serving, tag=None), text.encode(errors="replace"), HTML)


def report_path() -> Path:
    """Where the evaluation report is, if there is one: beside the models."""
    return cast("Path", current_app.extensions["models"]) / "report.html"
