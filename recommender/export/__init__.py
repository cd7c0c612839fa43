"""Exports of all lists to files or datasets, and their answers in Redis: loaded whole, read in one round trip."""

from recommender.export.answer_store import AnswerStore, StoredAnswer, VersionInfo, redact_url, truncate_answer
from recommender.export.exporter import TASK_SIZE, Exporter
from recommender.export.parquet import from_parquet, require_pyarrow
from recommender.export.partitions import ExportFormat
from recommender.export.redis_loader import load_into_redis

__all__ = [
    "TASK_SIZE",
    "AnswerStore",
    "ExportFormat",
    "Exporter",
    "StoredAnswer",
    "VersionInfo",
    "from_parquet",
    "load_into_redis",
    "redact_url",
    "require_pyarrow",
    "truncate_answer",
]
