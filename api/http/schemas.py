"""What goes in and out, declared once: requests are read by it, and the OpenAPI document is made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Limit = Annotated[int, Meta(ge=1, le=100, description="Entries at most; by default as the model's settings say.")]
Date = Annotated[
    str,
    Meta(
        description="When the article appears, ISO 8601; without it, time counts for nothing.",
        extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]},
    ),
]
Heading = Annotated[str, Meta(min_length=1, max_length=100, description="What stands above the list: `Related`.")]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        description="The article's address; scheme, `www.`, fragment and trailing slash don't matter.",
    ),
]

PublishedOnly = Literal["only"]


class RequestFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a request may say."""


class ListOptions(RequestFields, frozen=True, kw_only=True):
    """What may be in a list."""

    limit: Limit | UnsetType = UNSET
    min_score: Annotated[float, Meta(ge=0, le=1, description="Leaves out suggestions that score less.")] | UnsetType = (
        UNSET
    )
    published: (
        Annotated[
            Literal["any", "only"],
            Meta(description="`only` leaves out articles that say `published: false`."),
        ]
        | UnsetType
    ) = UNSET
    exclude: (
        Annotated[
            str,
            Meta(
                title="IDs with commas between them, at most 100, each of 1 to 1000 characters",
                pattern="^[^,]{1,1000}(,[^,]{1,1000}){0,99}$",
                description="What is not to be in the list.",
            ),
        ]
        | UnsetType
    ) = UNSET
    max_age_days: (
        Annotated[
            float,
            Meta(
                ge=0,
                le=100_000,
                description="Leaves out what is older than the article by more days, and what has no date.",
            ),
        ]
        | UnsetType
    ) = UNSET
    provider_cap: Annotated[int, Meta(ge=1, le=100, description="Suggestions of one provider at most.")] | UnsetType = (
        UNSET
    )


class ArticleListOptions(ListOptions, frozen=True, kw_only=True):
    """What an article's list may be asked to be."""

    curated: (
        Annotated[
            Literal["ignore", "first"],
            Meta(description="`first` begins the list with what the article's editors linked."),
        ]
        | UnsetType
    ) = UNSET


class FragmentQuery(ArticleListOptions, frozen=True, kw_only=True):
    """What the fragment of a page may be asked to be."""

    heading: Heading | UnsetType = UNSET


class LookUpQuery(ArticleListOptions, frozen=True, kw_only=True):
    """What a look-up may ask for."""

    explain: Annotated[bool, Meta(description="Whether to say why, entry by entry.")] | UnsetType = UNSET


class LookUpByUrlQuery(LookUpQuery, frozen=True, kw_only=True):
    """The same by address."""

    url: Url


class StoreLookUpQuery(RequestFields, frozen=True, kw_only=True):
    """What a look-up may ask for where a store answers, which has the lists as they were exported."""

    limit: (
        Annotated[
            int,
            Meta(ge=1, le=100, description="Entries at most, and no more than were exported; by default so many."),
        ]
        | UnsetType
    ) = UNSET


class StoreLookUpByUrlQuery(StoreLookUpQuery, frozen=True, kw_only=True):
    """The same by address."""

    url: Url


class StoreFragmentQuery(StoreLookUpQuery, frozen=True, kw_only=True):
    """The same for the fragment of a page."""

    heading: Heading | UnsetType = UNSET


class SearchQuery(RequestFields, frozen=True, kw_only=True):
    """A search of the titles."""

    q: Annotated[
        str, Meta(min_length=1, max_length=200, description="Words, or parts of words, that a title must all hold.")
    ]
    limit: Annotated[int, Meta(ge=1, le=100, description="Articles at most; 10 by default.")] | UnsetType = UNSET


class HomeQuery(RequestFields, frozen=True, kw_only=True):
    """What the explorer's first page may be asked for."""

    q: Annotated[str, Meta(max_length=200, description="Words that a title must all hold.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="Articles at most; 20 by default.")] | UnsetType = UNSET


class TrialSettings(RequestFields, frozen=True, kw_only=True):
    """Settings that the explorer tries; without them it goes by those that were trained."""

    half_life_days: (
        Annotated[
            float,
            Meta(ge=0, le=100_000, description="Days apart that halve a score; 0 leaves time out."),
        ]
        | UnsetType
    ) = UNSET
    title_weight: Annotated[float, Meta(ge=0, le=1, description="The title's share of the similarity.")] | UnsetType = (
        UNSET
    )
    min_score: Annotated[float, Meta(ge=0, le=1, description="Leaves out suggestions that score less.")] | UnsetType = (
        UNSET
    )
    limit: Annotated[int, Meta(ge=1, le=100, description="Suggestions at most.")] | UnsetType = UNSET


class ExploreQuery(TrialSettings, frozen=True, kw_only=True):
    """One article in the explorer."""

    id: Annotated[str, Meta(min_length=1, description="The article's ID.")]
    other: Annotated[str, Meta(max_length=1000, description="An article to be told of why it is not suggested.")] | (
        UnsetType
    ) = UNSET
    q: Annotated[str, Meta(max_length=200, description="Words in the title of such an article.")] | UnsetType = UNSET


class DraftForm(RequestFields, frozen=True, kw_only=True):
    """An article that is still being written, from the explorer's form; all of it may be empty yet."""

    title: str = ""
    excerpt: str = ""
    date: Date | UnsetType = UNSET


class NoParameters(RequestFields, frozen=True, kw_only=True):
    """No parameters."""


class DraftBody(RequestFields, frozen=True, kw_only=True):
    """An article that is still being written."""

    title: Annotated[str, Meta(min_length=1)]
    excerpt: str | UnsetType = UNSET
    date: Date | UnsetType = UNSET


class EntryProvider(Struct, omit_defaults=True):
    """Who published an article."""

    name: str | UnsetType = UNSET
    domain: str | UnsetType = UNSET


class EntryImage(Struct, omit_defaults=True):
    """A picture of an article."""

    url: str
    width: int | str | UnsetType = UNSET
    height: int | str | UnsetType = UNSET


class RelatedEntry(Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """The public face of an article: an item of a `related` list."""

    title: str
    excerpt: str | UnsetType = UNSET
    published_date_time: str | UnsetType = UNSET
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


class ExplainedWord(Struct):
    """A word that two articles share, in lower case, and what it adds to their similarity."""

    word: str
    field: str
    contribution: float


class EntryExplanation(Struct):
    """Why an entry is in a list: its score is similarity times decay times weight."""

    id: str
    score: float
    similarity: float
    decay: Annotated[float, Meta(description="What the time between the two leaves of the similarity.")]
    weight: Annotated[float, Meta(description="The entry's own: articles that are near to everything weigh less.")]
    days_apart: Annotated[float | None, Meta(description="`null` where either has no date.")]
    words: list[ExplainedWord]


class RelatedResponse(Struct, omit_defaults=True):
    """The answer to a look-up."""

    id: str
    related: list[RelatedEntry]
    explain: (
        Annotated[list[EntryExplanation], Meta(description="One item an entry, where it was asked for.")] | UnsetType
    ) = UNSET


class SuggestionsResponse(Struct):
    """The answer to a draft."""

    related: list[RelatedEntry]


class ArticleResponse(Struct):
    """One article."""

    id: str
    article: RelatedEntry


class ArticlesResponse(Struct):
    """The articles that a search found, the newest first."""

    articles: list[ArticleResponse]


class HealthResponse(Struct):
    """The process is alive."""

    status: Literal["ok"]


class RefusedModel(Struct):
    """A model that was published and is not served."""

    version: str
    reason: str


class LiveArticleCounts(Struct):
    """What was posted and withdrawn since the model was trained; problems are those of keeping it."""

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
    """The answers in the store: which model gave them, how many entries they hold at most, when they were loaded."""

    status: Literal["ready"]
    version: str
    articles: int
    limit: int
    loaded: str


class PostedResponse(Struct):
    """An article that was posted: its list, and whose lists it enters."""

    id: str
    related: list[RelatedEntry]
    enters: list[str]
    problems: list[str]


class WithdrawnResponse(Struct):
    """An article that was withdrawn, and whose lists it leaves."""

    id: str
    leaves: list[str]


class ProblemDetails(Struct, omit_defaults=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    parameter: Annotated[str, Meta(description="The parameter, or the body's member, that is wrong.")] | UnsetType = (
        UNSET
    )
    allowed: Annotated[str, Meta(description="What it may be.")] | UnsetType = UNSET
    closest: Annotated[list[str], Meta(description="The known IDs closest to an unknown one.")] | UnsetType = UNSET


def is_date(text: str) -> bool:
    """Whether a text is a date, or a date and a time, in ISO 8601."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
