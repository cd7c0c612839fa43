"""TOML front matter, as in Hugo and Zola."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from recommender.errors import FrontMatterError
from recommender.frontmatter.values import Value, as_texts

_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


def load_toml(text: str) -> dict[str, Any]:
    """The values of a TOML document, with their types, but floats as text."""
    return tomllib.loads(text.replace("\r\n", "\n"), parse_float=str)


def parse_toml(text: str, *, path: str, line: int) -> dict[str, Value]:
    """The values of a TOML document, every scalar as text; a date with the offset 0 ends in `Z`.

    Raises:
        FrontMatterError: it is not TOML; its line is counted in the file, where the document starts at `line`.
    """
    try:
        return {key: as_texts(value) for key, value in load_toml(text).items()}
    except tomllib.TOMLDecodeError as error:
        numbered = _LINE.search(str(error))
        raise FrontMatterError(
            f"the front matter is not TOML: {_LINE.sub('', str(error)).strip()}; quote the value, or correct the table",
            path=path,
            line=line + int(numbered[1]) - 1 if numbered and numbered[1] else line,
        ) from error
    except (RecursionError, ValueError) as error:  # ValueError for a number of thousands of digits
        raise FrontMatterError("the front matter is nested too deep, or a number is too long", path=path) from error
