"""The box under an article: a fragment of a page, and the script that draws one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request

from api.http import POLICY, FragmentQuery, NoParameters, Reader, deliver, list_options
from api.pages import HTML, Card
from api.state import Tagged, current
from recommender.articles import Entry

_SCRIPT = "text/javascript; charset=utf-8"
_HEADING = "Related"
# For who looks at the fragment alone; in a page, the page's own policy counts.
_POLICY = "default-src 'none'; img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

blueprint = Blueprint("box", __name__)
_box = Reader(FragmentQuery)
_no_parameters = Reader(NoParameters)


@blueprint.get("/articles/<id:id>/related.html")
def fragment(id: str) -> Response:
    """The list of an article as HTML to be put into its page; nothing where there is nothing."""
    asked = _box.of_query(request)
    serving = current(current_app)
    suggestions = serving.recommender.related(id, limit=asked.limit or None, **list_options(asked))
    return boxed(serving, [suggestion.article.entry for suggestion in suggestions], asked.heading or None)


@blueprint.get("/widget.js")
def widget() -> Response:
    """The script."""
    _no_parameters.of_query(request)
    return script(current(current_app))


def boxed(serving: Tagged, entries: Iterable[Entry], heading: str | None) -> Response:
    """Entries as the fragment."""
    # What has no address would be a title that leads nowhere.
    cards = [card for entry in entries if (card := Card.of(entry)).address]
    part = render_template("related.html", cards=cards, heading=heading or _HEADING)
    request.environ[POLICY] = _POLICY
    return deliver(serving, part.strip().encode(errors="replace"), HTML)


def script(serving: Tagged) -> Response:
    """The script, for as long as what answers stays."""
    return deliver(serving, _script(), _SCRIPT)


@cache
def _script() -> bytes:
    return (Path(current_app.static_folder or "") / "widget.js").read_bytes()
