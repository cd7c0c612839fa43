"""A JSON object as front matter, or as a line of a `.jsonl` file."""

from __future__ import annotations

import json

from recommender.errors import FrontMatterError
from recommender.frontmatter.values import Value, as_texts


def parse_json(data: bytes, *, path: str, line: int | None) -> dict[str, Value]:
    """The fields of an article that is a JSON object; numbers stay as they were written.

    Raises:
        FrontMatterError: it is not a JSON object.
    """
    try:
        # msgspec would be faster, but turns -0 into 0 and refuses integers of thousands of digits.
        value = json.loads(data.decode(), parse_int=str, parse_float=str, parse_constant=lambda _: None)
        value = as_texts(value)
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FrontMatterError("half of a surrogate pair; correct the escape", path=path, line=line) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("not UTF-8; save the file as UTF-8", path=path, line=line) from error
    except json.JSONDecodeError as error:
        where = line if line is None else line + error.lineno - 1
        raise FrontMatterError(f"not JSON: {error.msg} at column {error.colno}", path=path, line=where) from error
    except RecursionError as error:
        raise FrontMatterError("nested too deep", path=path, line=line) from error
    if not isinstance(value, dict):
        raise FrontMatterError("not a JSON object; an article is one", path=path, line=line)
    return value
