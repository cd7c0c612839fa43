"""Addresses of Gatsby where `createFilePath` makes them, as in its starter for blogs; else only code tells them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

CONFIG = """module.exports = {
  siteMetadata: { siteUrl: `https://bees.example/` },
  plugins: [
    { resolve: `gatsby-source-filesystem`, options: { path: `${__dirname}/content/blog`, name: `blog` } },
    { resolve: `gatsby-source-filesystem`, options: { name: `images`, path: `${__dirname}/src/images` } },
  ],
}"""
NODE = """exports.createPages = () => posts.forEach(post => createPage({ path: post.fields.slug, component: blogPost }))
exports.onCreateNode = ({ node, actions, getNode }) => {
  const value = createFilePath({ node, getNode })
  createNodeField({ name: `slug`, node, value })
}"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/blog/bees/index.md", "https://bees.example/bees/"),
        ("content/blog/2024/wasps.md", "https://bees.example/2024/wasps/"),
        ("content/blog/bees/index.de.md", None),
        ("content/other/ants.md", None),
    ],
)
def test_addresses(tmp_path: Path, path: str, expected: str | None) -> None:
    site = make_site(tmp_path, {"gatsby-config.js": CONFIG, "gatsby-node.js": NODE, "content/blog/x.md": ""})
    assert address(site, path) == expected


@pytest.mark.parametrize(
    ("from_code", "to_code"),
    [
        ("const value = createFilePath({ node, getNode })", "const value = `/blog${createFilePath({ node })}`"),
        ("post.fields.slug", "`/blog/${post.slug}`"),
        ("{ node, getNode })\n", "{ node, getNode, trailingSlash: false })\n"),
        ("createFilePath", "slugify"),
    ],
)
def test_other_code_makes_other_addresses(tmp_path: Path, from_code: str, to_code: str) -> None:
    assert from_code in NODE
    files = {"gatsby-config.js": CONFIG, "gatsby-node.js": NODE.replace(from_code, to_code), "content/blog/x.md": ""}
    assert address(make_site(tmp_path, files), "content/blog/bees/index.md") is None
