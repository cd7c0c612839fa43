"""An application whose answers are held against its OpenAPI document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from samples import article, corpus_of
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api import create_app
from recommender.training import publish

CASES = int(os.environ.get("CASES", "5"))  # an operation; `make api-test` asks more
TITLES = ("Comet over the bay", "Comet over the town", "How the comet was found", "Schoolgirl wins chess masters")
TOKEN = "open-sesame"

few = settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def served(models: Path) -> Flask:
    """An application of a few articles, to which others may be posted."""
    made = corpus_of(*(article(str(day), title, date=f"2024-03-0{day}") for day, title in enumerate(TITLES, start=1)))
    publish(made, models)
    # What schemathesis asks without a network it does not unpack.
    return create_app(MODELS=str(models), TOKEN=TOKEN, ACCESS_LOG=False, COMPRESSION=False)


def ask(case: schemathesis.Case[Any]) -> None:
    """Ask, and check that the answer is as the document says."""
    # That a text is an article, or which parameters go together, is more than a schema can say.
    is_more = (case.method, case.path) in (("POST", "/articles"), ("GET", "/articles"), ("GET", "/related"))
    beside: list[Any] = [positive_data_acceptance] if is_more else []
    if case.media_type == "application/x-www-form-urlencoded":
        beside.append(negative_data_rejection)  # what is no text would be a file to werkzeug's client, and isn't sent
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=beside)
