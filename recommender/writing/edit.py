"""`Edit`: a front matter with another list, checked to say everything else as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError
from recommender.sources import (
    FrontMatterLayout,
    Value,
    WrittenList,
    digest_front_matter,
    digest_list,
    parse_front_matter,
    split_front_matter,
)
from recommender.storage import FileChangedError
from recommender.writing.yaml_style import YamlItem, YamlStyle


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What a file is to hold.

    Attributes:
        items: what may be put in, best first.
        limit: entries that the list is to have at most; those that are kept are never cut.
        keeps: whether the curated entries that lead its list stay.
    """

    file: ArticleFile
    items: Sequence[YamlItem]
    limit: int
    keep_curated: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A front matter as it was read and as it is to be.

    Attributes:
        before, after: equal where nothing is to be done.
        line: what the lock is to say of the new list; `None` where none of it is this program's.
    """

    file: ArticleFile
    before: str
    after: str
    line: WrittenList | None

    def apply_to(self, data: bytes) -> bytes:
        """The whole file with the edit made.

        Raises:
            FrontMatterError: its front matter can't be found any more.
            FileChangedError: it is not as it was read.
        """
        front_matter = split_front_matter(data, path=self.file.path)
        if front_matter is None or front_matter.text != self.before:
            raise FileChangedError(f"{self.file.path}: it has changed since it was read; run again")
        return data[: front_matter.start] + self.after.encode() + data[front_matter.end :]


def make_edit(root: Path, request: EditRequest, *, style: YamlStyle) -> Edit:
    """Read a file again, and make the edit that fulfils a request; nothing is written.

    Raises:
        FileChangedError: its front matter is not the one that the corpus was read with.
        FrontMatterError: no list can be put into this one.
        OSError: it can't be read.
    """
    file = request.file
    data = (root / file.path).read_bytes()
    front_matter = split_front_matter(data, path=file.path)
    if front_matter is None or digest_front_matter(front_matter) != file.front_matter_digest:
        raise FileChangedError(f"{file.path}: it has changed since it was read; run again")
    events: list[yaml.Event] = []
    values = parse_front_matter(front_matter, path=file.path, events=events)
    head = _head(request, values)
    items = request.items[: max(request.limit - len(head), 0)]
    before = front_matter.text
    after = _text(FrontMatterLayout.of(before, events, path=file.path), len(head), items, file, style)
    if after == before:
        return Edit(file, before, after, file.written)
    edit = Edit(file, before, after, None)
    line = _checked(edit.apply_to(data), values, [*head, *(item.value for item in items)], len(head), file)
    return replace(edit, line=line) if items else edit


def _head(request: EditRequest, values: dict[str, Value]) -> list[Value]:
    """The curated entries that stay."""
    items = values.get("related")
    if not request.keep_curated or not isinstance(items, list):
        return []
    head = items if request.file.written is None else items[: request.file.written.curated]
    if any(isinstance(item, str) for item in head):
        raise FrontMatterError("its list names IDs, and this program writes whole entries", path=request.file.path)
    return head


def _text(layout: FrontMatterLayout, kept: int, items: Sequence[YamlItem], file: ArticleFile, style: YamlStyle) -> str:
    if kept:
        if layout.related is None or layout.related.items is None:
            raise FrontMatterError("its list is in brackets; write one entry a line", path=file.path)
        return layout.with_items(style.format_items(items, column=layout.column), kept=kept)
    if items:
        return layout.with_block(style.format_block(items))
    return layout.without_items(kept=0) if file.list_state == "written" else layout.text


def _checked(data: bytes, before: dict[str, Value], wanted: list[Value], kept: int, file: ArticleFile) -> WrittenList:
    """The line that remembers a list, if the new bytes give this list and all else as before."""
    expected = {**before, "related": wanted}
    if not wanted:
        del expected["related"]
    try:
        front_matter = split_front_matter(data, path=file.path)
        if front_matter is None:
            raise FrontMatterError("it has no front matter any more", path=file.path)
        events: list[yaml.Event] = []
        values = parse_front_matter(front_matter, path=file.path, events=events)
        # Only aliases can make values so large that comparing them would never end.
        if not (_same_with_aliases(values, expected) if "*" in front_matter.text else values == expected):
            raise FrontMatterError("it reads otherwise", path=file.path)
        block = FrontMatterLayout.of(front_matter.text, events, path=file.path).related if kept else None
    except FrontMatterError as error:
        raise FrontMatterError(
            "a list can't be put into this front matter without changing what else it says; simplify it",
            path=file.path,
        ) from error
    return WrittenList(file.path, digest_list(wanted, block.comments if block else ()), kept)


def _same_with_aliases(one: Value, other: Value) -> bool:
    """Whether two values are equal; unlike `==` it looks but once at what many aliases name, however deep it lies."""
    waiting, met = [(one, other)], set[tuple[int, int]]()
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            inner = [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            inner = list(zip(one, other, strict=True))
        elif isinstance(one, str) and one == other:
            continue
        else:
            return False
        if (id(one), id(other)) not in met:
            met.add((id(one), id(other)))
            waiting += inner
    return True
