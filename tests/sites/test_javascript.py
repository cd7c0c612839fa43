"""What is read of a configuration in JavaScript, and what stays unread."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sites.javascript import UNREAD, Call, parse_constant, parse_exported


@pytest.mark.parametrize(
    "code",
    [
        "export default { site: 'https://example.org' }",
        "export default defineConfig({ site: 'https://example.org', });",
        "export default withMermaid(defineConfig({ site: 'https://example.org' }), {});",
        'module.exports = { "site": "https://example.org" };',
        "/** @type {Config} */\nconst config = ({ site: `https://example.org` })\nmodule.exports = config",
        "const config: Config = { site: 'https://example.org' };\nexport default config satisfies Config;",
        "const site = 'https://example.org'\nexport default { site }",
        "export default async function make() { return { site: 'https:\\u002f/example.org' }; }",
        "// export default { site: 'https://wrong.example' }\nexport default { site: 'https://example.org' /* ' */ }",
    ],
)
def test_the_exported_object_is_found(code: str) -> None:
    assert parse_exported(code) == {"site": "https://example.org"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("['en', 'de']", ["en", "de"]),
        ("[['classic', { blog: false }]]", [["classic", {"blog": False}]]),
        ("{ docs: true } as Options", {"docs": True}),
        ("'it\\'s'", "it's"),
        ("null", None),
        ("`./${folder}/blog`", "./src/blog"),
        ("glob({ base: './posts' })", Call("glob", [{"base": "./posts"}])),
        ("process.env.SITE", UNREAD),
        ("process.env.SITE || 'x'", UNREAD),
        ("'a' + b", UNREAD),
        ("`a${b}`", UNREAD),
        ("['a'].map((x) => x)", UNREAD),
        ("dev ? 'a' : 'b'", UNREAD),
        ("new URL('./x', import.meta.url)", UNREAD),
        ("(page) => ({ x: 'y' })", UNREAD),
        ("function (page) { return 'x'; }", UNREAD),
        ("/['\"]{2}/.test(x)", UNREAD),
        ("value", UNREAD),
        ("loop", UNREAD),
    ],
)
def test_literals_are_read_and_code_is_not(value: str, expected: Any) -> None:
    exported = parse_exported(
        f"const loop = loop; const folder = 'src';\nexport default {{ before: 1, value: {value}, after: 'z' }}"
    )
    assert exported == {"before": UNREAD, "value": expected, "after": "z"}


def test_a_constant_is_found_by_its_name() -> None:
    code = "const blog = defineCollection({ loader: feed() }); export const collections = { blog };"
    assert parse_constant(code, "collections") == {"blog": {"loader": Call("feed", [])}}


@pytest.mark.parametrize("member", ["...rest", "[key]: 'x'"])
def test_members_without_a_plain_key_are_passed_over(member: str) -> None:
    assert parse_exported(f"export default {{ {member}, after: 'z' }}") == {"after": "z"}


@pytest.mark.parametrize("member", ["a() { return { b: 'c' } }", "async a(x) { return 'b' }", "get a() { return 'b' }"])
def test_methods_are_not_read(member: str) -> None:
    assert parse_exported(f"export default {{ {member}, after: 'z' }}") == {"a": UNREAD, "after": "z"}


@pytest.mark.parametrize(
    "code", ["", "export default", "export default { a: '", "module.exports = {" + "[" * 9000, "`", "/*"]
)
def test_broken_code_ends_in_no_error(code: str) -> None:
    parse_exported(code)


def test_constants_of_constants_take_no_time() -> None:
    constants = "".join(f"const a{i} = [a{i + 1}, a{i + 1}];\n" for i in range(40))
    assert parse_exported(f"{constants}export default {{ a: a0 }}") is not None


def test_objects_without_one_of_the_keys_are_passed_over() -> None:
    code = "module.exports = (c) => { c.add(() => { return { a: 'x' } }); return { b: 'y', c: true } }"
    assert parse_exported(code, keys=("b", "z")) == {"b": "y", "c": True}
    assert parse_exported(code, keys=("z",)) is None


_PIECES = [
    "export default",
    "return",
    "const a =",
    *"{}[](),:;='\"`/\\*?",
    "`${a}`",
    "'\\u{110000}'",
    "a",
    "...",
    "=>",
    "//",
    "/*",
    "\n",
]


@given(st.lists(st.sampled_from(_PIECES)).map("".join) | st.text())
def test_any_text_is_read_without_an_error(code: str) -> None:
    assert isinstance(parse_exported(code), dict | None)
    assert isinstance(parse_constant(code, "a"), dict | None)
