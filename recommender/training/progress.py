"""What training tells on stderr: what the corpus holds, and which stage is running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from recommender.corpus import Corpus


@contextmanager
def show_stages(name: str, *, enabled: bool = True) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage of a long task is running, and for how long; yields what to call at each."""
    with tqdm(desc=name, bar_format="{desc}: {postfix} [{elapsed}]", disable=None if enabled else True) as bar:

        def show(stage: str) -> None:
            bar.set_postfix_str(stage)
            bar.refresh()

        yield show


def report_corpus(corpus: Corpus) -> None:
    """Print what a corpus holds, and everything in it that could not be read."""
    linked_only = len(corpus.articles) - corpus.files
    links = sum(len(targets) for targets in corpus.links.values())
    undated = sum(article.published_at is None for article in corpus.articles)
    written = sum(file.list_state == "written" for file in corpus.article_files)
    click.echo(
        f"{corpus.files:,} articles and {linked_only:,} known only from links; "
        f"{links:,} curated links in {len(corpus.links):,} lists"
        + (f"; {written:,} lists written by this program don't count" if written else "")
        + (f"; {undated:,} without a date, for which time counts for nothing" if undated else ""),
        err=True,
    )
    for problem in corpus.problems:
        click.echo(f"  {problem}", err=True)
