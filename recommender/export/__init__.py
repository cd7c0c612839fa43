"""Lists into a pipeline: one answer a line or a row of Parquet, and from there into Redis."""

from recommender.export.answer_store import About, Found, Store, cut, shown
from recommender.export.exporter import TASK_SIZE, Exporter
from recommender.export.parquet import from_parquet, require_pyarrow
from recommender.export.partitions import Format
from recommender.export.redis_loader import load

__all__ = [
    "TASK_SIZE",
    "About",
    "Exporter",
    "Format",
    "Found",
    "Store",
    "cut",
    "from_parquet",
    "load",
    "require_pyarrow",
    "shown",
]
