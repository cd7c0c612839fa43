"""Arguments and options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click
from msgspec import Meta

from recommender.artefacts import LocalModels, Models, RemoteModels, models_at
from recommender.articles import read_entry_fields
from recommender.cli.app import Option
from recommender.errors import SettingsError, without_secrets
from recommender.parallel import Engine, EngineName
from recommender.ranking import Options
from recommender.sites import GENERATORS
from recommender.sources import FileChoice

_FILE = click.Path(dir_okay=False, path_type=Path)
_corpus_option = partial(click.option, cls=Option, section="How CORPUS is read")
_engine_option = partial(click.option, cls=Option, section="Workers")
_list_option = partial(click.option, cls=Option, section="Lists")

Function = TypeVar("Function", bound=Callable[..., Any])


class ModelsType(click.ParamType):  # type: ignore[type-arg]  # a generic in newer versions of click only
    """A folder of models or, if the command supports it, a URL of models."""

    name = "directory"

    def __init__(self, *, urls: bool = False) -> None:
        self._urls = urls
        self._folder = click.Path(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Models:
        """Convert a path or a URL, as `click.ParamType` requires."""
        if isinstance(value, LocalModels | RemoteModels):
            return value
        if "://" not in str(value) or value.startswith("file://"):
            return LocalModels(self._folder.convert(str(value).removeprefix("file://"), param, ctx))
        if not self._urls:
            location = without_secrets(str(value))
            self.fail(
                f"{location}: is a URL; `recommender models pull {location}` copies a model from there", param, ctx
            )
        return models_at(value)


def models_option(command: Function) -> Function:
    """`--models DIR`, for the commands that need local models."""
    return _models_option(ModelsType(), "DIR", "Folder of the trained models.")(command)


def models_or_url_option(command: Function) -> Function:
    """`--models DIR|URL`, for the commands that support models in an object store."""
    text = "Folder of the trained models, or a URL that fsspec knows."
    return _models_option(ModelsType(urls=True), "DIR|URL", text)(command)


def _models_option(kind: ModelsType, metavar: str, text: str) -> Callable[[Function], Function]:
    default, variable = Path("models"), "RECOMMENDER_MODELS"
    return click.option(
        "--models", type=kind, metavar=metavar, default=default, show_default=True, envvar=variable, help=text
    )


def limit_option(command: Function) -> Function:
    """`--limit N`, for the commands that output lists."""
    text = "Maximum number of entries per list.  [default: the model's setting]"
    return _list_option("--limit", type=click.IntRange(1, 1000), help=text)(command)


def look_up_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `Options` declares; the command gets those given as one mapping, `options`."""
    declared = get_type_hints(Options, include_extras=True)

    @wraps(command)
    def with_options(**given: Any) -> Any:
        values = {name: given.pop(name) for name in declared}
        return command(options={name: value for name, value in values.items() if value not in (None, ())}, **given)

    for name, annotation in reversed(declared.items()):
        kind, meta = _annotated(annotation)
        flag = "--exclude-id" if name == "exclude" else f"--{name.replace('_', '-')}"
        with_options = _list_option(
            flag,
            name,
            type=_click_type(kind, meta),
            multiple=get_origin(kind) is Sequence,
            metavar="ID" if name == "exclude" else None,
            help=(meta.description or "").replace("`", ""),
        )(with_options)
    return with_options


def _annotated(annotation: Any) -> tuple[Any, Meta]:
    """The type and the metadata of an annotated type, possibly optional."""
    [annotated] = [one for one in (annotation, *get_args(annotation)) if get_origin(one) is Annotated]
    kind, meta = get_args(annotated)
    return kind, meta


def _click_type(kind: Any, meta: Meta) -> click.ParamType[Any]:
    if kind is float:
        return click.FloatRange(meta.ge, meta.le)
    if kind is int:
        least, most = (None if limit is None else int(limit) for limit in (meta.ge, meta.le))
        return click.IntRange(least, most)
    return click.Choice(get_args(kind)) if get_origin(kind) is Literal else click.STRING


def fields_option(command: Function) -> Function:
    """`--fields NAME,…`, for the commands that print or export entries."""

    def read(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...]:
        try:
            return () if text is None else read_entry_fields(text)
        except SettingsError as error:
            raise click.BadParameter(str(error)) from error

    text = "Fields of each entry, in this order: keys of entries, id, path and score.  [default: the whole entry]"
    return _list_option("--fields", metavar="NAME,…", callback=read, help=text)(command)


def settings_option(command: Function) -> Function:
    """`--settings FILE`, for the commands that train."""
    return click.option(
        "--settings", "settings_file", type=_FILE, help="YAML file of settings; training never changes these."
    )(command)


def corpus_argument(*, required: bool = True) -> Callable[[Function], Function]:
    """CORPUS: a folder of articles, or a `.jsonl` file."""
    metavar = "CORPUS" if required else "[CORPUS]"
    return click.argument("corpus_path", metavar=metavar, type=click.Path(path_type=Path), required=required)


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for reading CORPUS, which a command gets as one `choice`."""

    @wraps(command)
    def with_choice(*, exclude_files: tuple[str, ...], **given: Any) -> Any:
        others = {name: given.pop(name) for name in ("site", "include", "address", "base_url", "related_key")}
        return command(choice=FileChoice(exclude=exclude_files, **others), **given)

    for option in (
        _corpus_option(
            "--related-key",
            metavar="NAME",
            default="",
            help="Front-matter key of the lists.  [default: related and similar keys]",
        ),
        _corpus_option("--base-url", metavar="URL", default="", help="The site's own address, before its paths."),
        _corpus_option(
            "--address",
            metavar="PATTERN",
            default="",
            help="Addresses of articles whose front matter has none, such as /:year/:month/:slug/ or "
            "/:language/:path/.  [default: from the site's configuration]",
        ),
        _corpus_option(
            "--exclude", "exclude_files", metavar="GLOB", multiple=True, help="Files or folders not to read."
        ),
        _corpus_option(
            "--include", metavar="GLOB", multiple=True, help="Files or folders to read besides the site's content."
        ),
        _corpus_option(
            "--site",
            metavar="NAME",
            type=click.Choice(GENERATORS),
            help=f"Kind of site: {', '.join(GENERATORS)}.  [default: detected from its files]",
        ),
    ):
        with_choice = option(with_choice)
    return with_choice


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--engine NAME --cluster URL --workers N`, which a command gets as one unstarted `engine`."""

    @wraps(command)
    def with_engine(*, engine: EngineName, cluster: str | None, workers: int | None, **options: Any) -> Any:
        return command(engine=Engine(engine, cluster, workers), **options)

    for option in (
        _engine_option("--workers", type=click.IntRange(1), help="Tasks at a time.  [default: one per core]"),
        _engine_option(
            "--cluster",
            metavar="URL",
            help="Address of a running cluster: tcp://…, ray://… or spark://….  [default: a cluster on this machine]",
        ),
        _engine_option(
            "--engine",
            type=click.Choice(get_args(EngineName)),
            default="local",
            show_default=True,
            help="Engine that runs the tasks.",
        ),
    ):
        with_engine = option(with_engine)
    return with_engine
