"""The corpus at a glance: figures, every article in a table, and the same as CSV and JSON."""

from api.pages.corpus.routes import operations

__all__ = ["operations"]
