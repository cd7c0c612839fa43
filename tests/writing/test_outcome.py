"""What a person is shown of a change."""

from __future__ import annotations

from recommender.writing import Outcome


def test_no_character_of_a_file_or_its_name_passes_for_a_line_of_the_diff_or_moves_the_cursor() -> None:
    before = 'title: "Moon\u2028-secured: x\u202e\x85"\r\nexcerpt: Où\u00a0? \u200c🚢\r\n'
    outcome = Outcome("a\x1b[31m\n+++ b.md", "written", "", before, f"{before}related: []\r\n")
    assert outcome.diff().split("\n") == [
        r"--- a/a\x1b[31m\n+++ b.md",
        r"+++ b/a\x1b[31m\n+++ b.md",
        "@@ -1,2 +1,3 @@",
        r' title: "Moon\u2028-secured: x\u202e\x85"',
        " excerpt: Où\u00a0? \u200c🚢",
        "+related: []",
        "",
    ]
