"""Front matter: what is found, what is read, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import FrontMatterError
from recommender.frontmatter import MAX_FRONT_MATTER_BYTES, FrontMatter, Value, parse_front_matter, split_front_matter

# How long a machine takes says nothing of the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> dict[str, Value]:
    found = split_front_matter(data, path="a.md")
    assert found is not None
    return parse_front_matter(found, path="a.md")


def read_yaml(text: str) -> dict[str, Value]:
    return read(f"---\n{text}\n---\n".encode())


def test_split_says_where_the_yaml_starts_and_ends() -> None:
    data = b"\xef\xbb\xbf---\r\ntitle: \xc3\xa9\r\n---\r\nbody"
    assert split_front_matter(data, path="a.md") == FrontMatter("title: é\r\n", 8, 19, body=23)
    assert data[8:19] == "title: é\r\n".encode()


@pytest.mark.parametrize(
    "data", [b"", b"name: a\n", b"a\n---\ntitle: a\n---\n", b"----\ntitle: a\n---\n", b"---title: a"]
)
def test_a_file_that_does_not_begin_with_dashes_has_no_front_matter(data: bytes) -> None:
    assert split_front_matter(data, path="a.md") is None


def test_the_closing_line_alone_is_enough_after_a_title() -> None:
    data = b"\ndate: 2024-03-19\ntitle: a\ntags:\n- b\n---\nbody\n---\n"
    assert split_front_matter(data, path="a.md") == FrontMatter(
        "date: 2024-03-19\ntitle: a\ntags:\n- b\n", 1, 37, line=2, body=40
    )


@pytest.mark.parametrize(
    "data", [b"note: a heading\n---\ntext\n", b"title: a\ntext\n\n---\n", b"title: a\n----\n", b"A title: b\n---\n"]
)
def test_a_line_of_dashes_below_other_text_closes_nothing(data: bytes) -> None:
    assert split_front_matter(data, path="a.md") is None


@pytest.mark.parametrize("line", ["----", "--- x", " ---", "'---'", "...---"])
def test_only_a_line_of_three_dashes_closes(line: str) -> None:
    found = split_front_matter(f"---\nx\n{line}\ny\n---\n{line}\n---\n".encode(), path="a.md")
    assert found is not None
    assert found.text == f"x\n{line}\ny\n"


def test_front_matter_may_hold_as_much_as_the_limit_and_no_byte_more() -> None:
    longest = b"a" * (MAX_FRONT_MATTER_BYTES - 1) + b"\n"
    found = split_front_matter(b"---\n" + longest + b"---\n", path="a.md")
    assert found is not None
    assert found.end - found.start == MAX_FRONT_MATTER_BYTES
    with pytest.raises(FrontMatterError) as raised:
        split_front_matter(b"---\na" + longest + b"---\n", path="a.md")
    assert str(raised.value) == "a.md: the front matter is over 1 MB; close it with a line `---`, or shorten it"


@pytest.mark.parametrize(
    "text",
    [*("no", "2020", "1e3", "0x1F", "~", "null", "true", "2019-12-01", "2019-12-01T16:14:00Z", ".inf", "12:30:45")],
)
def test_scalars_are_read_as_they_were_written(text: str) -> None:
    assert read_yaml(f"title: {text}\nlist: [{text}]") == {"title": text, "list": [text]}


@pytest.mark.parametrize("text", ["title: a\n--- b", "title: a\n--- {type: c}"])
def test_a_second_document_is_not_dropped_in_silence(text: str) -> None:
    with pytest.raises(FrontMatterError):
        read_yaml(text)


def test_a_tag_whose_escapes_are_no_text_is_the_files_fault() -> None:
    with pytest.raises(FrontMatterError) as raised:
        read_yaml("title: a\ntype: !<%ED%A0%80> b")
    assert raised.value.path == "a.md"


@pytest.mark.parametrize("opening", ["[", "{a: ", "[{a: "])
def test_a_million_brackets_are_refused(opening: str) -> None:
    with pytest.raises(FrontMatterError, match=r"^a\.md:2: the front matter is not YAML: nested over 64 deep"):
        read(b"---\n" + (opening * (1_000_000 // len(opening))).encode() + b"\n---\n")


@pytest.mark.parametrize(
    ("before", "character"),
    [
        *((before, "\x01") for before in ("", "ascii", "渡轮学会了自己停靠", "🚢" * 40, "a\nb: é\nc: 渡轮")),
        *(("", character) for character in "\x00\x1b\x7f\ufffe"),
    ],
)
def test_a_forbidden_character_is_named_with_its_line(before: str, character: str) -> None:
    text = f"title: {before}\nexcerpt: {before[:1]}{character}\n" + "type: article\n" * 100
    with pytest.raises(FrontMatterError) as raised:
        read_yaml(text)
    assert raised.value.line == 3 + before.count("\n")
    assert raised.value.reason == f"character U+{ord(character):04X} is forbidden in YAML; remove it"


yaml_like = st.lists(
    st.sampled_from(
        [
            *"[]{}:,-?|>&*!%@`'\"#~<=ab1 \t\n\r\\",
            ": ",
            "- ",
            "\n  ",
            "&a ",
            "*a",
            "!!str ",
            "%ED",
            "\x85",
            "\u2028",
            "é",
        ]
    )
    | st.characters(),
    max_size=60,
).map(lambda parts: "".join(parts).encode(errors="surrogatepass"))


@unhurried
@given(st.binary(max_size=200) | yaml_like)
def test_whatever_stands_between_the_dashes_is_read_or_refused(inside: bytes) -> None:
    def is_plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and is_plain(inner) for key, inner in value.items())
        return all(map(is_plain, value)) if isinstance(value, list) else isinstance(value, str)

    data = b"---\n" + inside + b"\n---\n"
    try:
        fields = read(data)
    except FrontMatterError as error:
        line, place = error.line or 1, error.path
    else:
        line, place = 1, "a.md"
        assert is_plain(fields)
    assert place == "a.md"
    assert 1 <= line <= 3 + len(inside)


@unhurried
@given(st.binary(max_size=200))
def test_any_bytes_are_split_or_refused(data: bytes) -> None:
    try:
        found = split_front_matter(data, path="a.md")
    except FrontMatterError:
        return
    assert found is None or data[found.start : found.end].decode() == found.text


@pytest.mark.parametrize("text", ["title: a\ntags:\n\t- b\n", "é: ü\nmore:\n\tb: c\n"])
def test_a_tab_is_named_with_its_line(text: str) -> None:
    with pytest.raises(FrontMatterError, match="a tab can't indent a line or begin a value") as caught:
        parse_front_matter(FrontMatter(text, 0, 0), path="a.md")
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: &a {draft: 'true', title: b}\n<<: *a\ntitle: c", {"draft": "true", "title": "c"}),
        ("x: &x {k: 1}\ny: &y {k: 2, l: 3}\n<<: [*x, *y]", {"k": "1", "l": "3"}),
        ("x: &x {k: 1}\ny: &y {<<: *x, l: 3}\n<<: *y", {"k": "1", "l": "3"}),
        ("<<: text", {}),
    ],
)
def test_a_merge_key_adds_what_the_mapping_does_not_say_itself(text: str, values: dict[str, Value]) -> None:
    read = read_yaml(text)
    assert "<<" not in read
    assert {key: read[key] for key in read if key not in ("a", "x", "y")} == values
