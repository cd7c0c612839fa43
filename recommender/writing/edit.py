"""`Edit`: a front matter with a new list, checked to leave all other values unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatterLayout, Value, parse_front_matter, split_front_matter
from recommender.sources import WrittenList, digest_front_matter, digest_list
from recommender.storage import FileChangedError
from recommender.writing.yaml_style import YamlItem, YamlStyle


@dataclass(frozen=True, slots=True)
class EditRequest:
    """The list that a file should get.

    Attributes:
        items: candidates for the list, best first.
        limit: most entries of the list; curated entries that are kept are never cut.
        keep_curated: whether the curated entries at the head of its list stay.
    """

    file: ArticleFile
    items: Sequence[YamlItem]
    limit: int
    keep_curated: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A front matter before and after the change.

    Attributes:
        before, after: equal if nothing changes.
        lock_entry: records the new list in the lock; `None` if this program wrote none of it.
    """

    file: ArticleFile
    before: str
    after: str
    lock_entry: WrittenList | None

    def apply_to(self, data: bytes) -> bytes:
        """The whole file with the new front matter.

        Raises:
            FrontMatterError: its front matter can't be found any more.
            FileChangedError: it has changed since it was read.
        """
        front_matter = split_front_matter(data, path=self.file.path)
        if front_matter is None or front_matter.text != self.before:
            raise FileChangedError(f"{self.file.path}: it has changed since it was read; run again")
        return data[: front_matter.start] + self.after.encode() + data[front_matter.end :]


def make_edit(root: Path, request: EditRequest, *, style: YamlStyle) -> Edit:
    """Read a file again, and make the edit that a request asks for, without writing it.

    Raises:
        FileChangedError: its front matter has changed since the corpus was read.
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
    kept = _kept_entries(request, values)
    items = request.items[: max(request.limit - len(kept), 0)]
    before = front_matter.text
    after = _new_text(FrontMatterLayout.of(before, events, path=file.path), len(kept), items, file, style)
    if after == before:
        return Edit(file, before, after, file.written)
    edit = Edit(file, before, after, None)
    lock_entry = _check(edit.apply_to(data), values, [*kept, *(item.value for item in items)], len(kept), file)
    return replace(edit, lock_entry=lock_entry) if items else edit


def _kept_entries(request: EditRequest, values: dict[str, Value]) -> list[Value]:
    """The curated entries that stay."""
    items = values.get("related")
    if not request.keep_curated or not isinstance(items, list):
        return []
    kept = items if request.file.written is None else items[: request.file.written.curated]
    if any(isinstance(item, str) for item in kept):
        raise FrontMatterError("its list names IDs, and this program writes whole entries", path=request.file.path)
    return kept


def _new_text(
    layout: FrontMatterLayout, kept: int, items: Sequence[YamlItem], file: ArticleFile, style: YamlStyle
) -> str:
    if kept:
        if layout.related is None or layout.related.items is None:
            raise FrontMatterError("its list is in brackets; write one entry per line", path=file.path)
        return layout.with_items(style.format_items(items, column=layout.column), kept=kept)
    if items:
        return layout.with_block(style.format_block(items))
    return layout.without_items(kept=0) if file.list_state == "written" else layout.text


def _check(data: bytes, before: dict[str, Value], new_list: list[Value], kept: int, file: ArticleFile) -> WrittenList:
    """The lock entry of a new list, after checking that the new bytes hold it and that no other value has changed."""
    expected = {**before, "related": new_list}
    if not new_list:
        del expected["related"]
    try:
        front_matter = split_front_matter(data, path=file.path)
        if front_matter is None:
            raise FrontMatterError("it has no front matter any more", path=file.path)
        events: list[yaml.Event] = []
        values = parse_front_matter(front_matter, path=file.path, events=events)
        # Only aliases can make values so large that comparing them would never end.
        if not (_same_with_aliases(values, expected) if "*" in front_matter.text else values == expected):
            raise FrontMatterError("its values would change", path=file.path)
        block = FrontMatterLayout.of(front_matter.text, events, path=file.path).related if kept else None
    except FrontMatterError as error:
        raise FrontMatterError(
            "a list can't be put into this front matter without changing what else it says; simplify it",
            path=file.path,
        ) from error
    return WrittenList(file.path, digest_list(new_list, block.comments if block else ()), kept)


def _same_with_aliases(one: Value, other: Value) -> bool:
    """Whether two values are equal. Unlike `==`, this compares aliased values only once and nests to any depth."""
    pending, seen = [(one, other)], set[tuple[int, int]]()
    while pending:
        one, other = pending.pop()
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs = [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = list(zip(one, other, strict=True))
        elif isinstance(one, str) and one == other:
            continue
        else:
            return False
        if (id(one), id(other)) not in seen:
            seen.add((id(one), id(other)))
            pending += pairs
    return True
