"""Dated archives of any size, made up: what is measured on them would be much the same on a real one.

Words are chains of letters, their frequencies Zipfian in two regimes, and articles come in stories that burst and fade.
The numbers below were set by hand after a real archive of 5,488 English news articles (334,000 words), and hold no text
of it; tests/test_benchmarks.py keeps what comes out near the real figures. One seed gives one archive, and a longer
archive is not a shorter one continued: each has its own stories.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from more_itertools import chunked
from numpy.typing import NDArray

from recommender import Article, Corpus
from recommender.writing import YamlStyle

ARTICLES_A_DAY = 550

_WORDS = 300_000  # a million articles hold 61 million words, and would meet some 260,000 (Heaps)
_LETTERS = "etaoinsrhdlucmfywgpbvkxqjz"
_OF_A_THOUSAND = (120, 91, 81, 77, 73, 70, 63, 60, 59, 43, 40, 29, 27, 26, 23, 21, 21, 20, 18, 15, 11, 7, 2, 1, 1, 1)
_RARE = 0.05  # letters in any order, as in names and loans: they let the n-grams go on growing with the archive
_CONCENTRATION = 5.0  # of the Dirichlet that a letter's successors are drawn from: lower makes n-grams more unequal
_SHIFT = 0.5  # Mandelbrot's: the few most frequent words are less unequal than Zipf has it
_ZIPF = (1.0, 1.75)  # exponents of the common words and of the rest
_COMMON = 2500  # words before the second exponent

_EXCERPT_CHARACTERS = 350

_STORY_WORDS = 20
_STORY_SHARES = {"title": 0.5, "excerpt": 0.25, "text": 0.1}  # of an article's words that are its story's
_STORY_SIZE = 1.3  # exponent of the Pareto distribution of a story's articles
_LARGEST_STORY = 300
_STORY_DAYS = 2.0  # mean age of a story when an article of it appears
_COPIED = 0.005  # syndicated word for word, at the same moment
_LINKED = 0.2  # articles whose editors chose related ones
_LINKS = 5
_CHUNK = 10_000
_POSTS_AT_ONCE = 1000  # whose bodies are in memory
_PARAGRAPH_WORDS = 75
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class _Plan(NamedTuple):
    """When each article appears, and of which story it is; both (articles,), by time."""

    days: NDArray[np.float64]
    stories: NDArray[np.int32]
    story_words: NDArray[np.int32]


def articles(count: int, *, seed: int = 0) -> Iterator[tuple[Article, list[Article]]]:
    """An archive's articles, the oldest first, each with what its editors linked; a chunk at a time is in memory."""
    plan = _plan(count, seed)
    for start in range(0, count, _CHUNK):
        rows = slice(start, min(start + _CHUNK, count))
        chunk = _chunk(
            plan.days[rows], plan.stories[rows], plan.story_words, start, np.random.default_rng((seed, 1, start))
        )
        yield from zip(chunk, _links(chunk, plan.stories[rows], np.random.default_rng((seed, 2, start))), strict=True)


def corpus(count: int, *, seed: int = 0) -> Corpus:
    """An archive in memory, as `Corpus.from_path` would read it."""
    pairs = sorted(articles(count, seed=seed), key=lambda pair: pair[0].id)
    return Corpus(
        articles=tuple(replace(article, path=f"{article.id}.md", section="news") for article, _ in pairs),
        links={article.id: tuple(link.id for link in links) for article, links in pairs if links},
        files=count,
    )


def write_files(folder: Path, count: int, *, seed: int = 0) -> None:
    """An archive as one Markdown file an article, with the front matter that the site writes."""
    folder.mkdir(parents=True)
    for article, links in articles(count, seed=seed):
        (folder / f"{article.id}.md").write_text(_file(article, links))


def write_posts(folder: Path, count: int, *, words: int = 600, seed: int = 0) -> None:
    """The same titles and moments as posts of a site: without excerpts, with a body of so many words in Markdown."""
    folder.mkdir(parents=True)
    random = np.random.default_rng((seed, 3))
    plan = _plan(count, seed)
    pairs = zip(articles(count, seed=seed), plan.stories, strict=True)
    for chunk in chunked(pairs, _POSTS_AT_ONCE):
        stories = np.array([story for _, story in chunk])
        bodies = _texts("text", np.full(len(chunk), float(words)), stories, plan.story_words, random)
        for ((article, links), _), body in zip(chunk, bodies, strict=True):
            linked = next((link.id for link in links), article.id)
            text = _markdown(body.split(), linked)
            date = article.entry["publishedDateTime"]
            (folder / f"{article.id}.md").write_text(f'---\ntitle: "{article.title}"\ndate: {date}\n---\n\n{text}')


def write_lines(file: Path, count: int, *, seed: int = 0) -> None:
    """An archive as one `.jsonl` file."""
    with file.open("w") as stream:
        for article, _ in articles(count, seed=seed):
            stream.write(json.dumps({"id": article.id, **article.entry}) + "\n")


@cache
def _vocabulary() -> NDArray[np.object_]:
    """Words, the most frequent first; shorter ones tend to be."""
    random = np.random.default_rng(0)
    alphabet = np.array(list(_LETTERS))
    letters = len(alphabet)
    # The letter after any two: contexts differ, which makes some n-grams far more frequent than their letters would.
    prior = np.array(_OF_A_THOUSAND) / sum(_OF_A_THOUSAND)
    follows = random.dirichlet(prior * _CONCENTRATION, size=(letters + 1) ** 2) * (1 - _RARE) + prior * _RARE
    follows[-1] = prior**1.5 / (prior**1.5).sum()  # words begin with any letter, and with few of them mostly
    follows = follows.cumsum(axis=1)
    drawn = _WORDS * 3 // 2
    text = np.empty((drawn, 14), np.int64)
    before, last = np.full(drawn, letters), np.full(drawn, letters)
    for place in range(text.shape[1]):
        context = follows[before * (letters + 1) + last]
        text[:, place] = np.minimum((context < random.random((drawn, 1))).sum(axis=1), letters - 1)
        before, last = last, text[:, place]
    ranks = np.arange(1, drawn + 1)
    lengths = np.clip(np.rint(random.normal(2.15 + 0.6 * np.log(ranks), 1.5)), 1, text.shape[1]).astype(int)
    words = ["".join(row[:length]) for row, length in zip(alphabet[text], lengths, strict=True)]
    return np.array(list(dict.fromkeys(words))[:_WORDS], object)


@cache
def _frequencies() -> NDArray[np.float64]:
    """Cumulated, (words,)."""
    ranks = np.arange(1, len(_vocabulary()) + 1, dtype=np.float64)
    ranks += _SHIFT
    weights = np.where(ranks < _COMMON, ranks ** -_ZIPF[0], _COMMON ** (_ZIPF[1] - _ZIPF[0]) * ranks ** -_ZIPF[1])
    cumulated = weights.cumsum() / weights.sum()
    return np.asarray(cumulated)


def _plan(count: int, seed: int) -> _Plan:
    random = np.random.default_rng((seed, 0))
    sizes = np.minimum(1 + random.pareto(_STORY_SIZE, count), _LARGEST_STORY).astype(np.int64)
    sizes = sizes[: int(np.searchsorted(sizes.cumsum(), count)) + 1]
    stories = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[:count]
    days = random.random(len(sizes))[stories] * (count / ARTICLES_A_DAY) + random.exponential(_STORY_DAYS, count)
    order = np.argsort(days, kind="stable")
    # What a story is about is said in words that are rarer than most: uniform in the logarithm of the rank.
    ranks = np.exp(random.uniform(np.log(100), np.log(_WORDS // 15), (len(sizes), _STORY_WORDS)))
    return _Plan(days[order], stories[order], ranks.astype(np.int32))


def _chunk(
    days: NDArray[np.float64],
    stories: NDArray[np.int32],
    story_words: NDArray[np.int32],
    start: int,
    random: np.random.Generator,
) -> list[Article]:
    count = len(days)
    titles = _texts("title", np.clip(np.rint(random.normal(11.1, 3.5, count)), 4, 28), stories, story_words, random)
    # Sites cut excerpts off at one length; what is shorter came so.
    lengths = np.where(random.random(count) < 0.1, random.uniform(15, 45, count), random.normal(53, 5, count))
    excerpts = _texts("excerpt", np.clip(np.rint(lengths), 10, 74), stories, story_words, random)
    moments = [_EPOCH + timedelta(seconds=int(day * 86_400)) for day in days.tolist()]
    for copy in 1 + np.flatnonzero(random.random(count - 1) < _COPIED):
        titles[copy], excerpts[copy], moments[copy] = titles[copy - 1], excerpts[copy - 1], moments[copy - 1]
    return [
        _article(start + place, title, excerpt[:_EXCERPT_CHARACTERS], moment)
        for place, (title, excerpt, moment) in enumerate(zip(titles, excerpts, moments, strict=True))
    ]


def _texts(
    field: str,
    counts: NDArray[np.float64],
    stories: NDArray[np.int32],
    story_words: NDArray[np.int32],
    random: np.random.Generator,
) -> list[str]:
    """A text a row of `stories`, of so many words."""
    ends = counts.astype(np.int64).cumsum()
    total = int(ends[-1])
    ranks = np.searchsorted(_frequencies(), random.random(total)).astype(np.int64)
    shares = random.uniform(0, 2 * _STORY_SHARES[field], len(stories))  # some articles repeat the story, some stray
    lengths = np.diff(ends, prepend=0)
    own = random.random(total) < np.repeat(shares, lengths)
    story = np.repeat(stories, lengths)[own]
    # The first of a story's words are the most frequent: the minimum of two draws.
    drawn = np.minimum(*random.integers(0, _STORY_WORDS, (2, len(story))))
    ranks[own] = story_words[story, drawn]
    words = _vocabulary()[ranks].tolist()
    return [" ".join(words[begin:end]).capitalize() for begin, end in zip(np.r_[0, ends[:-1]], ends, strict=True)]


def _article(number: int, title: str, excerpt: str, moment: datetime) -> Article:
    date = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    site = f"{title.split(maxsplit=1)[0].lower()}.example"
    url = f"https://{site}/{moment:%Y/%m}/{number}"
    id = f"{moment:%Y-%m-%d}-{'-'.join(title.lower().split())}-{number}"
    entry: dict[str, Any] = {
        "title": title,
        "excerpt": excerpt,
        "publishedDateTime": date,
        "sourceUrl": url,
        "ampUrl": f"{url}?amp=1",
        "type": "article",
        "provider": {"name": site.title(), "domain": site},
        "quality": number % 100,
        "images": [{"url": f"{url}.jpg", "width": 700, "height": 393}],
    }
    return Article(
        id=id, entry=entry, published_at=moment.timestamp() / 86_400, urls=(url.removeprefix("https://"),), names=(id,)
    )


def _links(chunk: list[Article], stories: NDArray[np.int32], random: np.random.Generator) -> list[list[Article]]:
    """Other articles of the same story and time for one article in five."""
    members: dict[int, list[int]] = {}
    for row, story in enumerate(stories.tolist()):
        members.setdefault(story, []).append(row)
    links = []
    for row, (story, drawn) in enumerate(zip(stories.tolist(), random.random(len(chunk)).tolist(), strict=True)):
        others = [other for other in members[story] if other != row] if drawn < _LINKED else []
        nearest = sorted(others, key=lambda other: abs(other - row))[:_LINKS]
        links.append([chunk[other] for other in nearest])
    return links


def _markdown(words: list[str], linked: str) -> str:
    """Words in paragraphs, with headings, emphasis, links and a block of code."""
    paragraphs = [" ".join(part) + "." for part in chunked(words, _PARAGRAPH_WORDS)]
    for number, paragraph in enumerate(paragraphs):
        first, second, rest = paragraph.split(" ", 2)
        paragraphs[number] = f"**{first}** [{second}](/{linked}/) {rest}"
    code = "\n".join(f"    {' = '.join(line)}" for line in chunked(words[:20], 2))
    paragraphs[1:1] = [f"## {' '.join(words[:4])}", f"```python\n{code}\n```"]
    return "\n\n".join(paragraphs) + "\n"


def _file(article: Article, links: list[Article]) -> str:
    """The keys of the site's own files, those included that no look-up reads."""
    entry = article.entry
    topics = "".join(f"  - {word.title()}\n" for word in article.title.split()[:2])
    secured = base64.b64encode(np.random.default_rng(len(article.excerpt)).bytes(230)).decode()
    image = entry["images"][0]
    style = YamlStyle()
    block = style.format_block(style.format_entry(link.entry) for link in links) if links else ""
    return (
        f'---\ncategory: news\ntitle: "{article.title}"\nexcerpt: "{article.excerpt}"\n'
        f"publishedDateTime: {entry['publishedDateTime']}\nsourceUrl: {entry['sourceUrl']}\nampUrl: {entry['ampUrl']}\n"
        f"type: article\nquality: {entry['quality']}\nheat: {entry['quality']}\npublished: true\n\n"
        f"provider:\n  name: {entry['provider']['name']}\n  domain: {entry['provider']['domain']}\n\n"
        f"topics:\n{topics}\n"
        f"images:\n  - url: {image['url']}\n    width: {image['width']}\n    height: {image['height']}\n\n"
        f'secured: "{secured}"\n{block}---\n'
    )
