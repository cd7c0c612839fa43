"""The curation of an article in a model, and changed lists as YAML for copying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from recommender.articles import Article
from recommender.corpus import ShapeName
from recommender.curation.curation import Curation
from recommender.curation.list_change import BAN_KEY, PIN_KEY
from recommender.inspection import Inspection
from recommender.ranking import Recommender
from recommender.writing import SHAPES, ListShape, ListStyle


def trained_curation(recommender: Recommender, article: Article) -> Curation:
    """The curation of an article at the time of training, without articles that can no longer be looked up."""
    linked = tuple(one.id for one in recommender.curated(article.id))
    pinned, banned = (tuple(filter(recommender.has_article, ids)) for ids in (article.pinned, article.banned))
    return Curation(article.id, linked, pinned, banned)


def style_of(inspection: Inspection | None) -> ListStyle:
    """The style of most lists of an inspected corpus."""
    if inspection is None or not inspection.lists or inspection.lists[0].shape not in SHAPES:
        return ListStyle()
    form = inspection.lists[0]
    return ListStyle(path=(form.key,), shape=ListShape(cast("ShapeName", form.shape)))


def format_changed_lists(old: Curation, new: Curation, articles: Mapping[str, Article], style: ListStyle) -> str:
    """The lists of a curation that differ from those of another, each complete, as YAML.

    Args:
        articles: the linked articles, by ID.
    """
    blocks = []
    if new.links != old.links:
        items = [style.item_of(articles[id], "yaml") for id in new.links]
        blocks.append(style.yaml.format_block(filter(None, items), key=style.path[-1]))
    for key, before, after in ((PIN_KEY, old.pinned, new.pinned), (BAN_KEY, old.banned, new.banned)):
        if before != after:
            blocks.append(style.yaml.format_block([style.yaml.format_text(id, key=key) for id in after], key=key))
    return "".join(blocks)
