"""Posted and withdrawn articles over a trained model: what a look-up gives is as exact as if all had been trained."""

from recommender.live.live_overlay import LiveOverlay
from recommender.live.loading import load_with_live_articles

__all__ = ["LiveOverlay", "load_with_live_articles"]
