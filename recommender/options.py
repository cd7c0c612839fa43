"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from recommender.engine import Engine, Name

_FILE = click.Path(dir_okay=False, path_type=Path)

Command = TypeVar("Command", bound=Callable[..., Any])


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


def settings_option(command: Command) -> Command:
    """`--settings FILE`, for the commands that train."""
    return click.option("--settings", "settings_file", type=_FILE, help="YAML file of settings to override.")(command)


def corpus_argument(*, required: bool = True) -> Callable[[Command], Command]:
    """CORPUS: a folder of articles, or a `.jsonl` file."""
    metavar = "CORPUS" if required else "[CORPUS]"
    return click.argument("corpus_path", metavar=metavar, type=click.Path(path_type=Path), required=required)


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--engine NAME --address URL --workers N`, which a command gets as one `engine`, not yet started."""

    @wraps(command)
    def with_engine(*, name: Name, address: str | None, workers: int | None, **options: Any) -> Any:
        return command(engine=Engine(name, address, workers), **options)

    for option in (
        click.option("--workers", type=click.IntRange(1), help="Tasks at a time.  [default: one a core]"),
        click.option("--address", help="Of the engine's cluster: tcp://…, ray://… or spark://…."),
        click.option(
            "--engine",
            "name",
            type=click.Choice(get_args(Name)),
            default="local",
            show_default=True,
            help="What runs the tasks.",
        ),
    ):
        with_engine = option(with_engine)
    return with_engine
