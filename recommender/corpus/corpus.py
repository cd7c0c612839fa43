"""A corpus: the articles of a folder or a `.jsonl` file, the links that editors curated, and what could not be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from recommender.articles import Article, in_rank_order, normalise_url
from recommender.corpus.identity import Grouping, age_key
from recommender.corpus.links import CuratedList, Directory, LinkFault, resolved, take_in
from recommender.corpus.live_changes import LiveChanges, WithdrawnArticle
from recommender.corpus.spill_tables import Listing, Rows, Shelf, Tables
from recommender.errors import CorpusError
from recommender.parallel import gc_paused
from recommender.sources import LinkLine, ListState, Problem, Source, SourceReader, WrittenList


class _Wish(NamedTuple):
    """What the files of an article pin and ban, each with the file's place."""

    number: int
    pins: tuple[tuple[str, str], ...]
    bans: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, number: int, sources: Iterable[Source]) -> Self:
        pins, bans = [], []
        for source in sources:
            pins += [(source.path, name) for name in source.pinned]
            bans += [(source.path, name) for name in source.banned]
        return cls(number, tuple(pins), tuple(bans))


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A front-matter file: of which article it is, and what its own list is; see `Source`."""

    path: str
    id: str
    list_state: ListState
    written: WrittenList | None
    front_matter_digest: bytes


@dataclass(frozen=True, slots=True)
class Corpus:
    """What training reads.

    Of more than `tables.FEW` articles, `articles`, `links`, `topics` and `article_files` are not tuples and dicts, but
    read from a temporary file whenever they are asked for anything; such a corpus stays in the process that read it.

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
        incorporated: the posted articles whose state the corpus's own files have or are ahead of, as IDs with digests.
    """

    articles: Sequence[Article]
    links: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link_faults: tuple[LinkFault, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: int = 0
    article_files: Sequence[ArticleFile] = ()
    fingerprint: str = ""
    incorporated: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_path(
        cls,
        path: str | Path,
        *,
        cache: Path | None = None,
        live_changes: LiveChanges | None = None,
        progress: bool = False,
    ) -> Self:
        """Read a folder of front-matter files (and `.jsonl` files), or one `.jsonl` file, on all cores.

        A file that can't be read is listed in `problems` and never stops the rest. A `related.jsonl` beside a
        `.jsonl` file is read with it.

        Args:
            cache: a folder where readings are kept: what has not changed since they were is not parsed again. It
                changes nothing but the time that this takes, and may be deleted at any moment.
            live_changes: posted articles, which are read like files of the corpus, and withdrawn ones, which are
                left out.

        Raises:
            CorpusError: there is no such folder or file, nothing in it is an article, or a lock can't be read.
        """
        with gc_paused():
            return cls._from_path(Path(path), cache, live_changes or LiveChanges(), progress=progress)

    @classmethod
    def _from_path(cls, path: Path, cache: Path | None, live_changes: LiveChanges, *, progress: bool) -> Self:
        reader, tables = SourceReader(path, cache=cache), Tables()
        problems = reader.problems
        lines: Rows[LinkLine] = tables.rows(LinkLine)
        found = 0

        def read() -> Iterator[Source]:
            nonlocal found
            for parsed in reader.read_files(progress=progress):
                problems.extend(parsed.problems)
                for line in parsed.links:
                    lines.add(line)
                found += len(parsed.sources)
                yield from parsed.sources

        sources: Iterable[Source] = read()
        incorporated: dict[str, str] = {}
        if live_changes:
            spooled: Rows[Source] = tables.rows(Source)
            for source in sources:
                spooled.add(source)
            sources, incorporated = live_changes.merge_into(Listing(spooled))
        corpus = cls._of(sources, Listing(lines), problems, tables, withdrawn=live_changes.withdrawn.values())
        if not found:
            first = "".join(f"\n  {problem}" for problem in problems[:5])
            raise CorpusError(
                f"{path}: nothing here is an article (a .md, .markdown, .html or .txt file that begins with front "
                f"matter and has a title, or lines of a .jsonl file){first}"
            )
        return replace(corpus, fingerprint=reader.fingerprint, incorporated=incorporated)

    @classmethod
    def from_sources(
        cls,
        sources: Iterable[Source],
        link_lines: Iterable[LinkLine] = (),
        problems: Iterable[Problem] = (),
        *,
        withdrawn: Collection[WithdrawnArticle] = (),
        fingerprint: str = "",
    ) -> Self:
        """Put together what was read: one article a URL, an ID each, linked-only articles, links by ID.

        Without what was withdrawn, and without links to it: it may be known from lists alone.
        """
        corpus = cls._of(sources, link_lines, problems, Tables(), withdrawn=withdrawn)
        return replace(corpus, fingerprint=fingerprint)

    @classmethod
    def _of(
        cls,
        sources: Iterable[Source],
        link_lines: Iterable[LinkLine],
        problems: Iterable[Problem],
        tables: Tables,
        *,
        withdrawn: Collection[WithdrawnArticle] = (),
    ) -> Self:
        groups = Grouping(sources, tables)
        noted = [*problems, *groups.problems]
        directory = Directory(tables)
        lists: Rows[CuratedList] = tables.rows(CuratedList, keys=2)
        topics: Rows[tuple[str, tuple[str, ...]]] = tables.rows(tuple[str, tuple[str, ...]])
        of_files: Rows[ArticleFile] = tables.rows(ArticleFile, keys=1)
        wishes: Rows[_Wish] = tables.rows(_Wish)
        files = 0
        # Newest first: of several copies of one linked-only article, the one that was embedded last is kept.
        for group in groups:
            files += 1
            article = _merged(group)
            number = directory.add(article)
            for _, source in group:
                if source.front_matter_digest:
                    file = ArticleFile(
                        source.path, article.id, source.list_state, source.written, source.front_matter_digest
                    )
                    of_files.add(file, source.path)
                if source.related:
                    curated = CuratedList(article.id, source.path, source.related)
                    lists.add(curated, -age_key(article.published_at), article.id)
            if group[0][1].topics:
                topics.add((article.id, group[0][1].topics))
            wish = _Wish.of(number, [source for _, source in group])
            if wish.pins or wish.bans:
                wishes.add(wish)
        _take_lines(link_lines, lists, directory, noted)
        take_in(Listing(lists), directory)
        gone = _without(withdrawn, directory)
        faults: list[LinkFault] = []
        links: Rows[tuple[str, tuple[str, ...]]] = tables.rows(tuple[str, tuple[str, ...]], keys=1)
        for id, targets in resolved(Listing(lists), directory, faults):
            kept = tuple(target for target in targets if target not in gone) if gone else targets
            if kept and id not in gone:
                links.add((id, kept), id)
        for wish in Listing(wishes):
            pinned = _named("relatedPin", wish.pins, directory, noted)
            banned = _named("relatedBan", wish.bans, directory, noted)
            if wish.number not in gone.values():
                article = directory.articles[wish.number]
                directory.change(wish.number, replace(article, pinned=pinned, banned=banned))
        directory.articles.discard_all(list(gone.values()))
        if gone:
            of_files.discard_all([number for number, file in of_files.items() if file.id in gone])
        articles, article_files = Listing(directory.articles, first=2), Listing(of_files)
        return cls(
            articles=articles if tables.on_disk else tuple(articles),
            links=_by_id(links.ordered(), tables),
            topics=_by_id((item for item in Listing(topics) if item[0] not in gone), tables),
            link_faults=tuple(faults),
            problems=tuple(sorted(noted, key=_position)),
            files=files,
            article_files=article_files if tables.on_disk else tuple(article_files),
        )

    def in_rank_order(self) -> Iterator[Article]:
        """The articles in the order that settles ties, as `rules.in_rank_order` has it; one at a time is in memory."""
        if isinstance(self.articles, Listing):
            return self.articles.rows.ordered()
        return iter(in_rank_order(self.articles))


def fingerprint(path: str | Path, *, cache: Path | None = None) -> str:
    """The fingerprint that `Corpus.from_path` gives for these files, without parsing them."""
    return SourceReader(Path(path), cache=cache).compute_fingerprint()


def _position(problem: Problem) -> tuple[str, int, str]:
    file, _, line = problem.path.rpartition(":")
    if file.lower().endswith(".jsonl") and line.isdigit():
        return file, int(line), problem.reason
    return problem.path, problem.line or 0, problem.reason


def _merged(group: list[tuple[str, Source]]) -> Article:
    """The article of its files, the newest of which comes first."""
    names = tuple(dict.fromkeys(id for id, _ in group))
    newest = group[0][1]
    return Article(
        id=names[0],
        entry=newest.entry,
        published_at=newest.published_at,
        urls=tuple(dict.fromkeys(url for _, source in group for url in source.urls)),
        names=names,
        hidden=newest.hidden,
        published=newest.published,
    )


def _take_lines(
    lines: Iterable[LinkLine], lists: Rows[CuratedList], directory: Directory, noted: list[Problem]
) -> None:
    for line in lines:
        place = f"{line.path}:{line.line}"
        owner = directory.named(line.id)
        if owner is None:
            noted.append(Problem(place, f"links of {line.id!r}, but no article has this ID"))
        else:
            lists.add(CuratedList(owner.id, place, line.related), -age_key(owner.published_at), owner.id)


def _without(withdrawn: Collection[WithdrawnArticle], directory: Directory) -> dict[str, int]:
    """The IDs of the articles that were withdrawn, with their numbers."""
    if not withdrawn:
        return {}
    any_of_them = WithdrawnArticle.union(withdrawn)
    return {
        article.id: number
        for number, article in directory.articles.items()
        if any_of_them.matches(article.names, article.urls)
    }


def _by_id(items: Iterable[tuple[str, tuple[str, ...]]], tables: Tables) -> Mapping[str, tuple[str, ...]]:
    if not tables.on_disk:
        return dict(items)
    shelf: Shelf[tuple[str, ...]] = Shelf(tables, tuple[str, ...])
    for id, texts in items:
        shelf.put(id, texts)
    return shelf


def _named(key: str, names: Iterable[tuple[str, str]], directory: Directory, noted: list[Problem]) -> tuple[str, ...]:
    """The articles that a key of some files names, as IDs; each name comes with its file's place."""
    ids: dict[str, None] = {}
    for place, name in names:
        if (article := directory.resolve(name, normalise_url(name))) is None:
            noted.append(Problem(place, f"`{key}`: no article here has {name!r} as ID or URL"))
        else:
            ids.setdefault(article.id)
    return tuple(ids)
