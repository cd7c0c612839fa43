"""The journal of a models folder: articles posted to and withdrawn from its servers since the last training.

A `Journal` stores the records; `LiveChanges` interpret them.
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
