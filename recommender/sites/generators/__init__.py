"""The kinds of site, a file each with its `GENERATOR`, in the order in which they are tried."""

from recommender.sites.generators import (
    astro,
    docusaurus,
    eleventy,
    folder,
    gatsby,
    hexo,
    hugo,
    jekyll,
    mkdocs,
    news_archive,
    nikola,
    pelican,
    vitepress,
    vuepress,
    zola,
)

ALL = (
    news_archive.GENERATOR,
    docusaurus.GENERATOR,
    astro.GENERATOR,
    vitepress.GENERATOR,
    vuepress.GENERATOR,
    gatsby.GENERATOR,
    eleventy.GENERATOR,
    hexo.GENERATOR,
    jekyll.GENERATOR,
    zola.GENERATOR,
    pelican.GENERATOR,
    nikola.GENERATOR,
    mkdocs.GENERATOR,
    hugo.GENERATOR,
    folder.GENERATOR,
)

__all__ = ["ALL"]
