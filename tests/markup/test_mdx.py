"""MDX: one rule a line."""

from __future__ import annotations

import pytest

from recommender.markup import parse_body

RULES = {
    "imports": ("import Chart from './chart'\nimport {a,\n  b} from 'c'\n\nBees hum.", "Bees hum."),
    "prose that begins so": ("Bees\nimport wax.\n\nexport is forbidden.", "Bees import wax.\nexport is forbidden."),
    "an export with a blank line": ("export const bees = {\n\n  a: 1,\n}\n\nBees hum.", "Bees hum."),
    "component": ("Bees <Chart data={[1, {a: '>'}]} /> hum.", "Bees hum."),
    "words in components": ("<Tabs>\n<Tab title='x'>\n\nBees **hum**.\n\n</Tab>\n</Tabs>", "Bees hum."),
    "indented words in components": ("<Tabs>\n    <Tab>\n\n        Bees hum.\n\n    </Tab>\n</Tabs>", "Bees hum."),
    "fragment": ("<>Bees</> hum.", "Bees hum."),
    "HTML with expressions": ("<p style={{color: 'red'}}>Bees <b>hum</b>.</p>", "Bees hum."),
    "expression": ("Bees {1 + 1} hum.", "Bees hum."),
    "text in braces": ("Bees{' '}hum{\" softly\"}.", "Bees hum softly."),
    "comment": ("Bees {/* wasps */}hum.", "Bees hum."),
    "code": ("Bees `{x}` and `<T>`.\n\n```jsx\n<Chart>\n```", "Bees {x} and <T>."),
    "alternative text": ("<Image src={hive} alt='A hive' /> stands.", "A hive stands."),
    "link": ("See <Link to='/hives'>the hives</Link>.", "See the hives."),
    "admonition": (":::note[Take care]\nBees sting.\n:::", "Take care\nBees sting."),
    "less than": ("1 < 2 and {", "1 < 2 and {"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_text_is_what_a_reader_sees(rule: str) -> None:
    body, text = RULES[rule]
    assert parse_body(body, markup="mdx").text == text


def test_links_of_components_count() -> None:
    body = "<Link to='/a'>a</Link> <Link href={'/b'}>b</Link> <a className={x} href=\"/c\">c</a> [d](/d)"
    assert parse_body(body, markup="mdx").links == ("/a", "/b", "/c", "/d")
