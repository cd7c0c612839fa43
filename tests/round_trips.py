"""What every list that goes into a file without one has to hold, whatever the format and the shape: it comes out again.

The property tests and the fuzzer share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from recommender.corpus import ArticleFile
from recommender.errors import FrontMatterError
from recommender.frontmatter import parse_front_matter, split_front_matter
from recommender.sources import WrittenList, get_list_value, read_file
from recommender.writing import EditRequest, YamlStyle, format_toml_entry, format_toml_text, make_edit

PLACE = "a.md"

RoundTrip: TypeAlias = Literal["no article", "left alone", "refused", "written"]


def check_round_trip(
    root: Path, data: bytes, items: Sequence[str | dict[str, Any]], *, path: tuple[str, ...] = ("related",)
) -> RoundTrip:
    """Put a list into a file and take it out again.

    Args:
        items: entries or texts.
        path: the keys that lead to the list, where the file has none yet.
    """
    (root / PLACE).write_bytes(data)
    before = _read(root)
    if before is None or before[0].format not in ("yaml", "toml"):
        return "no article"
    file, digest = before
    if file.list_state != "none":
        return "left alone"
    key = file.list_path or path
    formatted = [_format(item, file, key[-1]) for item in items]
    try:
        edit = make_edit(
            root, EditRequest(file, formatted, len(items), keep_curated=False, list_path=key), style=YamlStyle()
        )
    except FrontMatterError:
        return "refused"
    written = edit.apply_to(data)
    if not file.list_path:
        head = next((at for at, (one, other) in enumerate(zip(data, written, strict=False)) if one != other), len(data))
        more = len(written) - len(data)
        assert any(written[:at] + written[at + more :] == data for at in range(head + 1)), "a list goes in as one piece"
    (root / PLACE).write_bytes(written)
    front_matter = split_front_matter(written, path=PLACE)
    assert front_matter is not None
    assert get_list_value(parse_front_matter(front_matter, path=PLACE), key) == [item.value for item in formatted]
    assert edit.lock_entry is not None
    after = _read(root, edit.lock_entry)
    assert after is not None
    assert after[0].written == edit.lock_entry, "what was written is known for that"
    assert after[1] == digest, "what was written does not count"
    removal = make_edit(root, EditRequest(after[0], (), 0, keep_curated=True, list_path=key), style=YamlStyle())
    assert removal.apply_to(written) == data, "the file is as it was"
    assert removal.lock_entry is None
    return "written"


def _read(root: Path, *written: WrittenList) -> tuple[ArticleFile, bytes] | None:
    parsed = read_file(root, PLACE, written={line.digest: line for line in written})
    if not parsed.sources or not parsed.sources[0].front_matter_digest:  # without front matter nothing is written
        return None
    one = parsed.sources[0]
    file = ArticleFile(PLACE, "a", one.list_state, one.written, one.front_matter_digest, one.format, one.list_path)
    return file, parsed.digest


def _format(item: str | dict[str, Any], file: ArticleFile, key: str) -> Any:
    if file.format == "toml":
        return format_toml_text(item) if isinstance(item, str) else format_toml_entry(item)
    return YamlStyle().format_text(item, key=key) if isinstance(item, str) else YamlStyle().format_entry(item)
