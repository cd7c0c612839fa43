"""The `recommender` command, but for `serve`, which the web adds."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from recommender.artefacts import LocalModels, Models
from recommender.cli.evaluate import evaluate_command
from recommender.cli.models import models_group
from recommender.cli.options import (
    corpus_argument,
    engine_options,
    models_option,
    models_or_url_option,
    settings_option,
)
from recommender.errors import RecommenderError, without_secrets
from recommender.export import TASK_SIZE, Exporter, ExportFormat, load_into_redis, redact_url, require_pyarrow
from recommender.parallel import Engine
from recommender.ranking import Recommender, Suggestion
from recommender.settings import read_overrides
from recommender.storage import locked_folder
from recommender.training import ROWS, ensure_trained, load_with_live_articles, read_corpus, train
from recommender.writing import Action, Enrichment, Mode, Outcome, YamlStyle

_FILE = click.Path(dir_okay=False, path_type=Path)


class Group(click.Group):
    """A group whose commands end in a sentence and a status: 2 where an error was foreseen, 130 on Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            message, status = str(error), 2
        except BrokenPipeError:
            raise  # the reader of a pipe has had enough: click ends quietly
        except OSError as error:
            message, status = f"{error.filename or 'output'}: {error.strerror or error}", 2
        except KeyboardInterrupt:
            message, status = "stopped", 130
        click.echo(f"recommender: {message}", err=True)
        return ctx.exit(status)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="related-articles")
def main() -> None:
    """Suggest related articles for a folder of Markdown files with front matter."""


main.add_command(evaluate_command)
main.add_command(models_group)


@main.command("train")
@corpus_argument()
@models_or_url_option
@settings_option
@click.option(
    "--precision",
    type=click.FloatRange(0, 1),
    help="Leave out suggestions whose score is right less often than this, going by the curated links.",
)
@engine_options
@click.option(
    "--slice-size",
    type=click.IntRange(256),
    default=ROWS,
    show_default=True,
    help="Articles that a task learns; more are learnt slice by slice, so that no process holds all.",
)
def train_command(
    *,
    corpus_path: Path,
    models: Models,
    settings_file: Path | None,
    precision: float | None,
    engine: Engine,
    slice_size: int,
) -> None:
    """Learn CORPUS and publish the model.

    The workers of a cluster have this program, and see the models under the same path as this machine.
    """
    given = read_overrides(settings_file) if settings_file else {}
    with engine.started():
        corpus = read_corpus(corpus_path, models)
        manifest = train(corpus, models, given, precision=precision, engine=engine, slice_rows=slice_size)
    click.echo(manifest.version)


@main.command("related")
@click.argument("id")
@models_option
@click.option("--limit", type=click.IntRange(1, 1000), help="Entries at most.  [default: the model's setting]")
@click.option("--explain", is_flag=True, help="Say why, for each entry, instead of the entries.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def related_command(id: str, models: LocalModels, limit: int | None, explain: bool, form: str) -> None:
    """Print the suggestions for the article ID, as its file or the API would give them."""
    recommender = load_with_live_articles(models)
    article = recommender.article(id)
    suggestions = recommender.related(id, limit=limit)
    if explain:
        _print_explanations(recommender, article.id, suggestions, form)
    elif form == "json":
        click.echo(recommender.answer(id, limit=limit))
    else:
        style = YamlStyle()
        click.echo(
            style.format_block(style.format_entry(suggestion.article.entry) for suggestion in suggestions), nl=False
        )


@main.command("enrich")
@click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path, file_okay=False, exists=True))
@models_option
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="fill",
    show_default=True,
    help="fill: only articles without a curated list; append: lengthen curated ones too; replace: overwrite them.",
)
@click.option("--limit", type=click.IntRange(1, 1000), help="Entries a list at most.  [default: the model's setting]")
@click.option("--dry-run", "trial", flag_value="list", help="Write nothing; name the files that would change.")
@click.option("--diff", "trial", flag_value="diff", help="Write nothing; show what would change.")
@click.option("--check", "trial", flag_value="check", help="Write nothing; exit with 1 if anything would change.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each file as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Name the files that were skipped, and why.")
def enrich_command(
    *,
    corpus_path: Path,
    models: LocalModels,
    mode: Mode,
    limit: int | None,
    trial: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Write lists into the files of CORPUS; train first where no model fits.

    Only `related` blocks are touched. What was written is remembered in CORPUS/.related.lock: a later run refreshes
    it, and a list that a person has changed since is theirs. An article's front matter may say `related: false` (no
    list), `relatedPin: [ID, …]` (these first) and `relatedBan: [ID, …]` (never these).
    """
    with nullcontext() if trial else _alone(corpus_path):
        corpus = read_corpus(corpus_path, models)
        recommender = load_with_live_articles(models, ensure_trained(corpus, models))
        enrichment = Enrichment(corpus_path, corpus, recommender, mode=mode, limit=limit)
        outcomes = list(_shown(enrichment.run(dry_run=trial is not None, progress=True), trial, as_json=as_json))
        changed = any(outcome.action == "written" for outcome in outcomes) or not enrichment.lists_are_recorded()
    if as_json:
        click.echo(json.dumps(_as_mappings(outcomes), ensure_ascii=False, indent=2))
    _sum_up(outcomes, trial=trial is not None, verbose=verbose)
    failed = any(outcome.action == "failed" for outcome in outcomes)
    raise SystemExit(1 if failed or (trial == "check" and changed) else 0)


@main.command("export")
@corpus_argument()
@models_or_url_option
@click.option(
    "--out",
    required=True,
    metavar="FILE|FOLDER/|URL",
    help="File to write, or folder for one file a task, by month; - is standard output.",
)
@click.option("--limit", type=click.IntRange(1, 1000), help="Entries a list at most.  [default: the model's setting]")
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(ExportFormat)),
    default="jsonl",
    show_default=True,
    help="parquet: always a folder.",
)
@engine_options
@click.option("--task-size", type=click.IntRange(1), default=TASK_SIZE, show_default=True, help="Articles a task.")
def export_command(
    *,
    corpus_path: Path,
    models: Models,
    out: str,
    limit: int | None,
    form: ExportFormat,
    engine: Engine,
    task_size: int,
) -> None:
    """Write the lists of all articles of CORPUS, one HTTP answer a line; train first where no model fits.

    A run that was broken off goes on when it is called again. The workers of a cluster have this program and see the
    models and the output under the same paths as this machine.
    """
    if form == "parquet":
        require_pyarrow()
    with engine.started():
        version = ensure_trained(corpus_path, models, engine=engine)
        exporter = Exporter(models, version, limit=limit, engine=engine, task_size=task_size, progress=True)
        if out == "-":
            count = exporter.to_stream(sys.stdout.buffer)
        elif form == "parquet" or out.endswith("/") or "://" in out or Path(out).is_dir():
            count = exporter.to_folder(out, form=form)
        else:
            count = exporter.to_file(Path(out))
    click.echo(f"{count:,} articles exported{'' if out == '-' else f' to {without_secrets(out)}'}", err=True)


@main.command("load")
@click.argument("exported", metavar="OUT")
@click.option("--to", "url", metavar="redis://HOST:PORT/DB", required=True, help="Where the answers are to be.")
@click.option(
    "--keep", type=click.IntRange(0, 100), default=1, show_default=True, help="Versions kept beside the one in use."
)
def load_command(exported: str, url: str, keep: int) -> None:
    """Put the answers of OUT, a folder or file of `export`, into Redis, for `serve --store`.

    They are used from the moment that all of them are there; until then, and after an error, the ones before are.
    """
    loaded = load_into_redis(exported, url, keep=keep, progress=True)
    click.echo(
        f"{loaded.articles:,} answers, and {loaded.names:,} other names and addresses, loaded to {redact_url(url)}",
        err=True,
    )
    click.echo(loaded.version)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with locked_folder(folder):
            yield
    except BlockingIOError as error:
        raise RecommenderError(f"{folder}: another run is writing here; wait for its end, or end it") from error


def _shown(outcomes: Iterable[Outcome], trial: str | None, *, as_json: bool) -> Iterator[Outcome]:
    """Print, as they come, the failures and what a trial has to show; drop the texts that are no longer needed."""
    for outcome in outcomes:
        if outcome.action == "failed":
            click.echo(f"recommender: {outcome.path}: {outcome.detail}", err=True)
        elif outcome.action == "written" and not as_json:
            if trial == "diff":
                click.echo(outcome.diff(), nl=False)
            elif trial:
                click.echo(f"{outcome.path}: {outcome.detail}")
        yield replace(outcome, before="", after="")


def _as_mappings(outcomes: Iterable[Outcome]) -> list[dict[str, str]]:
    return [{"file": outcome.path, "action": outcome.action, "detail": outcome.detail} for outcome in outcomes]


def _sum_up(outcomes: Sequence[Outcome], *, trial: bool, verbose: bool) -> None:
    """Say on stderr how many files were written, unchanged, skipped and why; under `-v`, which."""
    for action in get_args(Action):
        of_action = [outcome for outcome in outcomes if outcome.action == action]
        details = Counter(outcome.detail for outcome in of_action if outcome.action != "failed")
        counts = "; ".join(f"{count:,}: {detail}" for detail, count in details.most_common() if detail)
        would = "would be " if trial and action == "written" else ""
        if of_action or action == "written":
            click.echo(f"{would}{action}: {len(of_action):,}{f' ({counts})' if counts else ''}", err=True)
        for outcome in of_action if verbose and action in ("written", "skipped") else ():
            click.echo(f"  {outcome.path}: {outcome.detail}", err=True)


def _print_explanations(recommender: Recommender, id: str, suggestions: list[Suggestion], form: str) -> None:
    for suggestion in suggestions:
        why = recommender.explain(id, suggestion.article.id)
        if form == "json":
            values = {
                "id": suggestion.article.id,
                "score": why.score,
                "similarity": why.similarity,
                "days_apart": why.days_apart,
                "words": [{"word": w.text, "field": w.field, "contribution": w.contribution} for w in why.words],
            }
            click.echo(json.dumps(values, ensure_ascii=False))
            continue
        apart = "no date" if why.days_apart is None else f"{why.days_apart:.1f} days apart"
        words = ", ".join(f"{word.text} {word.contribution:.2f}" for word in why.words[:8])
        click.echo(f"{why.score:.3f}  {suggestion.article.title}")
        click.echo(f"       {suggestion.article.id}")
        factors = f"similarity {why.similarity:.3f} × {why.decay:.3f} for time ({apart}) × {why.weight:.3f} as a hub"
        click.echo(f"       {factors}; {words}")
