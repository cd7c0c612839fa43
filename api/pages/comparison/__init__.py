"""Two versions of the lists side by side, and a blind trial of both."""

from api.pages.comparison.comparisons import Comparisons
from api.pages.comparison.routes import operations

__all__ = ["Comparisons", "operations"]
