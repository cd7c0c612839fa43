"""Articles and corpora of a few lines."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recommender import Article, Corpus
from recommender.articles import DATE_KEYS, parse_date

ROOT = Path(__file__).resolve().parent.parent
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
SEEDS = ROOT / "seeds"
SEED_ID = "2019-12-01-chinese-tech-groups-shaping-un-facial-recognition-standards"
ENTRY_KEYS = (
    *("title", "excerpt", *DATE_KEYS, "url"),
    *("sourceUrl", "webUrl", "ampUrl", "ampWebUrl", "cdnAmpUrl", "cdnAmpWebUrl"),
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


def stories(
    count: int = 40, *, days_between: float = 0.5, seed: int = 0, misleading: bool = False, dated: bool = True
) -> Corpus:
    """Stories of five articles each, every article linked to the others of its story.

    Each story has three words of its own; an article holds two of them, and four of fifty that all share. One story
    begins a day, its articles follow `days_between` apart. `misleading` titles hold words of other stories.
    """
    chance = random.Random(seed)
    common = ["".join(chance.choices("abcdefghijklmnop", k=7)) for _ in range(50)]
    own = [["".join(chance.choices("qrstuvwxyz", k=7)) for _ in range(3)] for _ in range(count)]
    made, links = [], {}
    for story in range(count):
        ids = [f"s{story:03}-{number}" for number in range(5)]
        for number, id in enumerate(ids):
            words = chance.sample(own[story], 2)
            title = chance.sample(chance.choice(own), 2) if misleading else words
            date = EPOCH + timedelta(days=story + number * days_between)
            made.append(
                article(
                    id,
                    " ".join([*title, *chance.sample(common, 1)]),
                    " ".join([*words, *chance.sample(common, 4)]),
                    f"{date:%Y-%m-%dT%H:%M:%SZ}" if dated else None,
                )
            )
            links[id] = [other for other in ids if other != id]
    return corpus_of(*made, links=links)


def archive(seed: int = 0, count: int = 120) -> Corpus:
    """Articles of few words, so that there are ties; some hidden, unpublished, undated, with wishes, of four houses."""
    chance = random.Random(seed)
    words = ["ferry", "harbour", "crab", "gull", "tide", "moon", "pier", "dredger"]
    made = []
    for number in range(count):
        date = f"{EPOCH + timedelta(days=chance.randrange(40)):%Y-%m-%d}" if chance.random() < 0.9 else None
        one = article(
            f"a{number:03}",
            " ".join(chance.sample(words, 3)),
            date=date,
            hidden=chance.random() < 0.1,
            published=chance.random() < 0.7,
        )
        entry = {**one.entry, "provider": {"name": chance.choice("NSEW")}}
        others = [f"a{chance.randrange(count):03}" for _ in range(3)]
        wishes = chance.random() < 0.2
        made.append(replace(one, entry=entry, pinned=tuple(others[:1] * wishes), banned=tuple(others[1:] * wishes)))
    return corpus_of(*made)
