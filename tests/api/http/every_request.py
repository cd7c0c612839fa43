"""Requests of every kind, right and wrong, which schemathesis makes up for each operation.

No `test_` in its name: to make them takes seconds, which each process of a test run would spend. `make test-long` and
`make api-test` name it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from documented import ask, few, served

MODELS = TemporaryDirectory(prefix="openapi-")
APP = served(Path(MODELS.name))  # when imported: schemathesis makes a test of each operation then
schema = schemathesis.openapi.from_wsgi("/openapi.json", APP)


@schema.parametrize()
@few
def test_every_answer_is_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    ask(case)
