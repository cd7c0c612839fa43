"""What of configuration files is read, and that nothing in them is executed or does harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites.configuration import flag_in, list_in, mapping_in, merge, read_configuration, text_in, texts_in
from recommender.sites.python_settings import read_python_settings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "a: [1"),
        ("a.toml", "a ="),
        ("a.json", "{"),
        ("a.yml", "- a list"),
        ("a.txt", "a: 1"),
        ("a.yml", "a: &a [*a]"),
        ("a.json", "[" * 100_000),
    ],
)
def test_what_can_t_be_read_is_none(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_configuration(tmp_path / name, lower_keys=True) is None
    assert read_configuration(tmp_path / "missing.yml") is None


def test_keys_in_lower_case(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("A: {Bc: [{No: 1}], no: X}", encoding="utf-8")
    assert read_configuration(tmp_path / "a.yml", lower_keys=True) == {"a": {"bc": [{"no": 1}], "no": "X"}}


def test_what_yaml_repeats_by_aliases_is_made_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    (tmp_path / "a.yml").write_text("\n".join(lines), encoding="utf-8")
    values = read_configuration(tmp_path / "a.yml", lower_keys=True)
    assert values is not None
    assert values["a39"][0] is values["a39"][8]


def test_tags_of_other_programs_leave_what_they_are_put_on(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: !!python/name:os.system\nb: !ENV [X, 1]\nc: !x {k: v}", encoding="utf-8")
    assert read_configuration(tmp_path / "a.yml") == {"a": None, "b": ["X", 1], "c": {"k": "v"}}


def test_values_at_paths_of_keys() -> None:
    values = {"a": {"text": "x", "list": ["y", 1], "yes": True, "no": "False", 1: 2}}
    assert (text_in(values, "a", "text"), text_in(values, "a", "list"), text_in(values, "a", "text", "z")) == (
        "x",
        "",
        "",
    )
    assert (texts_in(values, "a", "text"), texts_in(values, "a", "list")) == (("x",), ("y",))
    assert (list_in(values, "a", "list"), list_in(values, "a")) == (["y", 1], [])
    assert (mapping_in(values, "a", "text"), list(mapping_in(values, "a"))) == ({}, ["text", "list", "yes", "no"])
    assert [flag_in(values, "a", key) for key in ("yes", "no", "text", "list")] == [True, False, None, None]


def test_merging_keeps_what_the_second_does_not_say() -> None:
    assert merge({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2]}) == {"a": {"b": 3, "c": 2}, "d": [2]}


def test_settings_in_python_are_read_as_far_as_they_are_plain(tmp_path: Path) -> None:
    text = """
import os
A = "a"
B: str = A + "b"
C = f"{A}/{B}"
D = ("x", {A: 1, os: 2}, True)
E = os.environ["E"]
F = A.upper()
G, H = 1, 2
if A:
    A = "other"
I = f"{A!r}"
J = "x"
J += "y"
raise SystemExit
"""
    (tmp_path / "conf.py").write_text(text, encoding="utf-8")
    settings = read_python_settings(tmp_path / "conf.py", {"Z": "z"})
    assert settings == {
        "A": None,
        "B": "ab",
        "C": "a/ab",
        "D": ["x", {"a": 1}, True],
        "E": None,
        "F": None,
        "G": None,
        "H": None,
        "I": None,
        "J": None,
        "Z": "z",
    }


def test_python_that_can_t_be_parsed_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("A = 1\nB = (", encoding="utf-8")
    assert read_python_settings(tmp_path / "conf.py") == {}
