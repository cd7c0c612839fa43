"""What the names of files say of a site that has no configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites import Page, find_site


@pytest.mark.parametrize("original", ["posts/tide.md", "posts/tide.en.md"])
def test_files_of_one_name_that_end_in_languages_are_translations(tmp_path: Path, original: str) -> None:
    site = find_site(tmp_path, [original, "posts/tide.fr.md"])
    assert site.language_of("posts/tide.fr.md", {}) == "fr"
    assert site.name_of("posts/tide.fr.md") == site.name_of(original) == "tide"


def test_an_ending_that_is_no_language_belongs_to_the_name(tmp_path: Path) -> None:
    site = find_site(tmp_path, ["posts/v1.md", "posts/v1.2.md"])
    assert site.name_of("posts/v1.2.md") == "v1.2"
    assert site.language_of("posts/v1.2.md", {}) is None


def test_a_folder_of_drafts_holds_drafts_where_no_generator_says_otherwise(tmp_path: Path) -> None:
    site = find_site(tmp_path, ["drafts/a.md", "posts/b.md"])
    assert site.is_draft("drafts/a.md")
    assert not site.is_draft("posts/b.md")


@pytest.mark.parametrize(
    ("posts", "kind"), [(["content/a.md", "content/posts/b.md", "content/posts/c.md"], "standalone"), ([], "post")]
)
def test_pages_of_a_section_called_legal_stand_by_themselves_unless_most_pages_do(
    tmp_path: Path, posts: list[str], kind: str
) -> None:
    (tmp_path / "hugo.toml").write_text('title = "Bees"\n')
    legal = "content/legal/privacy.md"
    site = find_site(tmp_path, [*posts, legal])
    assert site.kind_of(Page(path=legal, fields={}, title="Privacy")) == kind
    assert site.kind_of(Page(path="content/posts/b.md", fields={}, title="Bees")) == "post"


@pytest.mark.parametrize(("count", "kind"), [(20, "standalone"), (21, "post")])
def test_more_than_twenty_pages_without_a_section_are_what_the_site_is_about(
    tmp_path: Path, count: int, kind: str
) -> None:
    (tmp_path / "hugo.toml").write_text('title = "Bees"\n')
    pages, posts = ([f"content/{folder}{number}.md" for number in range(30)] for folder in ("", "posts/"))
    site = find_site(tmp_path, pages[:count] + posts)
    assert site.kind_of(Page(path=pages[0], fields={}, title="Hives")) == kind
