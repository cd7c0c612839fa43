"""Progress of training on stderr: a summary of the corpus, and the current stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from recommender.inspection import Inspection, as_lines, problem_lines
from recommender.search import watch_compilation


@contextmanager
def show_stages(name: str, *, enabled: bool = True) -> Iterator[Callable[[str], None]]:
    """Show on a terminal the current stage of a long task and the time elapsed, and whether kernels are compiling.

    Yields a function to call with the name of each stage as it begins.
    """
    running = ""
    with tqdm(desc=name, bar_format="{desc}: {postfix} [{elapsed}]", disable=None if enabled else True) as bar:

        def show(stage: str) -> None:
            nonlocal running
            running = stage
            tell(compiling=False)

        def tell(compiling: bool) -> None:
            bar.set_postfix_str(f"{running}: compiling, once per machine" if compiling else running)

        with watch_compilation(tell):
            yield show


def report_corpus(inspection: Inspection) -> None:
    """Print a corpus's contents in five lines, and everything in it that could not be read."""
    for line in as_lines(inspection):
        click.echo(line, err=True)
    for line in problem_lines(inspection):
        click.echo(f"  {line}", err=True)
