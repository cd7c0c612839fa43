"""What training tells on stderr: what the corpus holds, and which stage is running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from recommender.inspection import Inspection, as_lines, problem_lines
from recommender.search import watch_compilation


@contextmanager
def show_stages(name: str, *, enabled: bool = True) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage of a long task is running, and for how long; yields what to call at each.

    It also shows while kernels are compiled.
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
    """Print what a corpus holds in five lines, and everything in it that could not be read."""
    for line in as_lines(inspection):
        click.echo(line, err=True)
    for line in problem_lines(inspection):
        click.echo(f"  {line}", err=True)
