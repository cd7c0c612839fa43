"""The box under an article: a fragment of a page, and the script that draws one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request

from api import schemas
from api.cards import Card
from api.door import POLICY
from api.pages import HTML
from api.reading import Reader
from api.serving import Tagged, current
from api.views import deliver, options_of
from recommender.articles import Entry

_SCRIPT = "text/javascript; charset=utf-8"
_HEADING = "Related"
# For who looks at the fragment alone; in a page, the page's own policy counts.
_POLICY = "default-src 'none'; img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

blueprint = Blueprint("box", __name__)
_box = Reader(schemas.Box)
_nothing = Reader(schemas.Nothing)


@blueprint.get("/articles/<id:id>/related.html")
def fragment(id: str) -> Response:
    """The list of an article as HTML to be put into its page; nothing where there is nothing."""
    asked = _box.of_query(request)
    serving = current(current_app)
    suggestions = serving.recommender.related(id, limit=asked.limit or None, **options_of(asked))
    return boxed(serving, [suggestion.article.entry for suggestion in suggestions], asked.heading or None)


@blueprint.get("/widget.js")
def widget() -> Response:
    """The script."""
    _nothing.of_query(request)
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
    return (Path(__file__).parent / "static" / "widget.js").read_bytes()
