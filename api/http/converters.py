"""Path converters for article IDs."""

from __future__ import annotations

from flask.sansio.app import App
from werkzeug.routing import PathConverter


class IdConverter(PathConverter):
    """An article's ID in a path: anything, also with slashes in front and within."""

    regex = r"[\s\S]+?"
    part_isolating = False


class OwnIdConverter(IdConverter):
    """The same where nothing follows: what ends as a look-up does asks for a list, whatever the method."""

    regex = r"(?![\s\S]*/related(?:\.html)?$)[\s\S]+?"


def register_converters(app: App) -> None:
    """Add both converters to an application, and keep empty path segments apart."""
    app.url_map.converters.update(id=IdConverter, own_id=OwnIdConverter)
    app.url_map.merge_slashes = False
