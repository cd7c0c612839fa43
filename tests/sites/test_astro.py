"""Addresses of Astro; those of the defaults are what Astro 5 built."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.sites import Page, Site, find_site

ROUTE = """---
import {{ getCollection }} from 'astro:content';
export async function getStaticPaths() {{
  const posts = await getCollection('{collection}'{filter});
  return posts.map((post) => ({{ params: {{ {parameters} }}, props: {{ post }} }}));
}}
---
"""
BY_LANGUAGE = """---
export async function getStaticPaths() {
  const pages = await getCollection('docs')
  return pages.map(page => {
    const [lang, ...slug] = page.id.split('/');
    return { params: { lang, slug: slug.join('/') || undefined }, props: page }
  })
}
---
"""
ON_DEMAND = """---
const { id } = Astro.params;
const post = await getEntry('blog', id);
---
"""


def route(collection: str = "blog", parameters: str = "slug: post.id", filter: str = "") -> str:
    return ROUTE.format(collection=collection, parameters=parameters, filter=filter)


def make_site(root: Path, config: str = "site: 'https://example.org'", **files: str) -> Site:
    """A site with a collection `blog`, whose further files are given by path."""
    (root / "src/content/blog").mkdir(parents=True)
    (root / "astro.config.mjs").write_text(f"export default defineConfig({{ {config} }});")
    for name, text in ({"src/pages/blog/[...slug].astro": route()} | files).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return find_site(root, [])


def address(site: Site, path: str, **fields: object) -> str | None:
    return site.address(Page(path=path, fields=fields, title="", language=None))


@pytest.mark.parametrize(
    ("path", "fields", "expected"),
    [
        ("src/content/blog/first-post.md", {}, "/blog/first-post/"),
        ("src/content/blog/2022-07-08-x.mdx", {}, "/blog/2022-07-08-x/"),
        ("src/content/blog/UPPER Case.md", {}, "/blog/upper-case/"),
        ("src/content/blog/don't.stop & go!.md", {}, "/blog/dontstop--go/"),
        ("src/content/blog/Größe_v1.2.mdx", {}, "/blog/gr%C3%B6%C3%9Fe_v12/"),
        ("src/content/blog/My Folder/Post--two.md", {}, "/blog/my-folder/post--two/"),
        ("src/content/blog/My Folder/index.md", {}, "/blog/my-folder/"),
        ("src/content/blog/index.md", {}, "/blog/index/"),
        ("src/content/blog/own.md", {"slug": "My/own Pfäd"}, "/blog/My/own%20Pf%C3%A4d/"),
        ("src/content/other/first-post.md", {}, None),
        ("src/pages/about.md", {}, "/about/"),
        ("src/pages/index.md", {}, "/"),
        ("src/pages/posts/Post-1.md", {}, "/posts/Post-1/"),
        ("src/pages/posts/index.md", {}, "/posts/"),
    ],
)
def test_addresses_of_the_defaults(tmp_path: Path, path: str, fields: dict[str, object], expected: str | None) -> None:
    made = address(make_site(tmp_path), path, **fields)
    assert made == (None if expected is None else f"https://example.org{expected}")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", "/blog/a/"),
        ("base: 'docs/'", "/docs/blog/a/"),
        ("site: 'https://example.org/ignored/', base: '/docs'", "https://example.org/docs/blog/a/"),
        ("site: 'https://[no-host'", "https://[no-host/blog/a/"),
        ("trailingSlash: 'never'", "/blog/a"),
        ("build: { format: 'file' }", "/blog/a.html"),
        ("build: { format: 'preserve' }", None),
        ("base: process.env.BASE", None),
        ("site: process.env.SITE", "/blog/a/"),
    ],
)
def test_addresses_by_configuration(tmp_path: Path, config: str, expected: str | None) -> None:
    assert address(make_site(tmp_path, config), "src/content/blog/a.md") == expected


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("[...slug].astro", route(), "/a/b/"),
        ("posts/[...slug]/index.astro", route(), "/posts/a/b/"),
        ("posts/[...path].astro", route(parameters="path: post.slug,"), "/posts/a/b/"),
        ("posts/[...id].astro", ON_DEMAND, "/posts/a/b/"),
        ("posts/[...slug].astro", route(filter=", ({ data }) => !data.draft"), "/posts/a/b/"),
        ("posts/[...slug].astro", route(filter=", ({ id }) => id.startsWith('de/')"), None),
        ("posts/[...slug].astro", route(parameters="slug: getPath(post.id)"), None),
        ("posts/[...slug].astro", route(parameters="slug: post.data.slug"), None),
        ("posts/[slug].astro", route(), None),
        ("tags/[tag].astro", route(parameters="tag: post.data.tag"), None),
        ("posts/[...slug].astro", route("other"), None),
        ("posts/[year]/[...slug].astro", route(), None),
    ],
)
def test_routes_tell_the_addresses_of_their_collection(
    tmp_path: Path, path: str, code: str, expected: str | None
) -> None:
    site = make_site(tmp_path, "", **{"src/pages/blog/[...slug].astro": "", f"src/pages/{path}": code})
    assert address(site, "src/content/blog/a/b.md") == expected


def test_a_collection_of_two_routes_has_no_certain_address(tmp_path: Path) -> None:
    site = make_site(tmp_path, **{"src/pages/[...slug].astro": route()})
    assert address(site, "src/content/blog/a.md") is None


def test_the_first_folder_of_an_id_may_be_the_language(tmp_path: Path) -> None:
    (tmp_path / "src/content/docs").mkdir(parents=True)
    site = make_site(
        tmp_path,
        "i18n: { defaultLocale: 'en', locales: [{ path: 'german', codes: ['de-DE'] }, 'en'] }",
        **{"src/pages/[lang]/guide/[...slug].astro": BY_LANGUAGE},
    )
    assert site.languages == ("en", "de-de")
    assert site.language_of("src/content/docs/german/intro.md", {}) == "de-de"
    assert address(site, "src/content/docs/german/intro.md") == "/german/guide/intro/"
    assert address(site, "src/content/docs/en/index.md") == "/en/guide/"


def test_collections_lie_where_their_loaders_say(tmp_path: Path) -> None:
    site = make_site(
        tmp_path,
        "",
        **{
            "src/content.config.ts": """
                const folder = 'data';
                const blog = defineCollection({ loader: glob({ pattern: '**/*.md', base: `./${folder}/posts` }) });
                const own = defineCollection({ loader: glob({ base: 'own', generateId: ({ entry }) => entry }) });
                export const collections = { blog, own, notes: defineCollection({ type: 'content' }) };""",
            "src/pages/own/[...slug].astro": route("own"),
            "src/pages/notes/[...slug].astro": route("notes"),
        },
    )
    assert site.has("data/posts/a.md")
    assert address(site, "data/posts/a.md") == "/blog/a/"
    assert address(site, "own/a.md") is None
    assert address(site, "src/content/notes/a.md") == "/notes/a/"


def test_starlight_publishes_its_documents_at_the_root(tmp_path: Path) -> None:
    site = make_site(
        tmp_path,
        "integrations: [starlight({ locales: { de: { label: 'Deutsch' }, root: { label: 'English', lang: 'en' } } })]",
        **{"src/content.config.ts": "export const collections = { docs: defineCollection({ loader: docsLoader() }) };"},
    )
    assert site.languages == ("en", "de")
    assert address(site, "src/content/docs/index.mdx") == "/"
    assert address(site, "src/content/docs/guides/Example One.md") == "/guides/example-one/"
    assert address(site, "src/content/docs/de/index.md") == "/de/"
    assert site.language_of("src/content/docs/de/index.md", {}) == "de"


@pytest.mark.parametrize(
    ("config", "file", "code"),
    [
        (
            'import { SITE } from "./src/config"; X({ site: SITE.website })',
            "src/config.ts",
            'SITE = { website: "URL" }',
        ),
        ('import { SITE } from "./src/config.mjs"; X({ site: SITE })', "src/config.mjs", 'SITE = "URL"'),
        ('import it from "./site"; X({ site: it.url.home })', "site.js", 'export default { url: { home: "URL" } }'),
    ],
)
def test_the_address_of_the_site_may_be_imported(tmp_path: Path, config: str, file: str, code: str) -> None:
    code = code.replace("URL", "https://bees.example/")
    exported = code if code.startswith("export") else f"export const {code};"
    site = make_site(tmp_path, "", **{"astro.config.mjs": config.replace("X(", "export default f("), file: exported})
    assert address(site, "src/content/blog/a.md") == "https://bees.example/blog/a/"


def test_folders_of_a_loader_may_begin_with_an_underscore_and_are_left_out_of_addresses_where_code_says_so(
    tmp_path: Path,
) -> None:
    loader = 'loader: glob({ base: "./data" })'
    files = {
        "src/content.config.ts": f"export const collections = {{ blog: defineCollection({{ {loader} }}) }}",
        "src/pages/blog/[...slug].astro": route(parameters="slug: getPath(post.id, post.filePath, false)"),
    }
    site = make_site(tmp_path, **files)
    assert address(site, "data/_releases/Of 2024/a.md") == "https://example.org/blog/of-2024/a/"
    assert address(site, "data/_releases/a.md", slug="b/own") == "https://example.org/blog/own/"
    assert site.has("data/_releases/a.md")
    assert not site.has("data/_a.md")
    assert not site.has("src/pages/_parts/a.md")
