"""Markdown to HTML, by comrak: CommonMark with GitHub's tables and bare links."""

from __future__ import annotations

import re

from comrak import ExtensionOptions, RenderOptions
from comrak import render_markdown as render_with_comrak

_TABLE_CELLS = 500_000  # comrak pads table rows to the full width: without a limit, 1 MB may become 1 GB
_DELIMITER_ROW = re.compile(r"^[ \t>|:-]*\|[ \t|:-]*$", re.MULTILINE)


def _extensions(*, tables: bool) -> ExtensionOptions:
    options = ExtensionOptions()
    options.autolink = True
    options.cjk_friendly_emphasis = True
    options.strikethrough = True
    options.table = tables
    options.tasklist = True
    return options


_WITH_TABLES, _WITHOUT_TABLES = _extensions(tables=True), _extensions(tables=False)
_RENDERING = RenderOptions()
_RENDERING.unsafe_ = True  # keep embedded HTML: its words count, and it is never displayed


def render_markdown(source: str) -> str:
    """Render a Markdown text to HTML; tables are left as text if padding them would make over 500,000 cells."""
    width = max((row.count("|") for row in _DELIMITER_ROW.findall(source)), default=0) if "|" in source else 0
    extensions = _WITH_TABLES if width * source.count("\n") <= _TABLE_CELLS else _WITHOUT_TABLES
    return render_with_comrak(source, extension_options=extensions, render_options=_RENDERING)
