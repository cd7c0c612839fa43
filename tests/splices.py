"""What every edit of a file has to hold, judged by other readers of YAML and by a reference of our own.

The property tests and the fuzzer share it: they differ in where the bytes come from alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from ruamel.yaml import YAML

from recommender.articles import DATE_KEYS, Entry
from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, YamlLayout, parse_front_matter, split_front_matter
from recommender.sources import WrittenList, read_file
from recommender.writing import Edit, EditRequest, YamlStyle, make_edit

PLACE = "a.md"
_MOST_NODES = 2000  # an alias to an alias to an alias …: more than this is not compared

Verdict: TypeAlias = Literal["no article", "left alone", "nothing to do", "refused", "written"]


class BrokenPromiseError(AssertionError):
    """An edit that did what no edit may do."""


def require(holds: object, promise: str, *shown: object) -> None:
    """Raise unless it holds, naming the promise and what shows that it is broken."""
    if not holds:
        raise BrokenPromiseError("\n".join([promise, *map(repr, shown)]))


Reader: TypeAlias = Callable[[str], Any]


def _ruamel(version: tuple[int, int] | None) -> Reader:
    def read(text: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = YAML(typ="safe", pure=True)
            if version:
                reader.version = version
            return reader.load(StringIO(text))

    return read


FAST_READERS = ("PyYAML", "PyYAML, texts")
READERS: Mapping[str, Reader] = {
    "PyYAML": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
    "PyYAML, in Python": lambda text: yaml.load(text, Loader=yaml.SafeLoader),
    "PyYAML, texts": lambda text: yaml.load(text, Loader=yaml.CBaseLoader),
    "ruamel.yaml 1.2": _ruamel(None),
    "ruamel.yaml 1.1": _ruamel((1, 1)),
}


@dataclass(frozen=True)
class Trial:
    """One file in a folder of its own, as a run of the program meets it, and the readers that judge its edits."""

    root: Path
    style: YamlStyle = field(default_factory=YamlStyle)
    readers: Iterable[str] = tuple(READERS)

    @property
    def path(self) -> Path:
        return self.root / PLACE

    def read(self, *written: WrittenList) -> tuple[ArticleFile, bytes] | None:
        """The file as a corpus has it, and its digest, if it is an article."""
        parsed = read_file(self.root, PLACE, written={line.digest: line for line in written})
        bare = read_file(self.root, PLACE, written={line.digest: line for line in written}, parse=False)
        if not parsed.sources or not parsed.sources[0].front_matter_digest:  # without front matter nothing is written
            return None
        source = parsed.sources[0]
        require(bare.digest == parsed.digest, "the digest is the same without parsing", bare, parsed)
        return ArticleFile(PLACE, "a", source.list_state, source.written, source.front_matter_digest), parsed.digest

    def edit(self, file: ArticleFile, entries: Sequence[Entry], *, keep_curated: bool) -> Edit | None:
        """The edit that puts entries in, checked; `None` where it is refused, which leaves the folder as it is."""
        before = self.path.read_bytes()
        request = EditRequest(file, [self.style.format_entry(entry) for entry in entries], 1000, keep_curated)
        try:
            edit = make_edit(self.root, request, style=self.style)
        except FrontMatterError as error:
            require(error.path == PLACE, "a refusal names the file", error)
            edit = None
        require(self.path.read_bytes() == before, "making an edit writes nothing")
        require([path.name for path in self.root.iterdir()] == [PLACE], "making an edit leaves nothing behind")
        if edit is not None:
            kept = 0
            if keep_curated:
                kept = len(_items(before)) if file.written is None else file.written.curated
            after = edit.apply_to(before)
            check_edit(before, after, entries, kept=kept, style=self.style, readers=self.readers)
            require((after == before) == (edit.after == edit.before), "the text is what the bytes are", edit)
        return edit


def check_file(trial: Trial, data: bytes, entries: Sequence[Entry], later: Sequence[Entry]) -> Verdict:
    """Put a list into a file, twice, read it again, put another in, take that out: what may be seen on the way.

    Raises:
        BrokenPromiseError: naming what was seen instead.
    """
    trial.path.write_bytes(data)
    read = trial.read()
    if read is None:
        return "no article"
    file, digest = read
    if file.list_state in ("refused", "not a list"):
        return "left alone"
    verdicts: list[Verdict] = ["nothing to do"]
    for keep_curated in (False, True) if file.list_state == "curated" else (False,):
        trial.path.write_bytes(data)
        edit = trial.edit(file, entries, keep_curated=keep_curated)
        if edit is None:
            verdicts.append("refused")
        elif edit.after != edit.before:
            verdicts.append("written")
            same = keep_curated or file.list_state == "none"
            _check_written(trial, edit, entries, later, data=data, digest=digest if same else None)
        else:
            require(not entries or file.list_state == "curated", "what can be put in is put in", data)
    return "written" if "written" in verdicts else verdicts[-1]


def _check_written(
    trial: Trial, edit: Edit, entries: Sequence[Entry], later: Sequence[Entry], *, data: bytes, digest: bytes | None
) -> None:
    new = edit.apply_to(data)
    trial.path.write_bytes(new)
    line = edit.lock_entry
    if line is None:
        raise BrokenPromiseError("what is written is remembered")
    require(line.curated == (len(_items(data)) if line.curated else 0), "the curated entries are counted", line)
    curated = line.curated > 0
    written = _written(trial, line, digest)

    again = trial.edit(written, entries, keep_curated=curated)
    require(again is not None and again.apply_to(new) == new, "putting twice is putting once", new, again)

    other = trial.edit(written, later, keep_curated=curated)
    require(other is not None or not later, "a list that was put in can be replaced", new)
    if other is not None and other.after != other.before:
        trial.path.write_bytes(other.apply_to(new))
        if other.lock_entry is not None and later:
            _written(trial, other.lock_entry, digest)
        trial.path.write_bytes(new)

    # What a reader can't make out in the file as it came, it need not make out again.
    able = [name for name in trial.readers if isinstance(_read(name, _front_matter(data).text), dict)]
    without = replace(trial, readers=able).edit(written, [], keep_curated=curated)
    if curated or b"related" not in data:
        require(
            without is not None and without.apply_to(new) == data, "taking out undoes putting in", data, new, without
        )


def _written(trial: Trial, line: WrittenList, digest: bytes | None) -> ArticleFile:
    """The file, which is to be known for this program's, and for the same corpus as before."""
    read = trial.read(line)
    if read is None:
        raise BrokenPromiseError("an article stays an article")
    file, new_digest = read
    require(file.list_state == "written" and file.written == line, "what was written is known for that", file, line)
    require(digest in (None, new_digest), "what was written does not count", trial.path.read_bytes())
    return file


def check_edit(
    before: bytes, after: bytes, entries: Sequence[Entry], *, kept: int, style: YamlStyle, readers: Iterable[str]
) -> None:
    """An edit changes the bytes of the block alone, and every reader reads the new list and all else as before."""
    old, new = _front_matter(before), _front_matter(after)
    require(before[: old.start] == after[: new.start], "what stands before the front matter stays", before, after)
    require(before[old.end :] == after[new.end :], "what follows the front matter stays", before, after)
    if old.text == new.text:
        return
    _check_text(old.text, new.text, kept=kept)
    for name in readers:
        _check_reading(name, old.text, new.text, entries, kept=kept, style=style)


def _check_text(old: str, new: str, *, kept: int) -> None:
    """By the reference: whole lines went in, and none went but those of the block."""
    region = region_of(old)
    if region is None:
        start = len(_common_head(old, new))
        start = old.rfind("\n", 0, start) + 1 if len(new) - len(old) and start < len(old) else start
        inserts = [
            new[at : at + len(new) - len(old)]
            for at in {start, len(_common_head(old, new))}
            if new.endswith(old[at:]) and old[:at] == new[:at]
        ]
        fine = any(re.fullmatch(r"\r?\n*related:(?s:.)*\n", text) for text in inserts)
        require(len(new) > len(old) and fine, "a block goes in between lines", old, new, inserts)
        return
    start, end = region
    head, tail = old[: _start_of_entry(old, kept, end) if kept else start], old[end:]
    if region_of(new) is None:  # taken out, and with it the blank line that set it off
        head, tail = re.sub(r"[ \t]*\r?\n\Z", "", head), re.sub(r"\A[ \t]*\r?\n", "", tail)
    fits = new.startswith(head) and new.endswith(tail) and len(new) >= len(head) + len(tail)
    require(fits, "no byte outside of the block changes", old, new, old[start:end])


@lru_cache(maxsize=64)
def region_of(text: str) -> tuple[int, int] | None:
    """Where the lines of the `related` key and its value stand, by the tokens of PyYAML's scanner in Python.

    What that can't read, such as a tab at the end of a line, libyaml's scanner is asked for.
    """
    loader: Any = yaml.BaseLoader
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        loader = yaml.CBaseLoader
        root = yaml.compose(text, Loader=loader)
    if not isinstance(root, yaml.MappingNode):
        raise TypeError("not a mapping")
    keys = [key.start_mark.index for key, _ in root.value]
    for key, _ in root.value:
        if isinstance(key, yaml.ScalarNode) and key.value == "related":
            first = key.start_mark.index
            past = min((index for index in keys if index > first), default=len(text) + 1)
            seen = (yaml.ScalarToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.AliasToken)
            shown = (*seen, yaml.ValueToken, yaml.BlockEntryToken, yaml.TagToken, yaml.AnchorToken)
            last = first
            for token in yaml.scan(text, Loader=loader):
                if isinstance(token, shown) and first <= token.start_mark.index < past:
                    # A block scalar takes in the lines that follow it, which hold nothing.
                    last = max(last, len(text[: token.end_mark.index].rstrip(" \t\r\n\x85\u2028\u2029")))
            line_break = re.compile("\r\n|[\r\n\x85\u2028\u2029]").search(text, last)
            return first, line_break.end() if line_break else len(text)
    return None


def _start_of_entry(text: str, position: int, end: int) -> int:
    """Where the line of the dash of an entry of the list starts; past the last entry, where the block ends."""
    root: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    items = next(value.value for key, value in root.value if key.value == "related")
    if position == len(items):
        return end
    return text.rindex("\n", 0, text.rindex("-", 0, items[position].start_mark.index)) + 1


def _common_head(one: str, other: str) -> str:
    length = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def _check_reading(name: str, old: str, new: str, entries: Sequence[Entry], *, kept: int, style: YamlStyle) -> None:
    before, after = _read(name, old), _read(name, new)
    if not isinstance(before, dict) or not _is_small(before):
        return  # whatever a reader makes of the old file, the new one owes it nothing
    require(isinstance(after, dict), f"{name} reads the new file, since it read the old one", old, new, after)
    others = [_plain({key: value for key, value in read.items() if key != "related"}) for read in (before, after)]
    require(others[0] == others[1], f"{name} reads all else as before", old, new, *others)
    if not entries and not kept:
        return  # what a merge (`<<`) may show in its place was there before
    items = after.get("related", [])
    there = before.get("related", [])[:kept] if kept else []
    require(_plain(items[:kept]) == _plain(there), f"{name} reads the curated entries as before", old, new)
    wanted = [_wanted(entry, texts="texts" in name, quoted=style.quoted) for entry in entries]
    got = [_same_dates(item, entry) for item, entry in zip(items[kept:], entries, strict=False)]
    require(
        len(items) == kept + len(entries) and _plain(got) == _plain(wanted),
        f"{name} reads the list back",
        old,
        new,
        got,
        wanted,
    )


@lru_cache(maxsize=64)
def _read(name: str, text: str) -> Any:
    """What a reader gives for a text, or its error."""
    try:
        return READERS[name](text)
    except Exception as error:  # noqa: BLE001  # they raise all kinds
        return error


def _wanted(value: Any, *, texts: bool, quoted: frozenset[str], key: str = "") -> Any:
    """What a reader is to give: numbers as such, but where the site quotes them."""
    if isinstance(value, dict):
        return {name: _wanted(inner, texts=texts, quoted=quoted, key=name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_wanted(inner, texts=texts, quoted=quoted) for inner in value]
    return str(value) if texts or key in quoted else value


def _same_dates(item: Any, entry: Entry) -> Any:
    """A date that the site writes plain is a date to a reader."""
    if not isinstance(item, dict):
        return item
    return {
        key: entry.get(key) if key in DATE_KEYS and isinstance(value, date) else value for key, value in item.items()
    }


def _plain(value: Any) -> Any:
    """What can be compared, order and types included; not a number is itself."""
    if isinstance(value, dict):
        return [(_plain(key), _plain(inner)) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    return type(value).__name__, repr(value)


def _is_small(value: Any) -> bool:
    waiting, met = [value], 0
    while waiting and met <= _MOST_NODES:
        inner = waiting.pop()
        met += 1
        if isinstance(inner, dict):
            waiting += [*inner.keys(), *inner.values()]
        elif isinstance(inner, list | tuple):
            waiting += inner
    return met <= _MOST_NODES


def _front_matter(data: bytes) -> FrontMatter:
    found = split_front_matter(data, path=PLACE)
    if found is None:
        raise BrokenPromiseError("an article has front matter")
    return found


def _items(data: bytes) -> list[Any]:
    items = parse_front_matter(_front_matter(data), path=PLACE).get("related")
    return items if isinstance(items, list) else []


def layout_of(data: bytes) -> YamlLayout:
    """The layout of a file's front matter."""
    front_matter, events = _front_matter(data), list[yaml.Event]()
    parse_front_matter(front_matter, path=PLACE, events=events)
    return YamlLayout.of(front_matter.text, events, path=PLACE)
