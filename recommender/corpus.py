"""A corpus: the articles of a folder or a `.jsonl` file, the links that editors curated, and what could not be read."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Self

from joblib import Parallel, cpu_count, delayed
from tqdm import tqdm

from recommender.article import Article, normalise_url
from recommender.collector import held_off
from recommender.errors import CorpusError
from recommender.links import CuratedList, Directory, LinkFault, resolved
from recommender.lock import Line, Lock, Written
from recommender.postings import Postings, Withdrawn
from recommender.readings import Readings, Status, line_of, reading_of
from recommender.source import LinkLine, ListState, Problem, Reading, Source, article_files, read_file

_CHUNK = 128  # files a task: a task costs little beside their parsing, and the progress bar still moves
_WORTH_WORKERS = 1000  # starting worker processes takes as long as parsing about this many files


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A front-matter file: of which article it is, and what its own list is; see `Source`."""

    place: str
    id: str
    list_state: ListState
    written: Line | None
    stamp: bytes


@dataclass(frozen=True, slots=True)
class Corpus:
    """What training reads.

    Attributes:
        articles: one an article, linked-only ones included, in the order of their IDs.
        links: the curated links, as IDs, of every article that has some; the editors' order, without repetition.
        topics: what an article says it is about, by ID; for reports alone, never for ranking.
        link_faults: curated links that are dead, doubled, to themselves, or whose entry differs from its article.
        problems: what was skipped or read with a doubt, in the order of the files.
        files: how many articles have a file (or a line) of their own.
        article_files: the front-matter files, in the order of their places.
        fingerprint: a hash of all that was read: the same files give the same one, whatever lists this program wrote
            into them, and whatever was posted.
        held: the posted articles in whose place the corpus has files of its own, by ID with their digests.
    """

    articles: tuple[Article, ...]
    links: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link_faults: tuple[LinkFault, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: int = 0
    article_files: tuple[ArticleFile, ...] = ()
    fingerprint: str = ""
    held: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_path(
        cls,
        path: str | Path,
        *,
        cache: Path | None = None,
        postings: Postings | None = None,
        progress: bool = False,
    ) -> Self:
        """Read a folder of front-matter files (and `.jsonl` files), or one `.jsonl` file, on all cores.

        A file that can't be read is listed in `problems` and never stops the rest. A `related.jsonl` beside a
        `.jsonl` file is read with it.

        Args:
            cache: a folder where readings are kept: what has not changed since they were is not parsed again. It
                changes nothing but the time that this takes, and may be deleted at any moment.
            postings: articles that are read as if they were files here too, and others as if they were not.

        Raises:
            CorpusError: there is no such folder or file, nothing in it is an article, or a lock can't be read.
        """
        with held_off():
            return cls._from_path(Path(path), cache, postings or Postings(), progress=progress)

    @classmethod
    def _from_path(cls, path: Path, cache: Path | None, postings: Postings, *, progress: bool) -> Self:
        root, files, problems = _files_of(path)
        readings = _readings(root, files, cache, progress=progress)
        problems += [problem for reading in readings for problem in reading.problems]
        sources = [source for reading in readings for source in reading.sources]
        if not sources:
            first = "".join(f"\n  {problem}" for problem in problems[:5])
            raise CorpusError(
                f"{path}: nothing here is an article (a .md, .markdown, .html or .txt file that begins with front "
                f"matter and has a title, or lines of a .jsonl file){first}"
            )
        sources, held = postings.folded_into(sources)
        link_lines = [line for reading in readings for line in reading.links]
        corpus = cls.from_sources(
            sources, link_lines, problems, fingerprint=_joined(reading.digest for reading in readings)
        )
        return replace(corpus._without(postings.withdrawn.values()), held=held)

    def _without(self, withdrawn: Collection[Withdrawn]) -> Self:
        """The corpus without some articles, and without links to them: they may be known from lists alone."""
        gone = {
            article.id for article in self.articles if any(one.meets(article.names, article.urls) for one in withdrawn)
        }
        if not gone:
            return self
        links = {id: tuple(other for other in of_one if other not in gone) for id, of_one in self.links.items()}
        return replace(
            self,
            articles=tuple(article for article in self.articles if article.id not in gone),
            links={id: of_one for id, of_one in links.items() if of_one and id not in gone},
            topics={id: of_one for id, of_one in self.topics.items() if id not in gone},
            article_files=tuple(file for file in self.article_files if file.id not in gone),
        )

    @classmethod
    def from_sources(
        cls,
        sources: Iterable[Source],
        link_lines: Iterable[LinkLine] = (),
        problems: Iterable[Problem] = (),
        *,
        fingerprint: str = "",
    ) -> Self:
        """Put together what was read: one article a URL, an ID each, linked-only articles, links by ID."""
        noted = list(problems)
        directory = Directory()
        lists: list[CuratedList] = []
        topics: dict[str, tuple[str, ...]] = {}
        groups = _one_a_url(sources)
        ids = _ids(groups, noted)
        article_files = []
        for group in groups:
            article = _merged(group, ids)
            article_files += [
                ArticleFile(source.place, article.id, source.list_state, source.written, source.stamp)
                for source in group
                if source.stamp
            ]
            directory.add(article)
            lists += [CuratedList(article.id, source.place, source.related) for source in group]
            topics[article.id] = group[0].topics
        for line in link_lines:
            place = f"{line.place}:{line.line}"
            owner = directory.named(line.id)
            if owner is None:
                noted.append(Problem(place, f"links of {line.id!r}, but no article has this ID"))
            else:
                lists.append(CuratedList(owner.id, place, line.related))
        # Newest first: of several copies of one linked-only article, the one that was embedded last is kept.
        lists.sort(key=lambda item: (-_age_key(directory[item.id].published_at), item.id))
        links, faults = resolved(lists, directory)
        for group in groups:
            pins = [(source.place, name) for source in group for name in source.pinned]
            bans = [(source.place, name) for source in group for name in source.banned]
            if pins or bans:
                pinned = _named("relatedPin", pins, directory, noted)
                banned = _named("relatedBan", bans, directory, noted)
                directory.add(replace(directory[ids[group[0].place]], pinned=pinned, banned=banned))
        articles = directory.articles()
        return cls(
            articles=articles,
            links={article.id: links[article.id] for article in articles if article.id in links},
            topics={id: of_one for id, of_one in topics.items() if of_one},
            link_faults=tuple(faults),
            problems=tuple(sorted(noted, key=_position)),
            files=len(groups),
            article_files=tuple(sorted(article_files, key=lambda file: file.place)),
            fingerprint=fingerprint,
        )


def fingerprint(path: str | Path, *, cache: Path | None = None) -> str:
    """The fingerprint that `Corpus.from_path` gives for these files, without parsing them."""
    root, files, _ = _files_of(Path(path))
    written = _written(root, files)
    known = Readings(cache, root, files, written).digests() if cache else {}
    digests = (
        known[file] if file in known else read_file(root, file, written=written.get(file), parse=False).digest
        for file in files
    )
    return _joined(digests)


def _written(root: Path, files: list[str]) -> dict[str, Written]:
    return Lock.of(root, files).of_files(files, present=set(files))


def _joined(digests: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _files_of(path: Path) -> tuple[Path, list[str], list[Problem]]:
    if path.is_dir():
        return path, *article_files(path)
    if not path.is_file():
        raise CorpusError(f"{path}: there is no such folder or file; name a folder of articles or a .jsonl file")
    if path.suffix.lower() != ".jsonl":
        raise CorpusError(f"{path}: not a .jsonl file; to read front-matter files, name their folder")
    beside = path.with_name("related.jsonl")
    return path.parent, [path.name, *([beside.name] if beside.is_file() and beside.name != path.name else [])], []


def _readings(root: Path, files: list[str], cache: Path | None, *, progress: bool) -> list[Reading]:
    """The reading of each file; of those that have not changed since the last time, the one that was kept."""
    written = _written(root, files)
    kept = Readings(cache, root, files, written) if cache else None
    known = kept.unchanged() if kept else {}
    lines: dict[str, bytes] = {}
    others = [file for file in files if file not in known]
    statuses = kept.statuses if kept else {}
    for file, result in zip(others, _read(root, others, written, statuses, progress=progress), strict=True):
        if isinstance(result, bytes):
            lines[file], known[file] = result, reading_of(result)
        else:
            known[file] = result
    if kept:
        kept.keep(lines)
    return [known[file] for file in files]


def _read(
    root: Path, files: list[str], written: Mapping[str, Written], statuses: Mapping[str, Status], *, progress: bool
) -> Iterator[Reading | bytes]:
    """The reading of each file, as the line by which it is kept where it can be: a process hands that over sooner."""
    workers = cpu_count() if len(files) >= _WORTH_WORKERS else 1
    tasks = (
        delayed(_read_batch)(root, [(file, written.get(file), statuses.get(file)) for file in batch])
        for batch in (files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK))
    )
    results = Parallel(n_jobs=workers, return_as="generator")(tasks)
    with tqdm(total=len(files), desc="reading", unit=" files", disable=None if progress else True) as bar:
        for batch in results:
            bar.update(len(batch))
            yield from batch


def _read_batch(root: Path, files: list[tuple[str, Written | None, Status | None]]) -> list[Reading | bytes]:
    batch: list[Reading | bytes] = []
    for file, written, status in files:
        reading = read_file(root, file, written=written)
        batch.append(line_of(file, status, reading, written) or reading)
    return batch


def _position(problem: Problem) -> tuple[str, int, str]:
    file, _, line = problem.place.rpartition(":")
    if file.lower().endswith(".jsonl") and line.isdigit():
        return file, int(line), problem.reason
    return problem.place, problem.line or 0, problem.reason


def _age_key(published_at: float | None) -> float:
    return float("-inf") if published_at is None else published_at


def _one_a_url(sources: Iterable[Source]) -> list[list[Source]]:
    """Files that share an address, directly or through others; each group has its newest first."""
    groups: dict[int, list[Source]] = {}
    by_url: dict[str, list[Source]] = {}
    for source in sources:
        met = {id(other): other for url in source.urls if (other := by_url.get(url)) is not None}
        group = max(met.values(), key=len, default=[])
        for other in met.values():
            if other is not group:
                group += other
                by_url.update((url, group) for moved in other for url in moved.urls)
                del groups[id(other)]
        group.append(source)
        by_url.update((url, group) for url in source.urls)
        groups[id(group)] = group
    for group in groups.values():
        group.sort(key=lambda source: source.place)
        group.sort(key=lambda source: _age_key(source.published_at), reverse=True)
    return list(groups.values())


def _ids(groups: list[list[Source]], noted: list[Problem]) -> dict[str, str]:
    """The ID of each source, by its place: the one it asks for, or its path where several articles ask for that."""
    askers: dict[str, list[list[Source]]] = defaultdict(list)
    for group in groups:
        for name in {source.name for source in group}:
            askers[name].append(group)
    ids: dict[str, str] = {}
    for name, asking in askers.items():
        claimants = [source for group in asking for source in group if source.name == name]
        if len(asking) == 1:
            ids.update((source.place, name) for source in claimants)
            continue
        places = sorted(source.place for source in claimants)
        noted.append(
            Problem(places[0], f"the ID {name!r} is also that of {', '.join(places[1:])}; each is known by its path")
        )
        ids.update((source.place, source.path_name) for source in claimants)
    # Two paths that differ only in their ending, or a path that is another article's ID: the ending stays.
    counts = Counter(chain.from_iterable({ids[source.place] for source in group} for group in groups))
    return {place: place if counts[name] > 1 else name for place, name in ids.items()}


def _merged(group: list[Source], ids: Mapping[str, str]) -> Article:
    newest = group[0]
    names = tuple(dict.fromkeys(ids[source.place] for source in group))
    return Article(
        id=names[0],
        entry=newest.entry,
        published_at=newest.published_at,
        urls=tuple(dict.fromkeys(url for source in group for url in source.urls)),
        names=names,
        hidden=newest.hidden,
        published=newest.published,
    )


def _named(key: str, names: Iterable[tuple[str, str]], directory: Directory, noted: list[Problem]) -> tuple[str, ...]:
    """The articles that a key of some files names, as IDs; each name comes with its file's place."""
    ids: dict[str, None] = {}
    for place, name in names:
        if (article := directory.resolve(name, normalise_url(name))) is None:
            noted.append(Problem(place, f"`{key}`: no article here has {name!r} as ID or URL"))
        else:
            ids.setdefault(article.id)
    return tuple(ids)
