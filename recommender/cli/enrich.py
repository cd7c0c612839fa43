"""The command `enrich`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click

from recommender.artefacts import LocalModels
from recommender.cli.app import Command
from recommender.cli.options import corpus_options, limit_option, look_up_options, models_option
from recommender.corpus import ShapeName
from recommender.errors import RecommenderError, printable
from recommender.live import load_with_live_articles
from recommender.ranking import Options
from recommender.sources import FileChoice
from recommender.storage import locked_folder
from recommender.training import ensure_trained, kept_choice, read_corpus
from recommender.writing import SHAPES, Action, Enrichment, Mode, Outcome, Removal

_MOST_ALIKE = 5  # failures with one reason that are printed one by one


@click.command(
    "enrich", cls=Command, examples=["recommender enrich ~/site --limit 5 --diff", "recommender enrich ~/site --remove"]
)
@click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path, file_okay=False, exists=True))
@corpus_options
@models_option
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="fill",
    show_default=True,
    help="fill: write missing lists; append: also extend curated lists; replace: also overwrite curated lists, which "
    "CORPUS/.related.lock then keeps, for trainings and --remove.",
)
@limit_option
@look_up_options
@click.option(
    "--shape",
    type=click.Choice(SHAPES),
    help="Kind of list items.  [default: as in the site's own lists, else entries]",
)
@click.option(
    "--remove",
    is_flag=True,
    help="Remove every list that this program wrote, and no other byte; curated lists overwritten by --mode replace "
    "are restored.",
)
@click.option("--dry-run", "trial", flag_value="list", help="Write nothing; list the files that would change.")
@click.option("--diff", "trial", flag_value="diff", help="Write nothing; show what would change.")
@click.option(
    "--check", "trial", flag_value="check", help="Write nothing; exit with status 1 if anything would change."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome for each file as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="List the files that were written or skipped, with the reason.")
def enrich_command(
    *,
    corpus_path: Path,
    choice: FileChoice,
    models: LocalModels,
    mode: Mode,
    limit: int | None,
    options: Options,
    shape: ShapeName | None,
    remove: bool,
    trial: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Write lists into the files of a corpus.

    A model is trained first if none fits. Lists are written under the site's own key, with the same kind of items as
    its own lists: entries, IDs, paths, addresses or titles; no other byte changes. CORPUS/.related.lock records the
    written lists: a later run updates them, but never a list that was edited since. An article's front matter may
    contain `related: false` (no list), `related: true` (a list), `relatedPin: [ID, …]` (these first) and `relatedBan:
    [ID, …]` (never these).
    """
    with nullcontext() if trial else _locked(corpus_path):
        corpus = read_corpus(corpus_path, models, choice=kept_choice(models, choice))
        run: Enrichment | Removal
        if remove:
            run = Removal(corpus_path, corpus)
        else:
            recommender = load_with_live_articles(models, ensure_trained(corpus, models))
            run = Enrichment(corpus_path, corpus, recommender, mode=mode, limit=limit, shape=shape, options=options)
        outcomes = list(_print_outcomes(run.run(dry_run=trial is not None, progress=True), trial, as_json=as_json))
        changed = any(outcome.action == "written" for outcome in outcomes) or not run.lists_are_recorded()
    if as_json:
        values = [{"file": outcome.path, "action": outcome.action, "detail": outcome.detail} for outcome in outcomes]
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
    _print_summary(outcomes, trial=trial is not None, verbose=verbose)
    failed = any(outcome.action == "failed" for outcome in outcomes)
    raise SystemExit(1 if failed or (trial == "check" and changed) else 0)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        with locked_folder(folder):
            yield
    except BlockingIOError as error:
        raise RecommenderError(f"{folder}: another run is writing here; wait for its end, or end it") from error


def _print_outcomes(outcomes: Iterable[Outcome], trial: str | None, *, as_json: bool) -> Iterator[Outcome]:
    """Print failures, the first of each reason, and the changes of a dry run as they occur.

    Yields the outcomes without texts, which can be large.
    """
    failures: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.action == "failed":
            failures[outcome.detail] += 1
            if failures[outcome.detail] <= _MOST_ALIKE:
                click.echo(f"recommender: {_line(outcome)}", err=True)
        elif outcome.action == "written" and not as_json:
            if trial == "diff":
                click.echo(outcome.diff(), nl=False)
            elif trial:
                click.echo(_line(outcome))
        yield replace(outcome, before="", after="", around=("", ""))


def _line(outcome: Outcome) -> str:
    return printable(f"{outcome.path}: {outcome.detail}")


def _print_summary(outcomes: Sequence[Outcome], *, trial: bool, verbose: bool) -> None:
    """Print to stderr how many files were written, unchanged or skipped and why; with `-v`, list them."""
    for action in get_args(Action):
        of_action = [outcome for outcome in outcomes if outcome.action == action]
        details = Counter(outcome.detail for outcome in of_action)
        counts = "; ".join(
            f"{count:,}: {printable(detail)}"
            for detail, count in details.most_common()
            if detail and (action != "failed" or count > _MOST_ALIKE)
        )
        would = "would be " if trial and action == "written" else ""
        if of_action or action == "written":
            click.echo(f"{would}{action}: {len(of_action):,}{f' ({counts})' if counts else ''}", err=True)
        for outcome in of_action if verbose and action in ("written", "skipped") else ():
            click.echo(f"  {_line(outcome)}", err=True)
