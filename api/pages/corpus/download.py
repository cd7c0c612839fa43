"""Articles of a corpus as CSV and JSON, streamed row by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from more_itertools import chunked

from api.pages.corpus.rows import Row
from recommender.articles import get_entry_url
from recommender.overview import JudgedColumns

_AT_ONCE = 500  # rows that are sent together
_FORMULA = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=[;\r\n]))(?= *[=+\-@＝＋－＠])")
"""Where a cell may begin with a formula: many spreadsheets take `;` for a separator, even within quotes."""
_FIELDS = (
    *("id", "path", "title", "url", "date", "provider", "language", "topics"),
    *("states", "suggested", "best_score", "entries", "links"),
)


def csv_of(rows: Iterable[Row], judged: JudgedColumns | None) -> Iterator[bytes]:
    """A table with a heading, for spreadsheets: UTF-8 with a byte order mark; topics and states are joined by `; `.

    Possible formulas, also after a `;`, are prefixed with an apostrophe.
    """
    yield b"\xef\xbb\xbf" + _lines([(*_FIELDS, *map(_cell, _figures(judged)))])
    for some in chunked(rows, _AT_ONCE):
        yield _lines([_cell(value) for value in _values(row, judged).values()] for row in some)


def json_of(rows: Iterable[Row], judged: JudgedColumns | None) -> Iterator[bytes]:
    """`{"articles": […]}`, with `null` for unknown values."""
    start = b'{"articles":['
    for some in chunked(rows, _AT_ONCE):
        yield start + b",".join(msgspec.json.encode(_values(row, judged)) for row in some)
        start = b","
    yield start + b"]}" if start != b"," else b"]}"


def _figures(judged: JudgedColumns | None) -> tuple[str, ...]:
    systems = dict.fromkeys((judged.system, judged.other)) if judged else ()  # one, if no other system is named
    return tuple(f"{judged.measure} of {system}" for system in systems) if judged else ()


def _values(row: Row, judged: JudgedColumns | None) -> dict[str, Any]:
    article = row.article
    values = (
        *(article.id, article.path or None, article.title, get_entry_url(article.entry), row.day or None),
        *(row.provider or None, row.language or None, row.topics, row.states),
        *(row.suggested, round(row.best_score, 4), row.entries, row.links),
    )
    figures = dict(zip(_figures(judged), (row.ours, row.theirs), strict=False))
    return dict(zip(_FIELDS, values, strict=True)) | figures


def _cell(value: Any) -> str:
    if isinstance(value, int | float):
        return str(value)
    return _FORMULA.sub("'", "; ".join(value) if isinstance(value, list) else value or "")


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(errors="replace")
