"""The OpenAPI document says what the service does; schemathesis asks whether that is so."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from documented import ask, few, served
from flask import Flask
from hypothesis import given


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application of a few articles."""
    return served(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = json.loads(app.test_client().get("/openapi.json").data)
    return found


def test_every_answer_is_as_the_document_says(app: Flask, document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for path, methods in document["paths"].items():
        for method in methods:
            few(given(case=schema[path][method].as_strategy())(ask))()


def test_every_route_is_described_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    routes = {
        (rule.rule.replace("<id:id>", "{id}").replace("<own_id:id>", "{id}"), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.partition(".")[0] not in ("static", "explorer", "docs")
    }
    assert described == routes
    assert document["servers"] == [{"url": "/", "description": "This server"}]
    groups = [group["name"] for group in document["tags"] if group["description"]]
    assert groups == ["articles", "box", "live articles", "operations"]
    assert all(one["tags"][0] in groups for methods in document["paths"].values() for one in methods.values())
    assert document["openapi"] == "3.1.0"


def test_a_rate_limit_and_both_forms_of_an_article_are_described(document: dict[str, Any]) -> None:
    post = document["paths"]["/articles"]["post"]
    assert post["requestBody"]["content"].keys() == {"text/markdown", "application/json"}
    limited = {
        path for path, methods in document["paths"].items() for one in methods.values() if "429" in one["responses"]
    }
    assert document["paths"].keys() - limited == {"/healthz", "/readyz", "/metrics"}
