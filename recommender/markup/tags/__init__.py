"""Preprocessing before Markdown and HTML are parsed: removes template tags, JSX and line marks."""

from recommender.markup.tags.jsx import JsxTags
from recommender.markup.tags.line_marks import remove_line_marks
from recommender.markup.tags.scanner import replace_tags
from recommender.markup.tags.template_tags import TemplateTags

__all__ = ["JsxTags", "TemplateTags", "remove_line_marks", "replace_tags"]
