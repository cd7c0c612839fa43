"""A corpus: the articles of a folder or a `.jsonl` file, the links that editors curated, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from recommender.articles import Article, in_rank_order
from recommender.corpus.identity import ArticleGroups, IdentifiedFile, age_key
from recommender.corpus.links import (
    CuratedList,
    LinkFault,
    LinkResolver,
    ListForm,
    add_linked_only_articles,
    resolve_links,
)
from recommender.corpus.spill_tables import SortedSequence, SpillDatabase, StoredMapping, Table
from recommender.corpus.text_links import (
    LinkingText,
    find_links_to_articles,
    resolve_text_links,
    without_words_of,
)
from recommender.errors import CorpusError
from recommender.frontmatter import Format
from recommender.journal import LiveChanges, LiveOutcome, WithdrawnArticle
from recommender.parallel import gc_paused
from recommender.sources import FileChoice, FoundFiles, LinkLine, ListState, Problem, Source, SourceReader, WrittenList


class _PinsAndBans(NamedTuple):
    """The names that the files of one article pin and ban, each with the path of its file."""

    row: int
    pins: tuple[tuple[str, str], ...]
    bans: tuple[tuple[str, str], ...]

    @classmethod
    def from_sources(cls, row: int, sources: Iterable[Source]) -> Self:
        pins, bans = [], []
        for source in sources:
            pins += [(source.path, name) for name in source.pinned]
            bans += [(source.path, name) for name in source.banned]
        return cls(row, tuple(pins), tuple(bans))


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A front-matter file with the ID of its article and the state of its own list; see `Source`."""

    path: str
    id: str
    list_state: ListState
    written: WrittenList | None
    front_matter_digest: bytes
    format: Format = "yaml"
    list_path: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Source, id: str) -> Self:
        """The file of a source whose article has this ID."""
        return cls(
            source.path,
            id,
            source.list_state,
            source.written,
            source.front_matter_digest,
            source.format,
            source.list_path,
        )


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles and curated links that training reads.

    A corpus that was read keeps its articles, links, topics and files in a temporary database, from which each is
    decoded when it is asked for. So it takes little memory, and stays in the process that read it. It equals a corpus
    of tuples and dicts with the same content.

    Attributes:
        articles: all articles, linked-only ones included, in the order of their IDs.
        links: the curated links of each article that has some, as IDs in the editors' order, without repetition.
        text_links: the articles that the text of each article links to, as IDs in their order, without repetition;
            never counted as curated.
        linking_texts: the links in texts as they are written, whether they lead to an article or not.
        topics: the topics that articles name, by ID.
        list_forms: how many curated lists have each key and shape.
        link_faults: curated links that are dead, doubled, to their own article, or differ from the article's entry.
        problems: what was skipped or read with a doubt, in the order of the files.
        files: the number of articles that have a file (or a line) of their own.
        article_files: the front-matter files, in the order of their paths.
        fingerprint: a hash of all that was read and of the site's conventions: the same files give the same one,
            whatever lists this program wrote into them, and whatever was posted.
        found_files: the files that were found, what they mean, and what was passed over; `None` for one that was not
            read from files.
        live: what became of the posted and withdrawn articles.
    """

    articles: Sequence[Article]
    links: Mapping[str, tuple[str, ...]]
    text_links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    linking_texts: Sequence[LinkingText] = field(default=(), compare=False)
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    list_forms: Mapping[ListForm, int] = field(default_factory=dict)
    link_faults: tuple[LinkFault, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: int = 0
    article_files: Sequence[ArticleFile] = ()
    fingerprint: str = ""
    live: LiveOutcome = field(default=LiveOutcome(), compare=False)
    found_files: FoundFiles | None = field(default=None, compare=False)

    @classmethod
    def from_path(
        cls,
        path: str | Path,
        *,
        cache: Path | None = None,
        live_changes: LiveChanges | None = None,
        choice: FileChoice | None = None,
        progress: bool = False,
    ) -> Self:
        """Read a folder of front-matter files (and `.jsonl` files), or one `.jsonl` file, on all cores.

        A file that can't be read is listed in `problems` and never stops the rest. A `related.jsonl` beside a
        `.jsonl` file is read with it.

        Args:
            cache: a SQLite file in which parsed files are cached, so that unchanged ones are not parsed again. It
                never changes the result, and may be deleted at any moment.
            live_changes: posted articles, which are read like files of the corpus, and withdrawn ones, which are
                left out.
            choice: which files are read; by default those that the site's conventions say.

        Raises:
            CorpusError: there is no such folder or file, nothing in it is an article, or a lock can't be read.
        """
        with gc_paused():
            return cls._from_path(Path(path), cache, live_changes or LiveChanges(), choice, progress=progress)

    @classmethod
    def _from_path(
        cls, path: Path, cache: Path | None, live_changes: LiveChanges, choice: FileChoice | None, *, progress: bool
    ) -> Self:
        reader, database = SourceReader(path, cache=cache, choice=choice), SpillDatabase()
        problems = reader.problems
        link_lines: Table[LinkLine] = Table(database, LinkLine)
        found = 0

        def read_sources() -> Iterator[Source]:
            nonlocal found
            for parsed in reader.read_files(progress=progress):
                problems.extend(parsed.problems)
                for line in parsed.links:
                    link_lines.append(line)
                found += len(parsed.sources)
                yield from parsed.sources

        sources: Iterable[Source] = read_sources()
        incorporated: dict[str, str] = {}
        if live_changes:
            stored: Table[Source] = Table(database, Source)
            for source in sources:
                stored.append(source)
            sources, incorporated = live_changes.merge_into(SortedSequence(stored))
        corpus = cls._assemble(
            sources, SortedSequence(link_lines), problems, database, withdrawn=live_changes.withdrawn.values()
        )
        live = replace(corpus.live, position=live_changes.position, incorporated=incorporated)
        if not found:
            first = "".join(f"\n  {problem}" for problem in problems[:5])
            for reason, count in reader.found.passed_over.most_common(3):
                first += f"\n  {reason}: {count:,}, such as {reader.found.examples[reason]}"
            raise CorpusError(
                f"{path}: nothing here is an article (a .md, .markdown, .mdx, .html or .txt file that begins with "
                f"front matter and has a title, or lines of a .jsonl file){first}"
            )
        return replace(corpus, fingerprint=reader.fingerprint, live=live, found_files=reader.found)

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
        """Assemble a corpus: files of one URL are one article, IDs are unique, linked-only articles are added.

        Withdrawn articles are left out, and so are links to them: they may be linked-only articles.
        """
        corpus = cls._assemble(sources, link_lines, problems, SpillDatabase(), withdrawn=withdrawn)
        return replace(corpus, fingerprint=fingerprint)

    @classmethod
    def _assemble(
        cls,
        sources: Iterable[Source],
        link_lines: Iterable[LinkLine],
        problems: Iterable[Problem],
        database: SpillDatabase,
        *,
        withdrawn: Collection[WithdrawnArticle] = (),
    ) -> Self:
        groups = ArticleGroups(sources, database)
        all_problems = [*problems, *groups.problems]
        resolver = LinkResolver(database)
        lists: Table[CuratedList] = Table(database, CuratedList, sort_columns=2)
        linking_texts: Table[LinkingText] = Table(database, LinkingText, sort_columns=1)
        topics: Table[tuple[str, tuple[str, ...]]] = Table(database, tuple[str, tuple[str, ...]])
        article_files: Table[ArticleFile] = Table(database, ArticleFile, sort_columns=1)
        pins_and_bans: Table[_PinsAndBans] = Table(database, _PinsAndBans)
        files = 0
        for group in groups:
            files += 1
            article = _merge_files(group)
            row = resolver.add(article)
            for _, source, _ in group:
                if source.front_matter_digest:
                    article_files.append(ArticleFile.of(source, article.id), source.path)
                if source.related:
                    key = source.list_key or "related"
                    _append_list(lists, CuratedList(article.id, source.path, source.related, key), article)
                if source.text_links:
                    linking_texts.append(LinkingText(article.id, source.path, source.text_links), article.id)
            if group[0].source.topics:
                topics.append((article.id, group[0].source.topics))
            named = _PinsAndBans.from_sources(row, [file.source for file in group])
            if named.pins or named.bans:
                pins_and_bans.append(named)
        _append_link_lines(link_lines, lists, resolver, all_problems)
        # Newest first: of several copies of one linked-only article, the one that was embedded last is kept.
        add_linked_only_articles(lists.sorted(), resolver)
        left_out, withdrawn_states = _find_withdrawn(withdrawn, resolver)
        faults: list[LinkFault] = []
        forms: Counter[ListForm] = Counter()
        links: Table[tuple[str, tuple[str, ...]]] = Table(database, tuple[str, tuple[str, ...]], sort_columns=1)
        for item in _without(left_out, resolve_links(lists.sorted(), resolver, faults, forms)):
            links.append(item, item[0])
        text_links = StoredMapping(
            database,
            tuple[str, ...],
            _without(left_out, resolve_text_links(linking_texts.sorted(), resolver)),
        )
        for row, pins, bans in SortedSequence(pins_and_bans):
            pinned = _resolve_names("relatedPin", pins, resolver, all_problems)
            banned = _resolve_names("relatedBan", bans, resolver, all_problems)
            if row not in left_out.values():
                resolver.replace(row, replace(resolver.articles[row], pinned=pinned, banned=banned))
        resolver.articles.delete(list(left_out.values()))
        if left_out:
            article_files.delete([row for row, file in article_files.items() if file.id in left_out])
        kept_topics = (item for _, item in topics.items() if item[0] not in left_out)
        return cls(
            articles=SortedSequence(resolver.articles, first=2),
            links=StoredMapping(database, tuple[str, ...], links.sorted()),
            text_links=text_links,
            linking_texts=SortedSequence(linking_texts),
            topics=StoredMapping(database, tuple[str, ...], kept_topics),
            list_forms=forms,
            link_faults=tuple(faults),
            problems=tuple(sorted(all_problems, key=_problem_order)),
            files=files,
            article_files=SortedSequence(article_files),
            live=LiveOutcome(withdrawn=withdrawn_states),
        )

    def in_rank_order(self) -> Iterator[Article]:
        """The articles in the order of `recommender.articles.in_rank_order`; a read corpus decodes one at a time."""
        if isinstance(self.articles, SortedSequence):
            return self.articles.table.sorted()
        return iter(in_rank_order(self.articles))

    def links_to_articles(self) -> dict[str, frozenset[str]]:
        """The links in texts that lead to another article, as they are written, by the path of their file."""
        return find_links_to_articles(self.articles, self.linking_texts)

    def without_words_of(self, links: Mapping[str, Collection[str]], root: Path) -> Self:
        """The corpus with texts, and excerpts that were taken from them, without the words of some links.

        The files that hold the links are read again; a corpus that was not read from files stays as it is.

        Args:
            links: as `links_to_articles` gives them.
            root: the folder that the corpus was read from.

        Raises:
            CorpusError, FrontMatterError: a file can't be read again.
        """
        if self.found_files is None:
            return self
        site = self.found_files.site
        articles = (
            without_words_of(links[article.path], article, root, site) if article.path in links else article
            for article in self.articles
        )
        return replace(self, articles=tuple(articles))


def fingerprint(path: str | Path, *, cache: Path | None = None, choice: FileChoice | None = None) -> str:
    """The fingerprint that `Corpus.from_path` gives for these files, without parsing them."""
    return SourceReader(Path(path), cache=cache, choice=choice).compute_fingerprint()


def _problem_order(problem: Problem) -> tuple[str, int, str]:
    file, _, line = problem.path.rpartition(":")
    if file.lower().endswith(".jsonl") and line.isdigit():
        return file, int(line), problem.reason
    return problem.path, problem.line or 0, problem.reason


def _merge_files(group: list[IdentifiedFile]) -> Article:
    """The article of some files, the newest first."""
    newest = group[0].source
    ids = [file.id for file in group]
    return Article(
        id=ids[0],
        entry=newest.entry,
        path=newest.path,
        summary=newest.summary,
        text=newest.text,
        topics=newest.topics,
        has_written_list=newest.list_state == "written",
        language=newest.language,
        published_at=newest.published_at,
        urls=tuple(dict.fromkeys(url for file in group for url in file.source.urls)),
        canonical_url=newest.canonical_url,
        names=tuple(dict.fromkeys((*ids, *(name for file in group for name in file.other_names)))),
        states=tuple(dict.fromkeys(file.source.digest for file in group if file.source.digest)),
        hidden=newest.hidden,
        unlisted=newest.unlisted,
        visible_from=newest.visible_from,
        visible_until=newest.visible_until,
        published=newest.published,
        section=newest.section,
        series=newest.series,
    )


def _append_list(lists: Table[CuratedList], curated: CuratedList, owner: Article) -> None:
    lists.append(curated, -age_key(owner.published_at), owner.id)


def _append_link_lines(
    lines: Iterable[LinkLine], lists: Table[CuratedList], resolver: LinkResolver, problems: list[Problem]
) -> None:
    for line in lines:
        path = f"{line.path}:{line.line}"
        if (owner := resolver.find_by_name(line.id)) is None:
            problems.append(Problem(path, f"links of {line.id!r}, but no article has this ID"))
        else:
            _append_list(lists, CuratedList(owner.id, path, line.related), owner)


def _find_withdrawn(
    withdrawn: Collection[WithdrawnArticle], resolver: LinkResolver
) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
    """The IDs of the withdrawn articles with their rows, and the digests of their states by the withdrawals' IDs."""
    found: dict[str, int] = {}
    states: dict[str, frozenset[str]] = {}
    if not withdrawn:
        return found, states
    any_of_them = WithdrawnArticle.union(withdrawn)
    for row, article in resolver.articles.items():
        if any_of_them.matches(article.names, article.own_urls):
            found[article.id] = row
            for gone in withdrawn:
                if gone.matches(article.names, article.own_urls):
                    states[gone.id] = states.get(gone.id, frozenset()).union(article.states)
    return found, states


def _without(
    left_out: Collection[str], links: Iterable[tuple[str, tuple[str, ...]]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Links by ID, without those from and to articles that are left out."""
    for id, targets in links:
        kept = tuple(target for target in targets if target not in left_out) if left_out else targets
        if kept and id not in left_out:
            yield id, kept


def _resolve_names(
    key: str, names: Iterable[tuple[str, str]], resolver: LinkResolver, problems: list[Problem]
) -> tuple[str, ...]:
    """The IDs of the articles that a front-matter key names; each name comes with the path of its file."""
    ids: dict[str, None] = {}
    for path, name in names:
        if (article := resolver.resolve(name)) is None:
            problems.append(Problem(path, f"`{key}`: no article here has {name!r} as ID or URL"))
        else:
            ids.setdefault(article.id)
    return tuple(ids)
