"""The site of an app is found from the root of its repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sample_sites import make_site, read_addresses

from recommender.sites import find_site

ZOLA = 'base_url = "https://bees.example"\n'
POST = "---\ntitle: Bees\n---\n\nA swarm.\n"


def monorepo(app: str = "apps/web", **files: str) -> Mapping[str, str]:
    """The files of a repository with a README and one app with a site."""
    return {
        "README.md": "# All our code\n",
        "packages/ui/README.md": "# Components\n",
        f"{app}/config.toml": ZOLA,
        f"{app}/content/blog/bees.md": POST,
        **files,
    }


@pytest.mark.parametrize("app", ["docs", "site", "apps/web", "code/apps/web"])
def test_the_one_site_below_a_root_is_found_with_its_addresses(tmp_path: Path, app: str) -> None:
    site = make_site(tmp_path, monorepo(app))
    assert (site.generator, site.below) == ("zola", app)
    assert site.reason == f"in {app}, config.toml is Zola's"
    assert read_addresses(tmp_path) == {f"{app}/content/blog/bees.md": "https://bees.example/blog/bees/"}


@pytest.mark.parametrize("app", ["node_modules/web", ".cache/web", "a/b/c/web"])
def test_sites_of_packages_and_hidden_folders_and_deep_ones_are_not_searched(tmp_path: Path, app: str) -> None:
    make_site(tmp_path, monorepo(app))
    assert find_site(tmp_path, ["README.md", "packages/ui/README.md"]).generator == "folder"
    assert find_site(tmp_path, ["a/b/c/web/content/blog/bees.md"]).generator == "folder"


def test_a_configuration_at_the_root_comes_first(tmp_path: Path) -> None:
    files = monorepo(**{"config.toml": ZOLA, "content/hives.md": POST})
    assert make_site(tmp_path, files).below == ""


def test_several_sites_are_named_and_none_is_taken(tmp_path: Path) -> None:
    files = monorepo(**{"docs/_config.yml": "title: Docs\n", "docs/_posts/2024-01-02-wax.md": POST})
    site = make_site(tmp_path, files)
    assert site.generator == "folder"
    assert site.reason == "sites lie in docs (jekyll) and apps/web (zola); give the path of one"
    assert find_site(tmp_path, sorted(files), generator="zola").below == "apps/web"


def test_a_folder_with_more_articles_beside_a_site_stays_a_folder(tmp_path: Path) -> None:
    files = monorepo("docs", **{"articles/a.md": POST, "articles/b.md": POST})
    site = make_site(tmp_path, files)
    assert site.generator == "folder"
    assert site.reason == "a site lies in docs (zola); give its path if that is meant"


def test_a_site_within_a_site_is_a_part_of_it(tmp_path: Path) -> None:
    site = make_site(tmp_path, monorepo("docs", **{"docs/theme/config.toml": ZOLA, "docs/theme/a.md": POST}))
    assert site.below == "docs"
