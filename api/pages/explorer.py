"""The explorer: pages that show editors which articles belong together, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from flask import Response, abort, request

from api.http import POLICY, DraftForm, ExploreQuery, HomeQuery, OperationGroup, TrialSettings, uncached
from api.pages.cards import Card
from api.pages.controls import Controls
from api.pages.editing import EditableList, issue_form_token
from api.pages.exploration import Exploration
from api.pages.page import HTML, render_page, report_path
from api.state import visible_snapshot
from recommender import Article, Recommender

_PAGE = "text/html"
_CONSIDERED = 20  # articles among which an example is looked for
_MAX_ARTICLES = 100  # of a search
_OTHERS = 6  # articles offered for "Why not another?"
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

operations = OperationGroup("explorer", described=False)


@operations.operation("GET", "/", response=_PAGE)
def home(query: HomeQuery) -> Response:
    """The explorer: an example and the newest articles, or those that a search finds."""
    snapshot = visible_snapshot()
    words, limit = query.q.strip(), query.limit
    found = snapshot.recommender.search_titles(words, limit=limit + 1)
    example = None if words else _Example.first_of(snapshot.recommender, found[:_CONSIDERED])
    return render_page(
        snapshot,
        "home.html",
        question=words,
        example=example,
        found=_cards(article for article in found[:limit] if example is None or article.id != example.id),
        cut=len(found) > limit,
        more=min(5 * limit, _MAX_ARTICLES) if len(found) > limit and limit < _MAX_ARTICLES else None,
    )


@operations.operation("GET", "/explore", response=_PAGE, problems=(404,))
def explore(query: ExploreQuery) -> Response:
    """One article in the explorer: what is suggested, what editors linked, and why."""
    snapshot = visible_snapshot()
    controls = Controls.of(snapshot.recommender, query)
    recommender = controls.applied_to(snapshot.recommender)
    editable = EditableList(snapshot, query.id)
    view = Exploration(recommender, query.id, controls, other=query.other, linked=editable.linked)
    words = query.q.strip()
    others = snapshot.recommender.search_titles(words, limit=_OTHERS) if words else []
    return render_page(
        snapshot,
        "explore.html",
        view=view,
        editable=editable,
        undo_token=issue_form_token() if editable.last_change else "",
        controls=controls,
        question=words,
        others=_cards(others),
    )


@operations.operation("GET", "/settings.yaml", response="application/yaml")
def tried_settings(query: TrialSettings) -> Response:
    """Settings tried in the explorer, as a file for `recommender train --settings`."""
    controls = Controls.of(visible_snapshot().recommender, query)
    response = uncached(controls.yaml.encode(), "application/yaml")
    response.headers["Content-Disposition"] = 'attachment; filename="settings.yaml"'
    return response


@operations.operation("GET", "/draft", response=_PAGE)
def draft() -> Response:
    """The explorer's form for a draft."""
    return render_page(visible_snapshot(), "draft.html", draft=DraftForm(), found=[])


@operations.operation("POST", "/draft", response=_PAGE)
def suggest(form: DraftForm) -> Response:
    """The form for a draft with suggestions; the draft is not stored."""
    snapshot = visible_snapshot()
    suggestions = []
    if form.title.strip() or form.excerpt.strip():
        suggestions = snapshot.recommender.related_to_text(form.title, form.excerpt, date=form.date or None)
    found = [(one.article.id, Card.of(one.article.entry), one.score) for one in suggestions]
    return render_page(snapshot, "draft.html", draft=form, found=found)


@operations.operation("GET", "/report", response=_PAGE, problems=(404,))
def report() -> Response:
    """The evaluation report beside the models, with links from its articles and figures to the explorer."""
    path = report_path()
    if not path.is_file():
        abort(
            HTTPStatus.NOT_FOUND,
            "there is no evaluation report yet; `recommender evaluate CORPUS --report MODELS/report.html` makes one, "
            "where MODELS is the folder that this server reads its models from",
        )
    request.environ[POLICY] = _REPORT_POLICY
    page = path.read_bytes().replace(b" data-served-href=", b" href=")
    return Response(page, content_type=HTML, headers={"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class _Example:
    """An article whose list agrees with its editors.

    Attributes:
        linked: the number of its curated links.
        suggested: the number of those that are suggested; at least half.
    """

    id: str
    card: Card
    linked: int
    suggested: int

    @classmethod
    def first_of(cls, recommender: Recommender, articles: Iterable[Article]) -> Self | None:
        """The first of these articles that qualifies as an example; `None` if none does."""
        for article in articles:
            linked = {other.id for other in recommender.curated(article.id)}
            if not linked:
                continue
            suggested = linked & {one.article.id for one in recommender.related(article.id)}
            if 2 * len(suggested) >= len(linked):
                return cls(article.id, Card.of(article.entry), len(linked), len(suggested))
        return None


def _cards(articles: Iterable[Article]) -> list[tuple[str, Card]]:
    return [(article.id, Card.of(article.entry)) for article in articles]
