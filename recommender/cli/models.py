"""The command `models`: trained versions, and which one is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import click

from recommender.artefacts import Models, RemoteModels, models_at
from recommender.cli.app import Command, write_examples
from recommender.cli.options import ModelsType, models_or_url_option
from recommender.errors import ArtefactError, RecommenderError, printable


class ModelsGroup(click.Group):
    """The group `models`, whose help ends with examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        write_examples(formatter, ["recommender models", "recommender models use 20240501T060000.000000Z-1a2b3c4d"])


@click.group("models", cls=ModelsGroup, invoke_without_command=True)
@models_or_url_option
@click.pass_context
def models_group(context: click.Context, models: Models) -> None:
    """List, verify, choose or copy trained models.

    To roll back, choose an earlier version.
    """
    context.obj = models
    if context.invoked_subcommand is None:
        context.invoke(list_models, models=models)


def own_models_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--models DIR|URL` of a command of this group; by default the group's own."""

    def of_group(context: click.Context, _: click.Parameter, value: Models | None) -> Models:
        return value if value is not None else cast("Models", context.obj)

    return click.option(
        "--models",
        type=ModelsType(urls=True),
        metavar="DIR|URL",
        callback=of_group,
        help="Folder of the models, or a URL.",
    )(command)


@models_group.command(
    "list", cls=Command, examples=["recommender models list", "recommender models list --models s3://bucket/models"]
)
@own_models_option
def list_models(models: Models) -> None:
    """List the versions, the newest last.

    A star marks the one in use.
    """
    known = models.versions()
    in_use = None
    if known:
        try:
            in_use = models.manifest().version
        except ArtefactError as error:
            click.echo(printable(f"recommender: {error}"), err=True)
    for version in known:
        star = "*" if version == in_use else " "
        try:
            manifest = models.manifest(version)
            click.echo(f"{star} {printable(version)}  {manifest.created}  {manifest.counts['articles']:,} articles")
        except ArtefactError as error:
            click.echo(printable(f"{star} {version}  {error}"))
    if not known:
        click.echo(f"{models}: no models yet; run `recommender train CORPUS`", err=True)
    for version in models.unfinished() if isinstance(models, RemoteModels) else ():
        click.echo(f"{models}/{version}: is unfinished; unless a training is running, remove it", err=True)


@models_group.command(
    "verify",
    cls=Command,
    examples=["recommender models verify", "recommender models verify 20240501T060000.000000Z-1a2b3c4d"],
)
@click.argument("version", required=False)
@own_models_option
def verify_model(models: Models, version: str | None) -> None:
    """Verify a version, by default the one in use.

    Every file is compared with the manifest.
    """
    if isinstance(models, RemoteModels):
        raise RecommenderError(f"{models}: is a URL; `recommender models pull` verifies models as it copies them")
    click.echo(f"{models.verify(version).version} is intact")


@models_group.command(
    "use",
    cls=Command,
    examples=[
        "recommender models use 20240501T060000.000000Z-1a2b3c4d",
        "recommender models use 20240501T060000.000000Z-1a2b3c4d --models /srv/models",
    ],
)
@click.argument("version")
@own_models_option
def use_model(models: Models, version: str) -> None:
    """Use a version from now on.

    A local version is verified first; `models pull` verifies one at a URL.
    """
    models.use(version)
    click.echo(f"{version} is in use")


@models_group.command(
    "pull",
    cls=Command,
    examples=[
        "recommender models pull s3://bucket/models",
        "recommender models pull s3://bucket/models --models /srv/models",
    ],
)
@click.argument("url")
@click.argument("version", required=False)
@own_models_option
def pull_model(url: str, models: Models, version: str | None) -> None:
    """Copy a version from a URL, and use it.

    The default is the version in use there. It is verified first. Running servers switch to it, as after training.
    """
    if isinstance(models, RemoteModels):
        raise RecommenderError(f"{models}: is a URL; name a folder to copy the model to with --models")
    source = models_at(url)
    if not isinstance(source, RemoteModels):
        cure = "name it with --models, or give a URL, such as s3://bucket/models"
        raise RecommenderError(f"{url}: names a folder on this machine; {cure}")
    click.echo(f"{source.pull(models, version, progress=True).version} is in use")
