"""Types of answers, from which the OpenAPI document is generated."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from recommender import Explanation


class EntryProvider(Struct, omit_defaults=True):
    """The publisher of an article."""

    name: str | UnsetType = UNSET
    domain: str | UnsetType = UNSET


class EntryImage(Struct, omit_defaults=True):
    """An image of an article."""

    url: str
    width: int | str | UnsetType = UNSET
    height: int | str | UnsetType = UNSET


class RelatedEntry(Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """The public fields of an article, as an item of a `related` list; with `fields`, only those requested."""

    title: Annotated[str, Meta(description="Always there, unless `fields` leaves it out.")] | UnsetType = UNSET
    excerpt: str | UnsetType = UNSET
    published_date_time: str | UnsetType = UNSET
    date: str | UnsetType = UNSET
    pub_date: str | UnsetType = UNSET
    publish_date: str | UnsetType = UNSET
    published_at: str | UnsetType = UNSET
    publication_date: str | UnsetType = UNSET
    date_published: str | UnsetType = UNSET
    date_published_in_snake_case: str | UnsetType = field(default=UNSET, name="date_published")
    published_at_in_snake_case: str | UnsetType = field(default=UNSET, name="published_at")
    published_date_in_snake_case: str | UnsetType = field(default=UNSET, name="published_date")
    created: str | UnsetType = UNSET
    created_at_in_snake_case: str | UnsetType = field(default=UNSET, name="created_at")
    created_at: str | UnsetType = UNSET
    date_created: str | UnsetType = UNSET
    url: Annotated[str, Meta(description="Its address on the site, if no other key has one.")] | UnsetType = UNSET
    source_url: str | UnsetType = UNSET
    web_url: str | UnsetType = UNSET
    amp_url: str | UnsetType = UNSET
    amp_web_url: str | UnsetType = UNSET
    cdn_amp_url: str | UnsetType = UNSET
    cdn_amp_web_url: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    provider: EntryProvider | UnsetType = UNSET
    quality: int | str | UnsetType = UNSET
    images: Annotated[list[EntryImage], Meta(max_length=1)] | UnsetType = UNSET
    id: Annotated[str, Meta(description="Only with `fields`.")] | UnsetType = UNSET
    path: Annotated[str, Meta(description="Of its file, relative to the corpus; only with `fields`.")] | UnsetType = (
        UNSET
    )
    score: Annotated[float, Meta(description="Only with `fields`.")] | UnsetType = UNSET


MOST_EXPLAINED = 20
"""Maximum number of entries of a list that are explained; each costs a millisecond."""


class RelatedResponse(Struct, omit_defaults=True):
    """The answer to a look-up."""

    id: str
    related: list[RelatedEntry]
    explain: (
        Annotated[
            list[Explanation],
            Meta(description=f"One item for each of the first {MOST_EXPLAINED} entries, if `explain` is true."),
        ]
        | UnsetType
    ) = UNSET


class RelatedListsResponse(Struct):
    """The answer to a look-up of several IDs: their lists in this order, and the IDs that no article answers to."""

    lists: list[RelatedResponse]
    unknown: list[str]


class SuggestionsResponse(Struct, omit_defaults=True):
    """The answer to a draft."""

    related: list[RelatedEntry]
    ignored: Annotated[list[str], Meta(description="Members of the draft that were ignored.")] | UnsetType = UNSET


class ArticleResponse(Struct):
    """One article."""

    id: str
    article: RelatedEntry


class ArticlesResponse(Struct, omit_defaults=True):
    """Articles, newest first."""

    articles: list[ArticleResponse]
    next: Annotated[str, Meta(description="The cursor of the next page, if there is one.")] | UnsetType = UNSET


class HealthResponse(Struct):
    """The process answers."""

    status: Literal["ok"]


class RefusedModel(Struct):
    """The model in use, if it was refused; the previous one continues to answer."""

    version: str
    reason: str


class LiveArticleCounts(Struct):
    """Numbers of articles posted and withdrawn since the model was trained, and problems of storing them."""

    articles: int
    withdrawn: int
    problems: list[str]


class ReadyResponse(Struct):
    """The model that answers."""

    status: Literal["ready"]
    version: str | None
    created: str | None
    articles: int
    refused: RefusedModel | None
    live: LiveArticleCounts


class StoreReadyResponse(Struct):
    """The answers in the store: their model, their longest list, and when they were loaded."""

    status: Literal["ready"]
    version: str
    articles: int
    limit: int
    loaded: str


class PostedResponse(Struct):
    """A posted article: its list, and the IDs of the articles whose lists it enters."""

    id: str
    related: list[RelatedEntry]
    enters: list[str]
    problems: list[str]


class WithdrawnResponse(Struct):
    """A withdrawn article, and the IDs of the articles whose lists it leaves."""

    id: str
    leaves: list[str]


class ProblemDetails(Struct, omit_defaults=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    parameter: Annotated[str, Meta(description="The wrong parameter, or the wrong member of the body.")] | UnsetType = (
        UNSET
    )
    allowed: Annotated[str, Meta(description="What it must be.")] | UnsetType = UNSET
    closest: Annotated[list[str], Meta(description="The known IDs closest to an unknown one.")] | UnsetType = UNSET
