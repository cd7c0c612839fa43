"""Live articles: posted and withdrawn ones are merged into the exact answers of a trained model."""

from recommender.live.live_overlay import LiveOverlay
from recommender.live.loading import load_with_live_articles

__all__ = ["LiveOverlay", "load_with_live_articles"]
