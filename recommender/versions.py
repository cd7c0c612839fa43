"""The command `models`: what has been trained, and which of it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from recommender import artefact
from recommender.errors import ArtefactError
from recommender.options import Command, models_option


@click.group("models", invoke_without_command=True)
@models_option
@click.pass_context
def models_group(context: click.Context, models_folder: Path) -> None:
    """List the trained models; verify one, or go back to one."""
    context.obj = models_folder
    if context.invoked_subcommand is None:
        context.invoke(list_models, models_folder=models_folder)


def own_models_option(command: Command) -> Command:
    """`--models DIR` of a command of this group; by default the group's own."""

    def of_group(context: click.Context, _: click.Parameter, value: Path | None) -> Path:
        return value if value is not None else cast("Path", context.obj)

    folder = click.Path(file_okay=False, path_type=Path)
    return click.option("--models", "models_folder", type=folder, callback=of_group, help="Folder of the models.")(
        command
    )


@models_group.command("list")
@own_models_option
def list_models(models_folder: Path) -> None:
    """List the versions, the newest last; a star marks the one in use."""
    known = artefact.versions(models_folder)
    in_use = None
    if known:
        try:
            in_use = artefact.read_manifest(models_folder).version
        except ArtefactError as error:
            click.echo(f"recommender: {error}", err=True)
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
@own_models_option
def verify_model(models_folder: Path, version: str | None) -> None:
    """Compare every file of VERSION (the one in use, by default) with its manifest."""
    click.echo(f"{artefact.verify(models_folder, version).version} is whole")


@models_group.command("use")
@click.argument("version")
@own_models_option
def use_model(models_folder: Path, version: str) -> None:
    """Make VERSION the one in use, after verifying it."""
    artefact.verify(models_folder, version)
    artefact.use(models_folder, version)
    click.echo(f"{version} is in use")
