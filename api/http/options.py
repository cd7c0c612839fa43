"""List options of a request, in the library's terms."""

from __future__ import annotations

from typing import cast

from flask import current_app
from msgspec import UNSET

from api.http.schemas import ArticleListOptions, ListOptions, PublishedOnly
from recommender.ranking import Options


def ranking_options(asked: ListOptions) -> Options:
    """The options that a request names; what the configuration forces comes before what the request wants."""
    options: Options = {}
    if asked.min_score is not UNSET:
        options["min_score"] = asked.min_score
    if published := enforced_published() or asked.published:
        options["published"] = published
    if asked.exclude:
        options["exclude"] = asked.exclude.split(",")
    if asked.max_age_days is not UNSET:
        options["max_age_days"] = asked.max_age_days
    if asked.provider_cap:
        options["provider_cap"] = asked.provider_cap
    if isinstance(asked, ArticleListOptions) and asked.curated is not UNSET:
        options["curated"] = asked.curated
    return options


def enforced_published() -> PublishedOnly | None:
    """What the configuration says of unpublished articles, whatever is asked for."""
    return cast("PublishedOnly | None", current_app.extensions["published"])
