from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest
from samples import ROOT

from api import create_app
from api.app import serve_command
from api.state import PREFIX, Config
from recommender.articles import ENTRY_FIELDS
from recommender.errors import SettingsError

Shown = str | int | Path
README = (ROOT / "api" / "README.md").read_text()


def test_without_an_environment_there_are_defaults() -> None:
    assert Config.of({}) == Config()
    assert Config.of({"RECOMMENDER_MAX_AGE": " "}) == Config()


def test_a_setting_is_read_from_its_variable_and_overridden_by_its_name() -> None:
    environment = {
        "RECOMMENDER_MAX_AGE": "5",
        "RECOMMENDER_COMPRESSION": "False",
        "RECOMMENDER_CORS_ORIGINS": "https://A.example/, https://b.example",
        "RECOMMENDER_PUBLISHED": "only",
        "RECOMMENDER_FIELDS": "id, title",
    }
    read = Config.of(environment, {"MAX_AGE": 6, "MODELS": "elsewhere", "TESTING": True})
    assert read == Config(
        models=Path("elsewhere"),
        max_age=6,
        compression=False,
        cors_origins=("https://a.example", "https://b.example"),
        published="only",
        fields=("id", "title"),
    )


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MAX_AGE", "soon", "a whole number from 0 to 31536000"),
        ("MAX_AGE", "-1", "a whole number from 0 to 31536000"),
        ("MAX_AGE", "99999999", "a whole number from 0 to 31536000"),
        ("ACCESS_LOG", "yes", "true or false"),
        ("PUBLISHED", "yes", "any or only"),
        ("FIELDS", "heat", f"names of {', '.join(ENTRY_FIELDS)}"),
        ("CORS_ORIGINS", "site.example", "origins such as https://www.site.example, or *"),
        ("CORS_ORIGINS", "https://*.example", "origins such as https://www.site.example, or *"),
        ("CORS_ORIGINS", "https://site.example/path", "origins such as https://www.site.example, or *"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        Config.of({PREFIX + name: value})
    assert str(caught.value).replace("'", "") == f"{PREFIX}{name} is {value}; it must be {allowed}"
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError):
        create_app()


def _options() -> list[click.Option]:
    return [option for option in serve_command.params if isinstance(option, click.Option)]


def _variables() -> list[str]:
    settings = {f"{PREFIX}{field.name.upper()}" for field in fields(Config)}
    return sorted(settings | {str(option.envvar) for option in _options() if option.envvar})


@pytest.mark.parametrize("variable", _variables())
def test_every_setting_is_in_the_readme(variable: str) -> None:
    assert variable.startswith(PREFIX)
    assert re.search(rf"^\| [^|]*`{variable}`[^|]*\|", README, re.MULTILINE)


def test_the_readme_tells_the_defaults_as_they_are() -> None:
    options = {str(option.envvar): option.default for option in _options() if option.envvar}
    fixed = {f"{PREFIX}{field.name.upper()}": field.default for field in fields(Config)}
    told: dict[str, str] = {}
    for row in README.splitlines():
        if row.startswith(f"| `{PREFIX}"):
            _, names, defaults, *_ = row.split("|")
            told.update(zip(names.replace("`", "").replace(" ", "").split(","), defaults.split(","), strict=True))
    assert {name: default.strip().strip("`") for name, default in told.items()} == {
        name: str(default).replace("True", "true").replace("False", "false") if isinstance(default, Shown) else ""
        for name, default in {**options, **fixed}.items()
    }
