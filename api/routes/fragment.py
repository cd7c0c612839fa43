"""An article's list as an HTML fragment, and the script that fetches a list and inserts it into a page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import Response, current_app, render_template, request

from api.http import POLICY, Example, FragmentQuery, OperationGroup, deliver, ranking_options
from api.pages import HTML, Card
from api.state import current_snapshot, visible_snapshot
from recommender.articles import Entry

_SCRIPT = "text/javascript; charset=utf-8"
_HEADING = "Related"
# Applies if a browser shows the fragment by itself; within a page, the page's own policy applies.
_POLICY = "default-src 'none'; img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

operations = OperationGroup("box")  # dashboards know the routes by this name


@operations.operation(
    "GET",
    "/articles/{id}/related.html",
    response="text/html",
    problems=(404,),
    cacheable=True,
    example=Example(query={"limit": "3"}),
)
def fragment(id: str, query: FragmentQuery) -> Response:
    """The same list as HTML to insert into a page, for sites without scripts; empty if the list is."""
    snapshot = visible_snapshot()
    suggestions = snapshot.recommender.related(id, limit=query.limit or None, **ranking_options(query))
    return render_fragment(snapshot.tag, [one.article.entry for one in suggestions], query.heading or None)


@operations.operation("GET", "/widget.js", response="text/javascript", cacheable=True)
def widget() -> Response:
    """The script that puts a list into a page."""
    return deliver_widget(current_snapshot(current_app).tag)


def render_fragment(tag: str | None, entries: Iterable[Entry], heading: str | None) -> Response:
    """Entries as a fragment, without those that have no address or no title."""
    cards = [card for entry in entries if (card := Card.of(entry)).address and card.title]
    html = render_template("related.html", cards=cards, heading=heading or _HEADING)
    request.environ[POLICY] = _POLICY
    return deliver(tag, html.strip().encode(errors="replace"), HTML)


def deliver_widget(tag: str | None) -> Response:
    """The script; caches may keep it as long as the answers of the same tag."""
    return deliver(tag, _widget(), _SCRIPT)


@cache
def _widget() -> bytes:
    return (Path(current_app.static_folder or "") / "widget.js").read_bytes()
