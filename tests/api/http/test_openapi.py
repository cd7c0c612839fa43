"""The OpenAPI document says what the service does; schemathesis asks whether that is so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from samples import article, corpus_of
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api import create_app
from api.pages import mark_code
from recommender.training import publish

CASES = int(os.environ.get("CASES", "5"))  # an operation; `make api-test` asks more
TITLES = ("Comet over the bay", "Comet over the town", "How the comet was found", "Schoolgirl wins chess masters")
TOKEN = "open-sesame"
MODELS = TemporaryDirectory(prefix="openapi-")


def served() -> Flask:
    """An application of a few articles, to which others may be posted."""
    made = corpus_of(*(article(str(day), title, date=f"2024-03-0{day}") for day, title in enumerate(TITLES, start=1)))
    publish(made, Path(MODELS.name))
    # What schemathesis asks without a network it does not unpack.
    return create_app(MODELS=MODELS.name, TOKEN=TOKEN, ACCESS_LOG=False, COMPRESSION=False)


APP = served()  # when imported: schemathesis makes a test of each operation then
schema = schemathesis.openapi.from_wsgi("/openapi.json", APP)


@schema.parametrize()
@settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    # That a text is an article is more than a schema can say.
    posted = (case.method, case.path) == ("POST", "/articles")
    beside: list[Any] = [positive_data_acceptance] if posted else []
    if case.media_type == "application/x-www-form-urlencoded":
        beside.append(negative_data_rejection)  # what is no text would be a file to werkzeug's client, and isn't sent
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=beside)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = json.loads(APP.test_client().get("/openapi.json").data)
    return found


def test_every_route_is_described_and_no_other(document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    routes = {
        (rule.rule.replace("<id:id>", "{id}").replace("<own_id:id>", "{id}"), method)
        for rule in APP.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert described == routes
    assert document["openapi"] == "3.1.0"


def test_the_page_tells_every_parameter_and_every_type(document: dict[str, Any]) -> None:
    page = APP.test_client().get("/docs").text
    for path, methods in document["paths"].items():
        assert path in page
        for operation in methods.values():
            assert all(mark_code(parameter["description"]) in page for parameter in operation["parameters"])
    for name in document["components"]["schemas"]:
        assert f'<section id="{name}">' in page
    assert "a whole number from 1 to 100" in page


def test_a_rate_limit_and_both_forms_of_an_article_are_described(document: dict[str, Any]) -> None:
    post = document["paths"]["/articles"]["post"]
    assert post["requestBody"]["content"].keys() == {"text/markdown", "application/json"}
    limited = {
        path for path, methods in document["paths"].items() for one in methods.values() if "429" in one["responses"]
    }
    assert document["paths"].keys() - limited == {"/healthz", "/readyz", "/metrics"}
