"""Code in a Markdown text: fenced blocks and spans in backticks, which contain no template tags."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict

_CLOSING_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_BACKTICKS = re.compile("``*")  # begins with a literal, which `re` finds much faster than "`+"
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class CodeSpans:
    """Finds the ends of code in one text; all calls together take linear time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._backticks: dict[int, list[int]] = defaultdict(list)  # length of a run -> starts of such runs, ascending
        if "`" in source:
            for run in _BACKTICKS.finditer(source):
                self._backticks[len(run.group())].append(run.start())
        self._paragraph_end = -1

    def end_of_fence(self, opening: str, start: int) -> int:
        """The end of a fenced block whose contents start at `start`: its closing line, else the end of the text."""
        for closing in _CLOSING_FENCE.finditer(self._source, start):
            mark = closing.group(1)
            if mark.startswith(opening):
                return closing.end()
        return len(self._source)

    def end_of_span(self, start: int, length: int) -> int:
        """The end of the span whose `length` backticks end at `start`; `start` itself if nothing closes the span.

        A span ends with as many backticks as it began with, in the same paragraph.
        """
        runs = self._backticks.get(length, [])
        following = bisect_right(runs, start - 1)
        if following == len(runs) or runs[following] > self._end_of_paragraph(start):
            return start
        return runs[following] + length

    def _end_of_paragraph(self, start: int) -> int:
        if self._paragraph_end < start:
            blank = _BLANK_LINE.search(self._source, start)
            self._paragraph_end = blank.start() if blank else len(self._source)
        return self._paragraph_end
