"""The operations that show a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask import Response

from api.http import JSON, CorpusQuery, CorpusSelection, OperationGroup
from api.pages.cards import Card
from api.pages.corpus import plots
from api.pages.corpus.download import csv_of, json_of
from api.pages.corpus.rows import Row, rows_of
from api.pages.corpus.selected import Selected
from api.pages.page import inspection_of, render_page
from api.state import has_token, visible_snapshot
from recommender.inspection import problem_lines, summary_of, tables_of
from recommender.overview import STATES, Figures, JudgedColumns

_MOST_OPTIONS = 300  # maximum number of providers and topics offered in a field

operations = OperationGroup("explorer", described=False)


@operations.operation("GET", "/corpus", response="text/html")
def corpus(query: CorpusQuery) -> Response:
    """Every article in a table with filters, figures, and what was read when the model was trained."""
    snapshot = visible_snapshot()
    selected = Selected(snapshot, query)
    overview, size = selected.overview, query.size
    pages = max(1, -(-len(selected) // size))
    page = min(query.page, pages)
    first = (page - 1) * size
    found = rows_of(overview, selected.positions[first : first + size].tolist(), selected.judged)
    figures, inspection = Figures.of(overview, shown=selected.shown), inspection_of(snapshot)
    if inspection is not None and not has_token():
        inspection = inspection.without_names()
    return render_page(
        snapshot,
        "corpus.html",
        selected=selected,
        figures=figures,
        plots={
            "coverage": plots.coverage(figures),
            "periods": plots.periods(figures),
            "bins": list(plots.bins(figures)),
            "languages": plots.languages(figures),
        },
        usual_score=overview.usual_score,
        limit=overview.limit,
        hub_from=overview.hub_from,
        providers=overview.providers.counts(selected.shown)[:_MOST_OPTIONS],
        topics=overview.topics.counts(selected.shown)[:_MOST_OPTIONS],
        languages=overview.languages.counts(selected.shown),
        state_names=STATES,
        rows=[(row, Card.of(row.article.entry)) for row in found],
        first=first,
        page=page,
        pages=pages,
        size=size,
        inspection=inspection,
        facts=summary_of(inspection) if inspection else {},
        tables=tables_of(inspection) if inspection else [],
        problems=list(problem_lines(inspection)) if inspection else [],
    )


@operations.operation("GET", "/corpus.csv", response="text/csv")
def corpus_csv(query: CorpusSelection) -> Response:
    """The articles of the table, on all of its pages, as CSV."""
    return _download(query, csv_of, "text/csv; charset=utf-8", "corpus.csv")


@operations.operation("GET", "/corpus.json", response="application/json")
def corpus_json(query: CorpusSelection) -> Response:
    """The articles of the table, on all of its pages, as JSON."""
    return _download(query, json_of, JSON, "corpus.json")


def _download(
    query: CorpusSelection,
    write: Callable[[Iterable[Row], JudgedColumns | None], Iterator[bytes]],
    content_type: str,
    name: str,
) -> Response:
    selected = Selected(visible_snapshot(), query)
    rows = rows_of(selected.overview, selected.positions.tolist(), selected.judged)
    response = Response(write(rows, selected.judged), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
