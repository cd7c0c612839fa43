"""List options of a request as options of the library.

`api/README.md` says how to add one.
"""

from __future__ import annotations

from typing import cast

from flask import current_app
from msgspec import UNSET

from api.http.request_types import ArticleListOptions, ArticleQuery, DraftQuery, ListOptions, LookUpQuery
from recommender.ranking import Options


def ranking_options(query: ListOptions) -> Options:
    """The options given in a query."""
    options: Options = {}
    if query.min_score is not UNSET:
        options["min_score"] = query.min_score
    if query.published:
        options["published"] = query.published
    if query.exclude:
        options["exclude"] = query.exclude.split(",")
    if query.max_age_days is not UNSET:
        options["max_age_days"] = query.max_age_days
    if query.provider_cap:
        options["provider_cap"] = query.provider_cap
    if isinstance(query, ArticleListOptions):
        if query.curated is not UNSET:
            options["curated"] = query.curated
        if query.fill is not UNSET:
            options["fill"] = query.fill
    return options


def entry_fields(query: LookUpQuery | DraftQuery | ArticleQuery) -> tuple[str, ...]:
    """The fields of each entry, from the query or else the configuration; empty for whole entries."""
    if query.fields:
        return tuple(query.fields.split(","))
    return cast("tuple[str, ...]", current_app.extensions["fields"])
