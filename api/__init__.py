"""Related articles over HTTP, the explorer, and the server of `recommender serve`."""

from api.app import create_app

__all__ = ["create_app"]
