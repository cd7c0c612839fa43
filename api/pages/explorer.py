"""The explorer: pages on which an editor sees which articles belong together, and why."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, current_app, request

from api.http import POLICY, DraftForm, ExploreQuery, HomeQuery, NoParameters, Reader, enforced_published
from api.pages.cards import Card
from api.pages.controls import Controls
from api.pages.exploration import Exploration
from api.pages.page import HTML, render_page, report_path
from api.state import current
from recommender import Article

_SHOWN, _MOST = 20, 100  # articles that a search shows, and may show
_OTHERS = 6  # that are offered to be asked about
_FORM = "application/x-www-form-urlencoded"
_REPORT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

blueprint = Blueprint("explorer", __name__)
_home = Reader(HomeQuery)
_explore = Reader(ExploreQuery)
_draft = Reader(DraftForm, what="field")
_no_parameters = Reader(NoParameters)


@blueprint.get("/")
def home() -> Response:
    """The newest articles, or those that a search finds."""
    asked = _home.of_query(request)
    serving = current(current_app)
    question, limit = (asked.q or "").strip(), asked.limit or _SHOWN
    found = _cards(serving.recommender.search_titles(question, limit=limit + 1, published=enforced_published()))
    return render_page(
        serving,
        "home.html",
        question=question,
        found=found[:limit],
        cut=len(found) > limit,
        more=min(5 * limit, _MOST) if len(found) > limit and limit < _MOST else None,
    )


@blueprint.get("/explore")
def explore() -> Response:
    """An article, what its editors linked and what is suggested, and why."""
    asked = _explore.of_query(request)
    serving = current(current_app)
    controls = Controls.of(serving.recommender, asked)
    view = Exploration(
        controls.over(serving.recommender), asked.id, controls, other=asked.other or "", published=enforced_published()
    )
    question = (asked.q or "").strip()
    others = (
        serving.recommender.search_titles(question, limit=_OTHERS, published=enforced_published()) if question else []
    )
    return render_page(
        serving,
        "explore.html",
        view=view,
        controls=controls,
        question=question,
        others=_cards(others),
    )


@blueprint.get("/draft")
def draft() -> Response:
    """A form for a text that is still being written."""
    _no_parameters.of_query(request)
    return render_page(current(current_app), "draft.html", draft=DraftForm(), found=[])


@blueprint.post("/draft")
def suggest() -> Response:
    """The same with suggestions; nothing of the text is kept anywhere."""
    _no_parameters.of_query(request)
    if request.mimetype != _FORM:
        given = request.mimetype[:100]
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type is {given!r}; it must be {_FORM}")
    asked = _draft.of_form(request)
    serving = current(current_app)
    found = []
    if asked.title.strip() or asked.excerpt.strip():
        found = serving.recommender.related_to_text(
            asked.title, asked.excerpt, date=asked.date or None, published=enforced_published()
        )
    scored = [(one.article.id, Card.of(one.article.entry), one.score) for one in found]
    return render_page(serving, "draft.html", draft=asked, found=scored)


@blueprint.get("/report")
def report() -> Response:
    """The evaluation report that lies beside the models, if one does."""
    _no_parameters.of_query(request)
    place = report_path()
    if not place.is_file():
        abort(HTTPStatus.NOT_FOUND, f"`recommender evaluate CORPUS --report {place}` makes it")
    request.environ[POLICY] = _REPORT
    return Response(place.read_bytes(), content_type=HTML, headers={"Cache-Control": "no-store"})


def _cards(articles: list[Article]) -> list[tuple[str, Card]]:
    return [(article.id, Card.of(article.entry)) for article in articles]
