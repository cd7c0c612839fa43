"""A coverage-guided search for a file that is misread or that an edit harms; `make fuzz` runs it.

An input is a whole file. What is put into it is chosen by its checksum, so that the file alone tells what went wrong:
named in place of the options, it is tried again. libFuzzer's options are taken; a finding is saved as `crash-…` beside
this file, and the status is then not 0.
"""

from __future__ import annotations

import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

try:
    import atheris
except ImportError:
    print("make fuzz: skipped; atheris has no wheel for this system and Python", file=sys.stderr)
    raise SystemExit from None

with atheris.instrument_imports(
    include=[
        "recommender.frontmatter.front_matter",
        "recommender.frontmatter.header_parser",
        "recommender.frontmatter.json_parser",
        "recommender.frontmatter.yaml_parser",
        "recommender.frontmatter.layouts.yaml_block",
        "recommender.frontmatter.layouts.yaml_layout",
        "recommender.frontmatter.layouts.toml_statements",
        "recommender.frontmatter.layouts.toml_layout",
        "recommender.writing.yaml_style",
        "recommender.writing.edit",
    ],
    enable_loader_override=False,
):
    from readings import check_reading
    from round_trips import check_round_trip
    from splices import FAST_READERS, READERS, Trial, check_file

    from recommender.writing import YamlStyle

FOLDER = Path(__file__).resolve().parent
FULL: dict[str, Any] = {
    "title": 'Ferry "Agnes": no #1 \\ 🚢',
    "excerpt": "a\u2028b\x85c\x07\n'd'",
    "publishedDateTime": "2024-03-01T12:00:00Z",
    "sourceUrl": "https://quay.example/a?b=c#d",
    "type": "article",
    "provider": {"name": "no", "domain": "quay.example"},
    "quality": 59,
    "images": [{"url": "https://img.example/a", "width": 700}],
}
LISTS: tuple[list[dict[str, Any]], ...] = (
    [{"title": "Pier"}],
    [FULL],
    [FULL, {"title": "no", "type": "1e3"}],
    [{"title": "a", "quality": 7}] * 3,
)
STYLES = (
    YamlStyle(),
    YamlStyle(list_indent=0),
    YamlStyle(quote="'"),
    YamlStyle(quoted=frozenset({"sourceUrl", "type"}), quote="'", list_indent=0),
)


def main() -> None:
    """Fuzz with the options of the command line; new inputs that reach more are kept no longer than it runs."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))  # `atheris.Fuzz` ends the process: whoever called it removes this
    folder, found = root / "site", root / "found"
    folder.mkdir()
    found.mkdir()

    def check(data: bytes) -> None:
        check_reading(data)
        choice = zlib.crc32(data)
        style = STYLES[choice >> 4 & 3]
        readers = FAST_READERS if choice >> 6 & 7 else tuple(READERS)
        trial = Trial(folder, style, readers)
        check_file(trial, data, LISTS[choice & 3], LISTS[choice >> 2 & 3])
        check_round_trip(folder, data, LISTS[choice & 3] if choice >> 9 & 1 else ["a", "b: c"])

    options = [option for option in sys.argv[1:] if option.startswith("-")]
    inputs = [option for option in sys.argv[1:] if not option.startswith("-")]
    own = [f"-dict={FOLDER / 'front-matter.dict'}", f"-artifact_prefix={FOLDER}/"]
    atheris.Setup([sys.argv[0], *own, *options, *(inputs or [str(found), str(FOLDER / "corpus")])], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
