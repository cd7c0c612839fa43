"""Articles and corpora of a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recommender import Article, Corpus
from recommender.article import parse_date

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
SEED_ID = "2019-12-01-chinese-tech-groups-shaping-un-facial-recognition-standards"
ENTRY_KEYS = (
    *(
        "title",
        "excerpt",
        "publishedDateTime",
        "sourceUrl",
        "webUrl",
        "ampUrl",
        "ampWebUrl",
        "cdnAmpUrl",
        "cdnAmpWebUrl",
    ),
    *("type", "provider", "quality", "images"),
)
"""All keys that an entry may have, in the contract's order."""
REAL = ROOT.parent / "shared" / "data"


def article(
    id: str, title: str, excerpt: str = "", date: str | None = None, *, hidden: bool = False, published: bool = True
) -> Article:
    """A small article; its address is made of its ID."""
    entry: dict[str, object] = {"title": title}
    if excerpt:
        entry["excerpt"] = excerpt
    if date:
        entry["publishedDateTime"] = date
    entry["sourceUrl"] = f"https://site.example/{id}"
    return Article(
        id=id,
        entry=entry,
        published_at=parse_date(date),
        urls=(f"site.example/{id}",),
        names=(id,),
        hidden=hidden,
        published=published,
    )


def corpus_of(*articles: Article, links: Mapping[str, Sequence[str]] | None = None) -> Corpus:
    """A corpus of just these articles."""
    return Corpus(
        articles=tuple(articles),
        links={id: tuple(targets) for id, targets in (links or {}).items()},
        files=len(articles),
        fingerprint="0" * 64,
    )
