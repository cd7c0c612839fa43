"""The kinds of site, a file each with its `GENERATOR`, in the order in which they are tried."""

from recommender.sites.generators import (
    astro,
    bridgetown,
    docusaurus,
    eleventy,
    folder,
    gatsby,
    hexo,
    hugo,
    jekyll,
    mkdocs,
    news_archive,
    nextjs,
    nikola,
    nuxt,
    pelican,
    quartz,
    sveltekit,
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
    bridgetown.GENERATOR,
    jekyll.GENERATOR,
    zola.GENERATOR,
    pelican.GENERATOR,
    nikola.GENERATOR,
    mkdocs.GENERATOR,
    hugo.GENERATOR,
    quartz.GENERATOR,
    nuxt.GENERATOR,
    nextjs.GENERATOR,
    sveltekit.GENERATOR,
    folder.GENERATOR,
)

__all__ = ["ALL"]
