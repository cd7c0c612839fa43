"""The kinds of site, a file each with its `GENERATOR`, in the order in which they are tried."""

from recommender.sites.generators import docusaurus, folder, hexo, hugo, jekyll, news_archive, zola

ALL = (
    news_archive.GENERATOR,
    docusaurus.GENERATOR,
    hexo.GENERATOR,
    jekyll.GENERATOR,
    zola.GENERATOR,
    hugo.GENERATOR,
    folder.GENERATOR,
)

__all__ = ["ALL"]
