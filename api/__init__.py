"""The web side: related articles over HTTP, their explorer, and the server `recommender serve`."""

from api.app import create_app

__all__ = ["create_app"]
