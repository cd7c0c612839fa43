"""Types of queries, bodies and forms, by which requests are parsed and the OpenAPI document is generated."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from recommender.articles import ENTRY_FIELDS
from recommender.curation import ActName
from recommender.overview import Sort, StateName
from recommender.ranking import CuratedOption, FillOption, MaxAgeDays, MinScore, ProviderCap, PublishedOption

LARGEST_BODY = 64 << 10  # bytes

Limit = Annotated[int, Meta(ge=1, le=100, description="Maximum number of entries; by default the model's setting.")]
DATE = Meta(extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]})
Date = Annotated[str, Meta(description="When the article is published, ISO 8601; without it, dates are ignored."), DATE]
Ids = Annotated[
    str,
    Meta(
        title="comma-separated IDs, at most 100, each of 1 to 1000 characters",
        pattern="^[^,]{1,1000}(,[^,]{1,1000}){0,99}$",
    ),
]
Heading = Annotated[str, Meta(min_length=1, max_length=100, description="The list's heading; by default `Related`.")]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        description="The article's address, or its path on the site; scheme, `www.`, default port, fragment, trailing "
        "slash and tracking parameters are ignored.",
    ),
]

Fields = Annotated[
    str,
    Meta(
        title=f"comma-separated names, of {', '.join(ENTRY_FIELDS)}",
        pattern="^({0})(,({0})){{0,99}}$".format("|".join(ENTRY_FIELDS)),
        description="The fields of each entry, in this order, without unknown ones; by default the whole entry.",
    ),
]

NOTHING = {"maxLength": 0}
"""The schema of an empty text, where a date may be left out."""

Day = Annotated[
    str,
    Meta(
        title="a day such as 2019-12-01, or nothing",
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        extra_json_schema={"anyOf": [{"format": "date"}, NOTHING]},
    ),
]
Label = Annotated[str, Meta(max_length=1000)]
Count = Annotated[int, Meta(ge=0, le=100_000_000)]


class RequestFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base class of queries, bodies and forms."""


class ListOptions(RequestFields, frozen=True, kw_only=True):
    """Options of any list."""

    limit: Limit | UnsetType = UNSET
    min_score: MinScore | UnsetType = UNSET
    published: PublishedOption | UnsetType = UNSET
    exclude: Annotated[Ids, Meta(description="IDs of articles to leave out of the list.")] | UnsetType = UNSET
    max_age_days: MaxAgeDays | UnsetType = UNSET
    provider_cap: ProviderCap | UnsetType = UNSET


class ArticleListOptions(ListOptions, frozen=True, kw_only=True):
    """Options of an article's list."""

    curated: CuratedOption | UnsetType = UNSET
    fill: FillOption | UnsetType = UNSET


class FragmentQuery(ArticleListOptions, frozen=True, kw_only=True):
    """The query of a list as HTML."""

    heading: Heading | UnsetType = UNSET


class LookUpQuery(ArticleListOptions, frozen=True, kw_only=True):
    """The query of a look-up by ID."""

    explain: Annotated[bool, Meta(description="Whether to explain each entry.")] | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET


class LookUpByUrlQuery(LookUpQuery, frozen=True, kw_only=True):
    """The query of a look-up by address, or of several look-ups by ID."""

    url: Url | UnsetType = UNSET
    ids: Annotated[Ids, Meta(description="The IDs of several articles, instead of `url`.")] | UnsetType = UNSET


class DraftQuery(ListOptions, frozen=True, kw_only=True):
    """The query of a draft's list."""

    fields: Fields | UnsetType = UNSET


class StoreLookUpQuery(RequestFields, frozen=True, kw_only=True):
    """The query of a look-up by ID in a store, which has the lists as exported."""

    limit: (
        Annotated[
            int,
            Meta(ge=1, le=100, description="Maximum number of entries; at most, and by default, as many as exported."),
        ]
        | UnsetType
    ) = UNSET


class StoreLookUpByUrlQuery(StoreLookUpQuery, frozen=True, kw_only=True):
    """The query of a look-up by address in a store."""

    url: Url


class StoreFragmentQuery(StoreLookUpQuery, frozen=True, kw_only=True):
    """The query of a list as HTML from a store."""

    heading: Heading | UnsetType = UNSET


class ArticleQuery(RequestFields, frozen=True, kw_only=True):
    """The query of a single article."""

    fields: Fields | UnsetType = UNSET


class ArticlesQuery(ArticleQuery, frozen=True, kw_only=True):
    """The query of a list of articles; a search takes only `limit` and `fields`."""

    q: (
        Annotated[
            str,
            Meta(min_length=1, max_length=200, description="Words, or parts of words; a title must contain them all."),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="Maximum number of articles; by default 10.")] | UnsetType = (
        UNSET
    )
    cursor: (
        Annotated[str, Meta(min_length=1, max_length=4000, description="Of the page: `next` of the previous answer.")]
        | UnsetType
    ) = UNSET
    language: (
        Annotated[str, Meta(min_length=1, max_length=100, description="Only articles that declare this language.")]
        | UnsetType
    ) = UNSET
    since: Annotated[str, Meta(description="Only articles published then or later, ISO 8601."), DATE] | UnsetType = (
        UNSET
    )


class HomeQuery(RequestFields, frozen=True, kw_only=True):
    """The query of the explorer's first page; titles must contain all words of `q`."""

    q: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class TrialSettings(RequestFields, frozen=True, kw_only=True):
    """Settings to try in the explorer instead of the trained ones; a half-life of 0 ignores dates."""

    half_life_days: Annotated[float, Meta(ge=0, le=100_000)] | UnsetType = UNSET
    title_weight: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    min_score: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET


class ExploreQuery(TrialSettings, frozen=True, kw_only=True):
    """The query of one article in the explorer.

    Attributes:
        other: the ID of another article, to see why it is or is not suggested.
        q: words in the title of such an article, to find it.
    """

    id: Annotated[str, Meta(min_length=1)]
    other: Annotated[str, Meta(max_length=1000)] = ""
    q: Annotated[str, Meta(max_length=200)] = ""


class CompareQuery(TrialSettings, frozen=True, kw_only=True):
    """The query of a comparison: of two versions, or of one with its own lists under other settings."""

    before: Annotated[str, Meta(max_length=255)] = ""
    after: Annotated[str, Meta(max_length=255)] = ""


class JudgeQuery(CompareQuery, frozen=True, kw_only=True):
    """The query of a blind trial.

    Attributes:
        seed: decides articles and sides.
        votes: those given so far.
        state: of the lists when the trial began.
        end: shows the tally at once.
    """

    seed: Annotated[int, Meta(ge=0, le=999_999_999)] = 0
    votes: Annotated[str, Meta(pattern="^[012]{0,100}$", title="digits 0, 1 and 2, at most 100")] = ""
    state: Annotated[str, Meta(max_length=100)] = ""
    end: Literal["yes"] | UnsetType = UNSET


class EditQuery(RequestFields, frozen=True, kw_only=True):
    """The query of a change of an article's list, which is previewed before it is written.

    Attributes:
        act: what is done with the other article.
        position: where `move` puts it.
    """

    id: Annotated[str, Meta(min_length=1)]
    act: ActName
    other: Annotated[str, Meta(min_length=1, max_length=4000)]
    position: Annotated[int, Meta(ge=1, le=999_999)] = 1


class EditForm(RequestFields, frozen=True, kw_only=True):
    """The form that writes such a change.

    Attributes:
        seen: the digest of the front matter that was shown.
        token: of the form, for one use.
    """

    id: str
    act: ActName
    other: str
    position: Annotated[str, Meta(pattern="^[1-9][0-9]{0,5}$", title="a whole number from 1 to 999999")] = "1"
    seen: str
    token: str


class UndoForm(RequestFields, frozen=True, kw_only=True):
    """The form that undoes the last change of an article's file; see `EditForm`."""

    id: str
    seen: str
    token: str


class CorpusSelection(RequestFields, frozen=True, kw_only=True):
    """The query that filters and sorts the articles of a corpus; an empty text is no condition.

    Attributes:
        since, until: the first and the last day of publication, in UTC.
        provider, topic, language: `none` for articles without one; a provider's domain, or else its name.
        group, system, measure: of the evaluation report, whose articles are shown.
        least_suggested, most_suggested: number of lists that an article is in.
    """

    since: Day = field(default="", name="from")
    until: Day = field(default="", name="to")
    provider: Label = ""
    topic: Label = ""
    language: Label = ""
    state: Literal["any", StateName] = "any"
    group: Label = ""
    system: Label = ""
    measure: Label = ""
    least_suggested: Count | UnsetType = UNSET
    most_suggested: Count | UnsetType = UNSET
    sort: Sort = "date"
    order: Literal["descending", "ascending"] = "descending"


class CorpusQuery(CorpusSelection, frozen=True, kw_only=True):
    """The query of the explorer's page of a corpus, `size` articles a page."""

    page: Annotated[int, Meta(ge=1, le=10_000_000)] = 1
    size: Annotated[int, Meta(ge=1, le=500)] = 50


class DraftForm(RequestFields, frozen=True, kw_only=True):
    """A draft in the explorer's form; every field may be empty."""

    title: str = ""
    excerpt: str = ""
    date: Date = ""


class NoParameters(RequestFields, frozen=True, kw_only=True):
    """No parameters."""


class DraftProvider(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The provider of a draft, as an article names it."""

    name: str | UnsetType = UNSET
    domain: str | UnsetType = UNSET


class DraftBody(RequestFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A draft, with the keys of an article; keys that do not affect its list are ignored."""

    title: Annotated[str, Meta(min_length=1)]
    excerpt: str | UnsetType = UNSET
    text: Annotated[str, Meta(description="The words of its body, without markup.")] | UnsetType = UNSET
    topics: Annotated[list[str], Meta(title="a list of texts", description="Its tags or categories.")] | UnsetType = (
        UNSET
    )
    language: (
        Annotated[str, Meta(description="As articles declare it; by default the one that most of its words are in.")]
        | UnsetType
    ) = UNSET
    date: Date | UnsetType = UNSET
    published_date_time: Date | UnsetType = field(default=UNSET, name="publishedDateTime")
    provider: (
        Annotated[
            str | DraftProvider,
            Meta(
                title="a text, or an object with a name and a domain",
                description="Its provider: the domain, or else the name, or both as articles have them.",
            ),
        ]
        | UnsetType
    ) = UNSET


def is_date(text: str) -> bool:
    """Whether a text is a date, or a date with a time, in ISO 8601."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
