"""The style of a site: how a `related` block is written, learnt from what is there, and read back by any reader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from recommender.articles import Entry
from recommender.frontmatter import FrontMatter, Value, parse_front_matter
from recommender.writing import YamlStyle

# How long a machine takes says nothing of the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_yaml(text: str) -> dict[str, Value]:
    return parse_front_matter(FrontMatter(text, 0, len(text)), path="a.md")


FULL = {
    "title": 'Ferry "Agnes" learns: to park \\ itself 🚢',
    "excerpt": "一 # not a comment",
    "publishedDateTime": "2024-03-01T12:00:00Z",
    "sourceUrl": "https://quay.example/a?b=c#d",
    "ampUrl": "https://amp.quay.example/a",
    "cdnAmpUrl": "https://amp-quay-example.cdn.example/c/s/a",
    "type": "article",
    "provider": {"name": "The Quay & Pier Gazette", "domain": "quay.example"},
    "quality": 59,
    "images": [{"url": "https://img.example/th?id=ON.12", "width": 700, "height": 393}],
}


def block(style: YamlStyle, entries: Iterable[Entry]) -> str:
    return style.format_block(map(style.format_entry, entries))


def test_a_related_block_is_written_as_the_site_writes_it() -> None:
    assert block(YamlStyle(), [FULL, {"title": "Pier", "webUrl": "https://quay.example/pier"}]) == (
        "related:\n"
        '  - title: "Ferry \\"Agnes\\" learns: to park \\\\ itself 🚢"\n'
        '    excerpt: "一 # not a comment"\n'
        "    publishedDateTime: 2024-03-01T12:00:00Z\n"
        "    sourceUrl: https://quay.example/a?b=c#d\n"
        "    ampUrl: https://amp.quay.example/a\n"
        "    cdnAmpUrl: https://amp-quay-example.cdn.example/c/s/a\n"
        "    type: article\n"
        "    provider:\n"
        "      name: The Quay & Pier Gazette\n"
        "      domain: quay.example\n"
        "    quality: 59\n"
        "    images:\n"
        "      - url: https://img.example/th?id=ON.12\n"
        "        width: 700\n"
        "        height: 393\n"
        '  - title: "Pier"\n'
        "    webUrl: https://quay.example/pier\n"
    )


def test_no_entries_are_an_empty_list() -> None:
    assert block(YamlStyle(), []) == "related: []\n"


@pytest.mark.parametrize(
    "name",
    [
        *("no", "Yes", "off", "TRUE", "null", "~", "", " ", "12", "1_000", "0x1F", "0o17", "1e3", ".5", "12:30:45"),
        *("2019-12-01", "2019-12-01T16:14:00Z", "2001-12-14 21:59:43.10 -5", "2001-12-14t21:59:43.10-05:00", "="),
        *("a: b", "a #b", "a:", "- a", "a\nb", "a\tb", " a", "a ", "'a'", '"a"', "[a]", "{a}", "*a", "&a", "!a", "%a"),
        *("@a", "`a`", "|", ">", "? a", "#a", "<<", "---", "...", "a\x00b", "a\x85b", "a\u2028b", "\ufeffa", "\x7f"),
        *("a\\nb", "-", "a:b", "a#b", "🚢", "a\u00a0#b", "-1", "+1"),
    ],
)
def test_a_value_is_read_back_as_the_same_text(name: str) -> None:
    written = block(YamlStyle(), [{"title": name, "type": name, "provider": {"name": name}}])
    wanted = {"related": [{"title": name, "type": name, "provider": {"name": name}}]}
    assert read_yaml(written) == wanted
    assert yaml.safe_load(written) == wanted


@pytest.mark.parametrize("name", ["article", "a:b", "a#b", "The Quay, Pier & Gull", "Wired (UK)", "渡轮 报", "don't"])
def test_a_value_that_nothing_misreads_is_plain(name: str) -> None:
    assert block(YamlStyle(), [{"type": name}]) == f"related:\n  - type: {name}\n"


def test_a_line_is_never_broken_however_long_it_is() -> None:
    assert block(YamlStyle(), [{"title": "long " * 1000}]).count("\n") == 2


marks = [
    ": ",
    " #",
    "\n",
    "\r\n",
    "\t",
    "\\",
    '"',
    "'",
    "- ",
    "? ",
    "[",
    "{",
    "&a",
    "*a",
    "!",
    "%",
    "@",
    "`",
    "|",
    ">",
    ":",
]
words = [
    "null",
    "~",
    "no",
    "2019-12-01",
    "12",
    "1e5",
    "0x1f",
    "---",
    "...",
    "\x85",
    "\u2028",
    "\ufeff",
    "\x07",
    "🚢",
    "é",
]
fragments = st.sampled_from(marks + words)
letters = st.characters(exclude_categories=["Cs"])
texts = (
    st.text(letters, max_size=20)
    | st.lists(fragments | letters, max_size=6).map("".join)
    | st.from_regex(r"\A[0-9.:_+eExXabTZ -]{1,20}\Z")
    | st.from_regex(r"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{0,12}(Z|[+-][0-9]{2}(:[0-9]{2})?)?)?\Z")
)
numbers = st.integers(-(10**17), 10**17)
entries = st.fixed_dictionaries(
    {"title": texts},
    optional={
        "excerpt": texts,
        "publishedDateTime": texts,
        "sourceUrl": texts,
        "type": texts,
        "provider": st.fixed_dictionaries({"name": texts}, optional={"domain": texts}),
        "quality": numbers | texts,
        "images": st.tuples(st.fixed_dictionaries({"url": texts}, optional={"width": numbers})).map(list),
    },
)


def as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_texts(inner) for key, inner in value.items()}
    return [as_texts(inner) for inner in value] if isinstance(value, list) else str(value)


hands = st.builds(
    YamlStyle,
    quoted=st.frozensets(st.sampled_from(["title", "excerpt", "type", "name", "url", "quality", "publishedDateTime"])),
    quote=st.sampled_from(["'", '"']),
    list_indent=st.sampled_from([0, 2]),
)


@unhurried
@given(st.lists(entries, max_size=3), hands)
@example([{"title": "a", "publishedDateTime": "2019-12-01T16:"}], YamlStyle())
@example([{"title": "a", "publishedDateTime": "2019-02-30"}], YamlStyle())
@example([{"title": "a", "type": "2019-12-01T16:14:00Z"}], YamlStyle())
def test_what_is_written_is_read_back_by_any_reader(related: list[dict[str, Any]], style: YamlStyle) -> None:
    written = block(style, related)
    assert read_yaml(written) == {"related": as_texts(related)}
    for loaded in (yaml.safe_load(written), YAML(typ="safe", pure=True).load(written)):
        for entry, other in zip(related, loaded["related"], strict=True):
            if isinstance(other.get("publishedDateTime"), date | datetime):  # the site writes a real date plain
                other["publishedDateTime"] = entry["publishedDateTime"]
            if "quality" in style.quoted:
                other.update({key: entry[key] for key in ("quality",) if str(entry.get(key)) == other.get(key)})
        assert loaded["related"] == related


GCP = """\
title: "Quay to be dredged"
webUrl: "https://quay.example/dredged"
provider:
  name: The Quay Gazette
related:
  - title: "Dredger delayed"
    webUrl: "https://quay.example/delayed"
    provider:
      name: The Quay Gazette
"""
PLAIN = """\
title: Quay to be dredged
description: 'It is: silted'
tags:
- quay
- mud
"""


def test_the_keys_that_a_site_quotes_are_learnt() -> None:
    style = YamlStyle.from_front_matters([GCP])
    entry = {"title": "Mud", "webUrl": "https://quay.example/mud", "provider": {"name": "Gull"}}
    assert block(style, [entry]) == (
        'related:\n  - title: "Mud"\n    webUrl: "https://quay.example/mud"\n    provider:\n      name: Gull\n'
    )


def test_a_site_without_lists_is_learnt_from_its_other_keys() -> None:
    style = YamlStyle.from_front_matters([PLAIN, PLAIN])
    entry = {"title": "Mud", "type": "a: b", "images": [{"url": "https://quay.example/mud.jpg", "width": 7}]}
    assert block(style, [entry]) == (
        "related:\n- title: Mud\n  type: 'a: b'\n  images:\n  - url: https://quay.example/mud.jpg\n    width: 7\n"
    )


def test_what_lists_show_outweighs_what_articles_show() -> None:
    assert "title" in YamlStyle.from_front_matters([PLAIN, PLAIN, PLAIN, GCP]).quoted


def test_a_value_that_must_be_quoted_says_nothing_of_its_key() -> None:
    style = YamlStyle.from_front_matters(['type: "no"\n', 'type: "12"\n', "type: article\n"])
    assert block(style, [{"type": "article"}]) == "related:\n  - type: article\n"


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "plain text\n", "a: &x {b: *x}\n"])
def test_of_what_is_no_front_matter_nothing_is_learnt(text: str) -> None:
    assert YamlStyle.from_front_matters([text]) == YamlStyle()


def test_marks_that_single_quotes_cannot_hold_are_escaped_in_double_ones() -> None:
    style = YamlStyle(quote="'")
    assert (
        block(style, [{"title": "it's"}, {"title": "a\nb"}])
        == "related:\n  - title: 'it''s'\n  - title: \"a\\u000ab\"\n"
    )
