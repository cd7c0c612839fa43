"""What an article is: its entry, its date, its addresses, what hides it, and the order that settles ties."""

from recommender.articles.addresses import dated_slug, link_of, normalise_url, urls_of
from recommender.articles.article import Article
from recommender.articles.dates import date_text, parse_date
from recommender.articles.entry import Entry, entry_from
from recommender.articles.fields import text_of, title_of
from recommender.articles.rank_order import days_of, in_rank_order, rank_key
from recommender.articles.visibility import is_hidden, is_no, is_published

__all__ = [
    "Article",
    "Entry",
    "date_text",
    "dated_slug",
    "days_of",
    "entry_from",
    "in_rank_order",
    "is_hidden",
    "is_no",
    "is_published",
    "link_of",
    "normalise_url",
    "parse_date",
    "rank_key",
    "text_of",
    "title_of",
    "urls_of",
]
