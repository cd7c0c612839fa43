"""What the body of an article file says: plain text, first heading, excerpt and links, from Markdown, MDX or HTML.

Template tags are taken out first, then comrak makes HTML of Markdown, then libxml2 reads the HTML as a stream of
events. No step takes time that grows faster than the body, and none raises an error, whatever the body is.
"""

from recommender.markup.body import Body, Markup, parse_body
from recommender.markup.excerpt import DEFAULT_SEPARATORS

__all__ = ["DEFAULT_SEPARATORS", "Body", "Markup", "parse_body"]
