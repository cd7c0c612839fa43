"""`Corpus`: the articles of a folder or a `.jsonl` file, their curated links, and problems found in reading them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from recommender.articles import Article, in_rank_order
from recommender.corpus.corpus_builder import ArticleFile, CorpusBuilder
from recommender.corpus.links import LinkFault, ListForm
from recommender.corpus.spill_tables import SortedSequence, SpillDatabase, Table
from recommender.corpus.text_links import LinkingText, find_links_to_articles, without_words_of
from recommender.errors import CorpusError
from recommender.journal import LiveChanges, LiveOutcome, WithdrawnArticle
from recommender.parallel import gc_paused
from recommender.sources import FileChoice, FoundFiles, LinkLine, Problem, Source, SourceReader


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles and curated links that training reads.

    A corpus that was read keeps its articles, links and files in a temporary database and decodes them on
    access, so it needs little memory and can't leave the process that read it. It equals a corpus of tuples and dicts
    with the same content.

    Attributes:
        articles: all articles, linked-only ones included, in the order of their IDs.
        links: the curated links of each article that has some, as IDs in the editors' order, without repetition.
        text_links: the articles that the text of each article links to, as IDs in their order, without repetition;
            never counted as curated.
        linking_texts: the links in texts as they are written, whether they lead to an article or not.
        list_forms: how many curated lists have each key and shape.
        link_faults: curated links that are dead, doubled, to their own article, or differ from the article's entry.
        problems: files and values that were skipped or are doubtful, in the order of the files.
        files: the number of articles that have a file (or a line) of their own.
        article_files: the front-matter files, in the order of their paths.
        fingerprint: a hash of the files read and of the site's conventions; lists that this program wrote and posted
            articles do not affect it.
        found_files: the files found, their site's conventions and the skipped files; `None` for a corpus that was not
            read from files.
        live: what became of the posted and withdrawn articles.
    """

    articles: Sequence[Article]
    links: Mapping[str, tuple[str, ...]]
    text_links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    linking_texts: Sequence[LinkingText] = field(default=(), compare=False)
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
            cache: an SQLite file for caching parsed files. It never changes the result and may be deleted at any time.
            live_changes: posted articles, which are read like files of the corpus, and withdrawn ones, which are
                left out.
            choice: which files are read; by default those of the site's conventions.

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
        """Assemble a corpus: merges files with one URL, makes IDs unique, adds linked-only articles.

        Withdrawn articles (possibly linked-only ones) are left out, and so are links to them.
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
        builder = CorpusBuilder(database)
        builder.add_sources(sources)
        builder.add_link_lines(link_lines)
        builder.add_linked_only_articles()
        builder.find_withdrawn(withdrawn)
        links, text_links, articles = builder.links(), builder.text_links(), builder.articles()
        return cls(
            articles=articles,
            links=links,
            text_links=text_links,
            linking_texts=builder.linking_texts(),
            list_forms=builder.list_forms,
            link_faults=tuple(builder.link_faults),
            problems=tuple(sorted([*problems, *builder.problems], key=_problem_order)),
            files=builder.files,
            article_files=builder.article_files(),
            live=LiveOutcome(withdrawn=builder.withdrawn_states),
        )

    def in_rank_order(self) -> Iterator[Article]:
        """The articles in the order of `recommender.articles.in_rank_order`, decoded one at a time."""
        if isinstance(self.articles, SortedSequence):
            return self.articles.table.sorted()
        return iter(in_rank_order(self.articles))

    def links_to_articles(self) -> dict[str, frozenset[str]]:
        """The links in texts that lead to another article, as written, by the path of their file."""
        return find_links_to_articles(self.articles, self.linking_texts)

    def without_words_of(self, links: Mapping[str, Collection[str]], root: Path) -> Self:
        """The corpus without the words of some links in texts and in excerpts taken from texts.

        The files that hold the links are read again; a corpus that was not read from files is unchanged.

        Args:
            links: in the form of `links_to_articles`.
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
    """The fingerprint of `Corpus.from_path` for these files, without parsing them."""
    return SourceReader(Path(path), cache=cache, choice=choice).compute_fingerprint()


def _problem_order(problem: Problem) -> tuple[str, int, str]:
    file, _, line = problem.path.rpartition(":")
    if file.lower().endswith(".jsonl") and line.isdigit():
        return file, int(line), problem.reason
    return problem.path, problem.line or 0, problem.reason
