"""Conversion of answers to Parquet and back, byte for byte.

A row is an answer, with the fields in the order and nesting of the entry. A number that a site writes as text, such as
`quality: high`, goes into a second column with the suffix `Text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import msgspec

from recommender.articles import ENTRY_KEYS
from recommender.errors import ExportError

_TEXT = "Text"
_NUMBERS = ("quality", "width", "height")


def require_pyarrow() -> None:
    """Raise `ExportError` if pyarrow is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ExportError("Parquet needs pyarrow: pip install 'related-articles[parquet]'") from error


def to_parquet(answers: Sequence[bytes], fields: tuple[str, ...] = ()) -> bytes:
    """A Parquet file of answers, each `{"id": …, "related": [entry, …]}` as JSON.

    Args:
        fields: that the entries have; none means whole entries.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [msgspec.json.decode(answer) for answer in answers]
    for row in rows:
        for entry in row["related"]:
            for numbered in (entry, *entry.get("images", ())):
                for key in _NUMBERS:
                    if isinstance(numbered.get(key), str):
                        numbered[key + _TEXT] = numbered.pop(key)
    stream = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_schema(fields or ENTRY_KEYS)), stream, compression="zstd")
    return stream.getvalue()


def from_parquet(content: bytes) -> Iterator[bytes]:
    """The answers in a Parquet file that `to_parquet` has made."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(BytesIO(content)).iter_batches():
        for row in batch.to_pylist():
            yield msgspec.json.encode(_without_nulls(row))


def _without_nulls(value: Any) -> Any:
    """A value without nulls, and with text columns merged into those of their numbers."""
    if isinstance(value, dict):
        return {key.removesuffix(_TEXT): _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


@cache
def _schema(fields: tuple[str, ...]) -> Any:
    import pyarrow as pa

    def texts(*names: str) -> list[Any]:
        return [pa.field(name, pa.string()) for name in names]

    def number(name: str) -> list[Any]:
        return [pa.field(name, pa.int64()), pa.field(name + _TEXT, pa.string())]

    image = pa.struct([*texts("url"), *number("width"), *number("height")])
    others = {
        "provider": [pa.field("provider", pa.struct(texts("name", "domain")))],
        "quality": number("quality"),
        "images": [pa.field("images", pa.list_(image))],
        "score": [pa.field("score", pa.float64())],
    }
    entry = pa.struct([column for name in dict.fromkeys(fields) for column in others.get(name) or texts(name)])
    return pa.schema([pa.field("id", pa.string()), pa.field("related", pa.list_(entry))])
