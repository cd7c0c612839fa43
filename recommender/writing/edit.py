"""`Edit`: a front matter with a new list and, as checked, no other value changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError, RecommenderError
from recommender.frontmatter import (
    FrontMatter,
    ListLayout,
    TomlLayout,
    Value,
    find_list_layout,
    load_toml,
    parse_front_matter,
    split_front_matter,
)
from recommender.sources import WrittenList, digest_front_matter, digest_list, get_list_value
from recommender.storage import FileChangedError
from recommender.writing.list_shape import kind_of
from recommender.writing.outcome import Outcome
from recommender.writing.toml_style import put_into_toml
from recommender.writing.yaml_style import ListItem, YamlStyle

_RELATED = ("related",)
_CONTEXT = 4  # lines: the first may be the break behind the last key


class LeftAloneError(FrontMatterError):
    """The file is valid but must not get a list."""


@dataclass(frozen=True, slots=True)
class EditRequest:
    """The list that a file should get.

    Attributes:
        items: candidates for the list, best first, in the format of the file.
        limit: maximum number of entries; curated entries that are kept are never cut.
        keep_curated: whether the curated entries at the head of the list stay.
        list_path: the keys that lead to its list.
    """

    file: ArticleFile
    items: Sequence[ListItem]
    limit: int
    keep_curated: bool
    list_path: tuple[str, ...] = _RELATED


@dataclass(frozen=True, slots=True)
class Edit:
    """A front matter before and after the change.

    Attributes:
        before, after: equal if nothing changes.
        lock_entry: records the new list in the lock; `None` if this program wrote none of it.
        change: "filled", "lengthened", "replaced", "refreshed" or "removed".
        around: as in an `Outcome`.
    """

    file: ArticleFile
    before: str
    after: str
    lock_entry: WrittenList | None
    change: str = "filled"
    around: tuple[str, str] = ("", "")

    def outcome(self) -> Outcome:
        """The outcome to report once the edit has been written."""
        return Outcome(self.file.path, "written", self.change, self.before, self.after, self.around)

    def apply_to(self, data: bytes) -> bytes:
        """The whole file with the new front matter.

        Raises:
            FrontMatterError: the front matter can no longer be found.
            FileChangedError: the file has changed since it was read.
        """
        front_matter = split_front_matter(data, path=self.file.path)
        if front_matter is None or front_matter.text != self.before:
            raise FileChangedError(f"{self.file.path}: it has changed since it was read; run again")
        return data[: front_matter.start] + self.after.encode() + data[front_matter.end :]


def make_edit(root: Path, request: EditRequest, *, style: YamlStyle) -> Edit:
    """Read a file again and make the requested edit, without writing it.

    Raises:
        FileChangedError: its front matter has changed since the corpus was read.
        LeftAloneError: the file must not get a list.
        FrontMatterError: no list can be put into this front matter.
        OSError: the file can't be read.
    """
    file = request.file
    with (root / file.path).open("rb") as stream:
        data, hard_links = stream.read(), os.fstat(stream.fileno()).st_nlink
    front_matter = split_front_matter(data, path=file.path)
    if front_matter is None:
        raise LeftAloneError("it has no front matter to write into", path=file.path)
    if digest_front_matter(front_matter) != file.front_matter_digest:
        raise FileChangedError(f"{file.path}: it has changed since it was read; run again")
    events: list[yaml.Event] = []
    values = parse_front_matter(front_matter, path=file.path, events=events)
    layout = find_list_layout(front_matter, events, key=request.list_path, path=file.path)
    kept = _kept_items(request, values)
    items = request.items[: max(request.limit - len(kept), 0)]
    before = front_matter.text
    after = _new_text(layout, kept, items, request, style)
    if after == before:
        return Edit(file, before, after, file.written)
    require_one_hard_link(hard_links, path=file.path)
    edit = Edit(file, before, after, None, "removed", lines_around(front_matter, data))
    new_list = [*kept, *(item.value for item in items)]
    restores = file.written is not None and bool(file.written.replaced) and not new_list
    checked = {request.list_path: None if restores else new_list}
    digest = check_lists(edit.apply_to(data), front_matter, values, checked, path=file.path)[request.list_path]
    if not items:
        return edit
    if file.list_state == "curated":
        change = "lengthened" if request.keep_curated else "replaced"
    else:
        change = "refreshed" if file.written else "filled"
    replaced = _replaced_lines(front_matter, request, layout, kept)
    return replace(edit, lock_entry=WrittenList(file.path, digest, len(kept), replaced), change=change)


def try_edit(root: Path, request: EditRequest, *, style: YamlStyle) -> Outcome | Edit:
    """Make an edit, or tell the outcome for a file that can't be read or must be left alone."""
    try:
        return make_edit(root, request, style=style)
    except LeftAloneError as error:
        return Outcome(request.file.path, "skipped", error.reason)
    except (RecommenderError, OSError) as error:
        return Outcome.failed(request.file.path, error, "read")


def lines_around(front_matter: FrontMatter, data: bytes) -> tuple[str, str]:
    """The text before a front matter, and the lines after it that a diff shows as context."""
    after = data[front_matter.end :].split(b"\n", _CONTEXT)
    shown = b"\n".join([*after[:_CONTEXT], b""] if len(after) > _CONTEXT else after)
    return data[: front_matter.start].decode(errors="replace"), shown.decode(errors="replace")


def require_one_hard_link(hard_links: int, *, path: str) -> None:
    """Refuse a file with several hard links.

    Replacing it would separate the links; writing in place is not atomic and would change what may be a backup.

    Raises:
        LeftAloneError: the file has several.
    """
    if hard_links > 1:
        raise LeftAloneError(
            f"it has {hard_links} hard links, and would keep one of them; replace it by a copy (`cp` and `mv`)",
            path=path,
        )


def _replaced_lines(front_matter: FrontMatter, request: EditRequest, layout: ListLayout, kept: Sequence[Value]) -> str:
    """The lines that a new list replaces: those replaced by its predecessor, a curated list, or a non-list value."""
    file = request.file
    if kept:
        return ""
    if file.written is None:
        return layout.list_text
    if not file.written.curated:
        return file.written.replaced
    if not layout.can_keep(file.written.curated):
        return ""
    events: list[yaml.Event] = []
    head = replace(front_matter, text=layout.without_items(kept=file.written.curated))
    parse_front_matter(head, path=file.path, events=events)
    return find_list_layout(head, events, key=request.list_path, path=file.path).list_text


def _kept_items(request: EditRequest, values: dict[str, Value]) -> list[Value]:
    """The curated items that stay; those at the head of a written list also stay where nothing replaces them."""
    items = get_list_value(values, request.list_path)
    is_kept = request.keep_curated or (request.file.written is not None and not request.items)
    if not is_kept or not isinstance(items, list):
        return []
    kept = items if request.file.written is None else items[: request.file.written.curated]
    if kept and request.items and kind_of(kept[0]) != kind_of(request.items[0].value):
        raise LeftAloneError("its list is of another shape than the site's", path=request.file.path)
    return kept


def _new_text(
    layout: ListLayout,
    kept: Sequence[Value],
    items: Sequence[ListItem],
    request: EditRequest,
    style: YamlStyle,
) -> str:
    file = request.file
    if not layout.can_keep(len(kept)):
        reason = "its list is in brackets; write one entry per line"
        if isinstance(layout, TomlLayout):
            reason = "a comment follows the last entry of its list; put it on a line above the list"
        raise FrontMatterError(reason, path=file.path)
    if not items:
        if kept or file.written is None:
            return layout.without_items(kept=len(kept)) if kept else layout.text
        return layout.with_list_text(file.written.replaced) if file.written.replaced else layout.without_items(kept=0)
    if layout.comments and not kept:
        where = "behind its empty list" if file.list_state == "none" else "in its curated list"
        raise LeftAloneError(f"a comment stands {where}; remove one of them", path=file.path)
    if isinstance(layout, TomlLayout):
        if layout.tables and not all(item.pairs for item in items):
            raise LeftAloneError("its list is of another shape than the site's", path=file.path)
        return put_into_toml(layout, items, kept=len(kept))
    if kept:
        return layout.with_items(style.format_items(items, column=layout.column), kept=len(kept))
    return layout.with_block(style.format_block(items, key=request.list_path[-1]))


def check_lists(
    data: bytes,
    old: FrontMatter,
    before: Mapping[str, Value],
    lists: Mapping[tuple[str, ...], Sequence[Value] | None],
    *,
    path: str,
) -> dict[tuple[str, ...], str]:
    """Check that new bytes of a file hold some lists, and that no other value of its front matter has changed.

    Args:
        old, before: the front matter as it was, and its values.
        lists: by the keys that lead to them; `None` for one that may be anything.

    Returns:
        The digest of each list; see `digest_list`.

    Raises:
        FrontMatterError: they don't, or one has.
    """
    try:
        new = split_front_matter(data, path=path)
        if new is None or new.format != old.format:
            raise FrontMatterError("it has no front matter any more", path=path)
        events: list[yaml.Event] = []
        values = parse_front_matter(new, path=path, events=events)
        if any(
            items is not None and (get_list_value(values, key) or []) != list(items) for key, items in lists.items()
        ):
            raise FrontMatterError("its list would not be read back", path=path)
        one, other = _without_all(values, lists), _without_all(before, lists)
        # Only aliases can make values so large that comparing them takes forever.
        if not (_same_with_aliases(one, other) if "*" in new.text else one == other):
            raise FrontMatterError("its values would change", path=path)
        if new.format == "toml" and _without_all(load_toml(new.text), lists) != _without_all(
            load_toml(old.text), lists
        ):
            raise FrontMatterError("its values would change their types", path=path)
        layouts = {key: find_list_layout(new, events, key=key, path=path) for key in lists}
    except FrontMatterError as error:
        raise FrontMatterError(
            "a list can't be put into this front matter without changing what else it says; simplify it", path=path
        ) from error
    return {key: digest_list(list(items or ()), layouts[key].comments) for key, items in lists.items()}


def _without_all(values: Mapping[str, Any], paths: Iterable[Sequence[str]]) -> dict[str, Any]:
    for path in paths:
        values = _without(values, path)
    return dict(values)


def _without(values: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The values without the one at a path, and without tables that this leaves empty."""
    key, *rest = path
    inner = values.get(key)
    kept = {name: value for name, value in values.items() if name != key}
    if rest and isinstance(inner, Mapping) and (others := _without(inner, rest)):
        return {**kept, key: others}
    return kept


def _same_with_aliases(one: Value, other: Value) -> bool:
    """Whether two values are equal; unlike `==`, compares aliased values only once and has no depth limit."""
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
