"""Parses the body of an article file (Markdown, MDX, HTML or text): plain text, first heading, excerpt and links.

First template tags are removed, then comrak converts Markdown to HTML, then libxml2 reads the HTML as a stream of
events. Every step takes linear time and accepts any input without an error.
"""

from recommender.markup.body import Body, Markup, parse_body
from recommender.markup.excerpt import DEFAULT_SEPARATORS

__all__ = ["DEFAULT_SEPARATORS", "Body", "Markup", "parse_body"]
