"""Articles: their entries, dates, addresses and visibility, and the order that breaks ties between them.

All functions read the fields of a front matter or of a JSON object, whose values are texts, lists and mappings. The
effect of visibility on lists is defined in `ranking/rules.py`.
"""

from recommender.articles.addresses import (
    ADDRESS_KEYS,
    ALIAS_KEYS,
    get_address_keys,
    get_aliases,
    get_entry_url,
    get_identity_urls,
    is_address,
    normalise_url,
)
from recommender.articles.article import Article, in_rank_order, published_days, rank_key
from recommender.articles.dates import (
    DATE_KEYS,
    OTHER_DATE_KEYS,
    days_since_1970,
    get_date,
    is_ambiguous_date,
    parse_date,
    parse_moment,
)
from recommender.articles.entry import ENTRY_KEYS, EXCERPT_KEYS, Entry, build_entry, get_entry_date
from recommender.articles.entry_fields import ENTRY_FIELDS, pick_fields, read_entry_fields
from recommender.articles.fields import canonical_keys, fold_key, get_text, get_texts, get_title
from recommender.articles.series import NO_SERIES, Series, get_series
from recommender.articles.slug import make_dated_slug
from recommender.articles.visibility import (
    VISIBILITY_KEYS,
    get_doubtful_status,
    get_visible_days,
    is_false,
    is_hidden,
    is_published,
    is_true,
    is_unlisted,
)

__all__ = [
    "ADDRESS_KEYS",
    "ALIAS_KEYS",
    "DATE_KEYS",
    "ENTRY_FIELDS",
    "ENTRY_KEYS",
    "EXCERPT_KEYS",
    "NO_SERIES",
    "OTHER_DATE_KEYS",
    "VISIBILITY_KEYS",
    "Article",
    "Entry",
    "Series",
    "build_entry",
    "canonical_keys",
    "days_since_1970",
    "fold_key",
    "get_address_keys",
    "get_aliases",
    "get_date",
    "get_doubtful_status",
    "get_entry_date",
    "get_entry_url",
    "get_identity_urls",
    "get_series",
    "get_text",
    "get_texts",
    "get_title",
    "get_visible_days",
    "in_rank_order",
    "is_address",
    "is_ambiguous_date",
    "is_false",
    "is_hidden",
    "is_published",
    "is_true",
    "is_unlisted",
    "make_dated_slug",
    "normalise_url",
    "parse_date",
    "parse_moment",
    "pick_fields",
    "published_days",
    "rank_key",
    "read_entry_fields",
]
