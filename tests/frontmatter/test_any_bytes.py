"""Whatever bytes a file begins with, its front matter is read, or its fault is named with file and line."""

from __future__ import annotations

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import check_reading, read

from recommender.errors import FrontMatterError
from recommender.frontmatter import Value

OPENINGS = (b"---\n", b"+++\n", b";;;\n", b"{", b'"title": ', b"Title: a\n", b".. title: a\n", b"<!--\n.. a: b\n", b"")
PIECES = (
    *(b"title", b"= ", b": ", b'"', b"'''", b"[", b"]", b"[[a]]", b"{", b"}", b",", b"\n", b"\r\n", b"  ", b"\t", b"#"),
    *(
        b"2024-05-01",
        b"1e999",
        b"9" * 5000,
        b"0x",
        b"nan",
        b"true",
        b"\\u",
        b"\\ud800",
        b"\xff",
        b"\xc3",
        b"\0",
        b"\x1f",
    ),
    *(b"+++\n", b"---\n", b"...\n", b";;;\n", b"-->\n", b".. date: ", b"Date: ", b"&a ", b"*a ", b"<<: "),
)
contents = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)), max_size=30).map(b"".join)


def depth(value: Value) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth, inner), default=0)


@settings(deadline=None, max_examples=examples(300))
@given(st.sampled_from(OPENINGS), contents)
def test_any_bytes_give_the_same_values_in_every_spelling_or_a_fault_with_its_file(
    opening: bytes, content: bytes
) -> None:
    check_reading(opening + content)


@pytest.mark.parametrize(
    "data",
    [
        b"+++\na = " + b"[" * 50_000 + b"\n+++\n",
        b"+++\n" + b"[a" + b".a" * 50_000 + b"]\n+++\n",
        b";;;\n{" + b'"a":{' * 50_000 + b"\n;;;\n",
        b"{" + b'"a":{' * 50_000,
        b'{"a": ' + b"[" * 50_000,
        b"Title: a\n" + b"a: b\r\n" * 50_000,
        b"Title: a\n" + b"  a\r\n" * 50_000 + b"?",
        b".. title: a\n" * 50_000,
    ],
)
def test_what_is_nested_deep_or_repeated_often_is_read_or_refused_without_a_traceback(data: bytes) -> None:
    _, found = read(data)
    assert isinstance(found, FrontMatterError) or found is None or depth(found) < 1000
