"""Articles: their entries, dates, addresses and visibility, and the order that breaks ties between them.

Each rule reads the fields of a front matter or of a JSON object, whose values are texts, lists and mappings.
"""

from recommender.articles.addresses import get_entry_url, get_urls, normalise_url
from recommender.articles.article import Article
from recommender.articles.dates import get_date_text, parse_date
from recommender.articles.entry import Entry, build_entry
from recommender.articles.fields import get_text, get_title
from recommender.articles.rank_order import in_rank_order, published_days, rank_key
from recommender.articles.slug import make_dated_slug
from recommender.articles.visibility import is_false, is_hidden, is_published

__all__ = [
    "Article",
    "Entry",
    "build_entry",
    "get_date_text",
    "get_entry_url",
    "get_text",
    "get_title",
    "get_urls",
    "in_rank_order",
    "is_false",
    "is_hidden",
    "is_published",
    "make_dated_slug",
    "normalise_url",
    "parse_date",
    "published_days",
    "rank_key",
]
