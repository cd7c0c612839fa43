"""The `recommender` command, but for `serve`, which the web adds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from recommender import artefact
from recommender.artefact import Manifest
from recommender.corpus import Corpus, fingerprint
from recommender.disk import replacing
from recommender.errors import ArtefactError, RecommenderError
from recommender.export import answer, export
from recommender.frontmatter import render_related
from recommender.recommender import Recommender
from recommender.rules import Suggestion
from recommender.settings import Settings

_SHOWN_PROBLEMS = 20

Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """A group whose commands end with status 2 and the sentence of the error, where one of ours is raised."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            click.echo(f"recommender: {error}", err=True)
            ctx.exit(2)


def models_option(command: Command) -> Command:
    """`--models DIR`, which every command takes."""
    return click.option(
        "--models",
        "models_folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("models"),
        show_default=True,
        envvar="RECOMMENDER_MODELS",
        help="Folder of the trained models.",
    )(command)


def corpus_argument(*, required: bool = True) -> Callable[[Command], Command]:
    """CORPUS: a folder of articles, or a `.jsonl` file."""
    metavar = "CORPUS" if required else "[CORPUS]"
    return click.argument("corpus_path", metavar=metavar, type=click.Path(path_type=Path), required=required)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="related-articles")
def main() -> None:
    """Suggest related articles for a folder of Markdown files with front matter."""


@main.command("train")
@corpus_argument()
@models_option
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML file of settings to override.",
)
def train_command(corpus_path: Path, models_folder: Path, settings_file: Path | None) -> None:
    """Learn CORPUS and publish the model."""
    settings = Settings.from_file(settings_file) if settings_file else Settings()
    click.echo(train(corpus_path, models_folder, settings).version)


@main.command("related")
@click.argument("id")
@models_option
@click.option("--limit", type=click.IntRange(1, 1000), help="Entries at most.  [default: the model's setting]")
@click.option("--explain", is_flag=True, help="Say why, for each entry, instead of the entries.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def related_command(id: str, models_folder: Path, limit: int | None, explain: bool, form: str) -> None:
    """Print the suggestions for the article ID, as its file or the API would give them."""
    recommender = artefact.load(models_folder)
    article = recommender.article(id)
    suggestions = recommender.related(id, limit=limit)
    if explain:
        _print_explanations(recommender, article.id, suggestions, form)
    elif form == "json":
        click.echo(answer(article.id, suggestions))
    else:
        click.echo(render_related(suggestion.article.entry for suggestion in suggestions), nl=False)


@main.command("export")
@corpus_argument()
@models_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    required=True,
    help="File to write; - is standard output.",
)
@click.option("--limit", type=click.IntRange(1, 1000), help="Entries a list at most.  [default: the model's setting]")
def export_command(corpus_path: Path, models_folder: Path, out: Path, limit: int | None) -> None:
    """Write the lists of all articles of CORPUS, one HTTP answer a line; train first where no model fits."""
    recommender = fitting(corpus_path, models_folder)
    to_stdout = str(out) == "-"
    try:
        with nullcontext(sys.stdout.buffer) if to_stdout else replacing(out) as stream:
            count = export(recommender, stream, limit=limit, progress=True)
    except BrokenPipeError:
        raise  # the reader of a pipe has had enough: click ends quietly
    except OSError as error:
        raise RecommenderError(f"{out}: can't be written: {error.strerror or error}") from error
    click.echo(f"{count:,} articles exported{'' if to_stdout else f' to {out}'}", err=True)


@main.group("models", invoke_without_command=True)
@models_option
@click.pass_context
def models_group(context: click.Context, models_folder: Path) -> None:
    """List the trained models; verify one, or go back to one."""
    context.obj = models_folder
    if context.invoked_subcommand is None:
        context.invoke(list_models)


@models_group.command("list")
@click.pass_obj
def list_models(models_folder: Path) -> None:
    """List the versions, the newest last; a star marks the one in use."""
    known = artefact.versions(models_folder)
    in_use = artefact.current(models_folder) if known else None
    for version in known:
        star = "*" if version == in_use else " "
        try:
            manifest = artefact.read_manifest(models_folder, version)
            click.echo(f"{star} {version}  {manifest.created}  {manifest.counts['articles']:,} articles")
        except ArtefactError as error:
            click.echo(f"{star} {version}  {error}")
    if not known:
        click.echo(f"{models_folder}: no models yet; run `recommender train CORPUS`", err=True)


@models_group.command("verify")
@click.argument("version", required=False)
@click.pass_obj
def verify_model(models_folder: Path, version: str | None) -> None:
    """Compare every file of VERSION (the one in use, by default) with its manifest."""
    click.echo(f"{artefact.verify(models_folder, version).version} is whole")


@models_group.command("use")
@click.argument("version")
@click.pass_obj
def use_model(models_folder: Path, version: str) -> None:
    """Make VERSION the one in use, after verifying it."""
    artefact.verify(models_folder, version)
    artefact.use(models_folder, version)
    click.echo(f"{version} is in use")


def train(corpus_path: Path, models_folder: Path, settings: Settings) -> Manifest:
    """Read, learn and publish, and say on stderr what came of it."""
    corpus = Corpus.from_path(corpus_path, progress=True)
    manifest = artefact.publish(Recommender(settings=settings).fit(corpus), corpus, models_folder)
    report(corpus)
    click.echo(f"published {models_folder / manifest.version}", err=True)
    return manifest


def fitting(corpus_path: Path, models_folder: Path) -> Recommender:
    """The current model, if it was trained on this very corpus; else a newly trained one."""
    version = fitting_version(corpus_path, models_folder)
    return artefact.load(models_folder, version, verified=True)


def fitting_version(corpus_path: Path, models_folder: Path) -> str:
    """The version of the current model, whole and trained on this very corpus, or of a newly trained one."""
    try:
        manifest = artefact.verify(models_folder)
    except ArtefactError as error:
        if artefact.versions(models_folder):
            click.echo(f"recommender: {error}", err=True)
        return train(corpus_path, models_folder, Settings()).version
    if manifest.corpus == fingerprint(corpus_path):
        return manifest.version
    return train(corpus_path, models_folder, manifest.settings).version


def report(corpus: Corpus) -> None:
    """Say on stderr what a corpus holds, and what in it could not be read."""
    linked_only = len(corpus.articles) - corpus.files
    links = sum(len(targets) for targets in corpus.links.values())
    click.echo(
        f"{corpus.files:,} articles and {linked_only:,} known only from links; "
        f"{links:,} curated links in {len(corpus.links):,} lists",
        err=True,
    )
    for problem in corpus.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"  {problem}", err=True)
    if len(corpus.problems) > _SHOWN_PROBLEMS:
        click.echo(f"  … and {len(corpus.problems) - _SHOWN_PROBLEMS:,} more", err=True)


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
