"""List options of a request as options of the library."""

from __future__ import annotations

from typing import cast

from flask import current_app
from msgspec import UNSET

from api.http.request_types import ArticleQuery, DraftQuery, ListOptions, LookUpQuery
from recommender.ranking import Options


def ranking_options(query: ListOptions) -> Options:
    """The options given in a query."""
    given = {name: value for name in Options.__annotations__ if (value := getattr(query, name, UNSET)) is not UNSET}
    if "exclude" in given:
        given["exclude"] = given["exclude"].split(",")
    return cast("Options", given)


def entry_fields(query: LookUpQuery | DraftQuery | ArticleQuery) -> tuple[str, ...]:
    """The fields of each entry, from the query or else the configuration; empty for whole entries."""
    if query.fields:
        return tuple(query.fields.split(","))
    return cast("tuple[str, ...]", current_app.extensions["fields"])
