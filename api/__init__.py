"""The web side: related articles over HTTP."""

from api.app import create_app

__all__ = ["create_app"]
