"""`Selected`: the articles that a request selects, sorted, and the parameters of its address."""

from __future__ import annotations

from datetime import date

import numpy as np
from msgspec import UNSET, structs
from numpy.typing import NDArray

from api.http import CorpusSelection
from api.pages.page import report_path
from api.state import Snapshot, has_token
from recommender.overview import JudgedArticles, JudgedColumns, Selection, Sort


class Selected:
    """The articles of a snapshot that a query selects.

    Attributes:
        overview: all articles of the snapshot.
        shown: bool (articles,) which may be shown: all with the server's token, else only public ones.
        judged: the group of judged articles that they belong to, if the query names one.
        positions: int64 (selected,) the selected ones, sorted.
        parameters: the query as parameters of an address, without the page.
    """

    def __init__(self, snapshot: Snapshot, query: CorpusSelection) -> None:
        self.overview = snapshot.overview.get()
        self.shown: NDArray[np.bool_] = np.ones(len(self.overview), np.bool_) if has_token() else self.overview.public
        self.parameters = {
            field.encode_name: str(value)
            for field in structs.fields(query)
            if field.name != "page" and (value := getattr(query, field.name)) != field.default
        }
        self.sort: Sort = query.sort
        self.ascending = query.order == "ascending"
        self.judged: JudgedColumns | None = None
        if query.group:
            self.judged = JudgedColumns.of(
                JudgedArticles.read(report_path()),
                self.overview,
                query.group,
                measure=query.measure,
                other=query.system,
            )
        selection = Selection(
            since=_day(query.since),
            until=_day(query.until),
            provider=query.provider,
            topic=query.topic,
            language=query.language,
            state=None if query.state == "any" else query.state,
            judged=self.judged,
            least_suggested=None if query.least_suggested is UNSET else query.least_suggested,
            most_suggested=None if query.most_suggested is UNSET else query.most_suggested,
            sort=self.sort,
            ascending=self.ascending,
        )
        self.positions = selection.positions(self.overview, shown=self.shown)

    def __len__(self) -> int:
        """The number of selected articles."""
        return len(self.positions)

    @property
    def conditions(self) -> dict[str, str]:
        """The parameters that select and sort, without the page size."""
        return {name: value for name, value in self.parameters.items() if name != "size"}

    def sorted_by(self, sort: Sort) -> dict[str, str]:
        """The parameters of the same articles with this sort key; if it is the current one, with the order reversed."""
        changed = self.parameters | {"sort": sort, "order": "ascending"}
        if sort != self.sort or self.ascending:
            del changed["order"]
        if sort == "date":
            del changed["sort"]
        return changed


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
