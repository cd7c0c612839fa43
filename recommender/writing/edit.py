"""One file's edit: a front matter with another list, checked to say all else as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError
from recommender.sources import Layout, Line, Value, digest_of, frontmatter, stamp_of
from recommender.storage import FileChangedError
from recommender.writing.yaml_style import Hand, Item


@dataclass(frozen=True, slots=True)
class Wish:
    """What a file is to hold.

    Attributes:
        items: what may be put in, best first.
        limit: entries that the list is to have at most; those that are kept are never cut.
        keeps: whether the curated entries that lead its list stay.
    """

    file: ArticleFile
    items: Sequence[Item]
    limit: int
    keeps: bool


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
    line: Line | None

    def made_in(self, data: bytes) -> bytes:
        """The whole file with the edit made.

        Raises:
            FrontMatterError: its front matter can't be found any more.
            FileChangedError: it is not as it was read.
        """
        front_matter = frontmatter.split(data, place=self.file.place)
        if front_matter is None or front_matter.text != self.before:
            raise FileChangedError(f"{self.file.place}: it has changed since it was read; run again")
        return data[: front_matter.start] + self.after.encode() + data[front_matter.end :]


def edit_of(root: Path, wish: Wish, *, hand: Hand) -> Edit:
    """Read a file again, and make the edit that fulfils a wish; nothing is written.

    Raises:
        FileChangedError: its front matter is not the one that the corpus was read with.
        FrontMatterError: no list can be put into this one.
        OSError: it can't be read.
    """
    file = wish.file
    data = (root / file.place).read_bytes()
    front_matter = frontmatter.split(data, place=file.place)
    if front_matter is None or stamp_of(front_matter) != file.stamp:
        raise FileChangedError(f"{file.place}: it has changed since it was read; run again")
    events: list[yaml.Event] = []
    values = frontmatter.parse(front_matter, place=file.place, events=events)
    head = _head(wish, values)
    items = wish.items[: max(wish.limit - len(head), 0)]
    before = front_matter.text
    after = _text(Layout.of(before, events, place=file.place), len(head), items, file, hand)
    if after == before:
        return Edit(file, before, after, file.written)
    edit = Edit(file, before, after, None)
    line = _checked(edit.made_in(data), values, [*head, *(item.value for item in items)], len(head), file)
    return replace(edit, line=line) if items else edit


def _head(wish: Wish, values: dict[str, Value]) -> list[Value]:
    """The curated entries that stay."""
    items = values.get("related")
    if not wish.keeps or not isinstance(items, list):
        return []
    head = items if wish.file.written is None else items[: wish.file.written.curated]
    if any(isinstance(item, str) for item in head):
        raise FrontMatterError("its list names IDs, and this program writes whole entries", place=wish.file.place)
    return head


def _text(layout: Layout, kept: int, items: Sequence[Item], file: ArticleFile, hand: Hand) -> str:
    if kept:
        if layout.related is None or layout.related.items is None:
            raise FrontMatterError("its list is in brackets; write one entry a line", place=file.place)
        return layout.with_items(hand.lines(items, column=layout.column), kept=kept)
    if items:
        return layout.with_block(hand.block(items))
    return layout.without_items(kept=0) if file.list_state == "written" else layout.text


def _checked(data: bytes, before: dict[str, Value], wanted: list[Value], kept: int, file: ArticleFile) -> Line:
    """The line that remembers a list, if the new bytes give this list and all else as before."""
    expected = {**before, "related": wanted}
    if not wanted:
        del expected["related"]
    try:
        front_matter = frontmatter.split(data, place=file.place)
        if front_matter is None:
            raise FrontMatterError("it has no front matter any more", place=file.place)
        events: list[yaml.Event] = []
        values = frontmatter.parse(front_matter, place=file.place, events=events)
        # Only aliases can make values so large that comparing them would never end.
        if not (_same_with_aliases(values, expected) if "*" in front_matter.text else values == expected):
            raise FrontMatterError("it reads otherwise", place=file.place)
        block = Layout.of(front_matter.text, events, place=file.place).related if kept else None
    except FrontMatterError as error:
        raise FrontMatterError(
            "a list can't be put into this front matter without changing what else it says; simplify it",
            place=file.place,
        ) from error
    return Line(file.place, digest_of(wanted, block.comments if block else ()), kept)


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
