"""The journal of a models folder: articles posted to its servers and withdrawn there, and what trainings took in.

`LiveChanges` are what a `Journal` holds.
"""

from recommender.journal.journal import JOURNAL_FILE, Journal, JournalUpdate
from recommender.journal.live_changes import JournalPosition, LiveChanges, LiveOutcome, settle
from recommender.journal.posted_article import PostedArticle, WithdrawnArticle

__all__ = [
    "JOURNAL_FILE",
    "Journal",
    "JournalPosition",
    "JournalUpdate",
    "LiveChanges",
    "LiveOutcome",
    "PostedArticle",
    "WithdrawnArticle",
    "settle",
]
