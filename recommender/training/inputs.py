"""A digest of everything that training depends on, which tells whether training again is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from recommender.corpus import Corpus, in_any_order
from recommender.sources import digest_program

_LIBRARIES = ("numba", "numpy", "PyStemmer", "regex", "scikit-learn", "scipy")


def digest_inputs(corpus: Corpus, given: Mapping[str, Any], precision: float | None) -> str:
    """The digest, as hex; empty for a corpus that was not read from files.

    Two trainings with the same digest give the same lists and the same report. It covers the files, how they are read
    and their errors, which lists this program wrote, the journal of live articles, the given settings, and the versions
    of this program and its libraries. It does not cover the date: scheduled and expired articles are filtered at the
    moment of an answer.
    """
    found = corpus.found_files
    if found is None:
        return ""
    values = (
        corpus.fingerprint,
        (found.choice, found.passed_over, corpus.problems),
        sorted(file.path for file in in_any_order(corpus.article_files) if file.list_state == "written"),
        corpus.live.position,
        given,
        precision,
        digest_program("recommender", libraries=_LIBRARIES),
    )
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()
