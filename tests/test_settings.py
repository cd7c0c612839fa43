from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from recommender import Settings
from recommender import settings as module
from recommender.errors import SettingsError
from recommender.settings import read_overrides


def test_overriding_one_setting_keeps_the_rest() -> None:
    assert Settings.from_mapping({"title_weight": 0.5}) == Settings(title_weight=0.5)


def test_settings_survive_a_round_trip_through_plain_values() -> None:
    settings = Settings(half_life_days=None, title_ngrams=(3, 5), published="only")
    assert Settings.from_mapping(settings.to_mapping()) == settings


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"half_life": 7}, "'half_life' is not a setting; the settings are title_terms, title_ngrams, "),
        ({"title_weight": 1.5}, "title_weight is 1.5; it must be a number from 0 to 1"),
        ({"title_weight": True}, "title_weight is True; it must be a number from 0 to 1"),
        ({"half_life_days": 0}, "half_life_days is 0; it must be above 0, or null"),
        ({"half_life_days": "7"}, "half_life_days is '7'; it must be above 0, or null"),
        ({"half_life_days": float("nan")}, "half_life_days is nan; it must be above 0, or null"),
        (
            {"title_ngrams": [5, 4]},
            "title_ngrams is (5, 4); it must be two whole numbers from 1 to 8, the smaller first",
        ),
        ({"title_ngrams": 4}, "title_ngrams is 4; it must be two whole numbers from 1 to 8, the smaller first"),
        ({"idf_power": -1}, "idf_power is -1; it must be a number from 0 to 2"),
        ({"newer_stretch": 0}, "newer_stretch is 0; it must be a number above 0, at most 100"),
        ({"excerpt_holds_title": 1}, "excerpt_holds_title is 1; it must be true or false"),
        ({"limit": 0}, "limit is 0; it must be a whole number from 1 to 1000"),
        ({"excerpt_terms": "lemmas"}, "excerpt_terms is 'lemmas'; it must be one of ngrams, stems, words"),
        ({"published": "never"}, "published is 'never'; it must be any or only"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_it_may_be(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping(values)
    assert str(caught.value).startswith(sentence)


def test_a_settings_file_overrides_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("half_life_days: null\nexcerpt_ngrams: [3, 4]\n")
    assert read_overrides(file) == {"half_life_days": None, "excerpt_ngrams": [3, 4]}
    assert Settings.from_mapping(read_overrides(file)) == Settings(half_life_days=None, excerpt_ngrams=(3, 4))


@pytest.mark.parametrize("text", ["- limit", "limit: [", "limit: -1", "nothing: 1", "1: 2"])
def test_a_settings_file_that_can_not_be_used_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.yaml"):
        read_overrides(file)


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml: the settings can't be read: No such file or directory$"):
        read_overrides(tmp_path / "none.yaml")


def test_every_setting_says_what_it_is_for() -> None:
    body = ast.parse(inspect.getsource(module)).body
    [settings] = [node for node in body if isinstance(node, ast.ClassDef)]
    documented = {
        field.target.id
        for field, text in pairwise(settings.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
    assert documented == {field.name for field in fields(Settings)}
