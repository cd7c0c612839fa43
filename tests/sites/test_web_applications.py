"""Addresses of Next.js and SvelteKit: a route with one parameter, and articles in a folder called as the route is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site, read_addresses

NEXT = {"package.json": '{"dependencies": {"next": "15.0.0"}}'}
KIT = {"package.json": '{"devDependencies": {"@sveltejs/kit": "^2.0.0"}}'}
POST = "---\ntitle: Bees\n---\nThey hum.\n"


@pytest.mark.parametrize(
    ("route", "path", "expected"),
    [
        ("app/blog/[slug]/page.tsx", "content/blog/bees.mdx", "/blog/bees"),
        ("src/app/(site)/blog/[...slug]/page.tsx", "data/blog/2024/bees.mdx", "/blog/2024/bees"),
        ("app/blog/[slug]/page.tsx", "content/blog/2024/bees.mdx", None),
        ("app/blog/[slug]/page.tsx", "content/blog/bees/index.mdx", "/blog/bees"),
        ("pages/posts/[slug].js", "_posts/bees.md", "/posts/bees"),
        ("app/[locale]/blog/[slug]/page.tsx", "content/blog/bees.mdx", None),
        ("app/api/blog/[slug]/route.ts", "content/blog/bees.mdx", None),
        ("app/writing/[slug]/page.tsx", "content/posts/bees.mdx", None),
        ("app/page.tsx", "app/blog/bees/page.mdx", "/blog/bees"),
    ],
)
def test_addresses_of_next(tmp_path: Path, route: str, path: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, NEXT | {route: "", path: POST}), path) == expected


@pytest.mark.parametrize(
    ("route", "path", "expected"),
    [
        ("src/routes/blog/[slug]/+page.svelte", "content/blog/bees.md", "/blog/bees"),
        ("src/routes/(site)/blog/[slug=name]/+page.ts", "src/posts/blog/bees.md", "/blog/bees"),
        ("src/routes/+page.svelte", "src/routes/blog/bees/+page.md", "/blog/bees"),
        # Whether code takes the date away is known to it alone.
        ("src/routes/blog/[slug]/+page.svelte", "content/blog/2024-01-02-bees.md", None),
    ],
)
def test_addresses_of_sveltekit(tmp_path: Path, route: str, path: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, KIT | {route: "", path: POST}), path) == expected


def test_a_layout_of_sveltekit_may_end_addresses_in_a_slash(tmp_path: Path) -> None:
    layout = {"src/routes/+layout.ts": "export const prerender = true;\nexport const trailingSlash = 'always';\n"}
    site = make_site(tmp_path, KIT | layout | {"src/routes/blog/[slug]/+page.svelte": ""})
    assert address(site, "posts/blog/bees.md") == "/blog/bees/"
    assert site.address_hint == "--address /blog/:slug/"


def test_a_slug_that_is_not_the_name_leaves_a_choice(tmp_path: Path) -> None:
    site = make_site(tmp_path, NEXT | {"app/blog/[slug]/page.tsx": ""})
    assert address(site, "content/blog/bees.md", slug="bees") == "/blog/bees"
    assert address(site, "content/blog/bees.md", slug="wasps") is None


def test_configuration_gives_the_rest_of_the_address(tmp_path: Path) -> None:
    files = NEXT | {
        "next.config.mjs": "export default { trailingSlash: true, basePath: '/a' }",
        "data/siteMetadata.js": "module.exports = { title: 'B', siteUrl: 'https://bees.example' }",
        "app/blog/[slug]/page.tsx": "",
    }
    assert address(make_site(tmp_path, files), "data/blog/bees.md") == "https://bees.example/a/blog/bees/"
    files["next.config.mjs"] = "const nextConfig = { basePath: '/b' }\nexport default createMDX()(nextConfig)\n"
    assert address(make_site(tmp_path, files), "data/blog/bees.md") == "https://bees.example/b/blog/bees"


def test_a_readme_and_authors_are_no_articles_and_pages_have_the_names_of_their_folders(tmp_path: Path) -> None:
    files = ("README.md", "content/authors/ann.md", "content/posts/bees.md")
    site = make_site(tmp_path, NEXT | dict.fromkeys(files, POST) | {"app/posts/[slug]/page.tsx": ""})
    assert read_addresses(tmp_path) == {"content/posts/bees.md": "/posts/bees"}
    assert site.address_hint == "--address /posts/:slug"
    assert site.name_of("app/bees/page.mdx") == "bees"
