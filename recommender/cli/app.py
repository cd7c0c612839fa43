"""The command group `recommender`, which imports a command when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import click

from recommender.errors import RecommenderError, printable


class _Command(NamedTuple):
    """Where a command is, as `module:name`, and the first sentence of its help."""

    location: str  # a string: no package of the recommender depends on the API, nor waits for Flask
    short_help: str


_COMMANDS = {
    "inspect": _Command(
        "recommender.cli.inspect:inspect_command",
        "Show what is read of CORPUS, what is left out and why, and what is in force.",
    ),
    "train": _Command(
        "recommender.cli.train:train_command",
        "Train a model on CORPUS and publish it.",
    ),
    "related": _Command(
        "recommender.cli.related:related_command",
        "Print the related list of the article ID, as `enrich` writes it (yaml) or as an HTTP response body (json).",
    ),
    "enrich": _Command(
        "recommender.cli.enrich:enrich_command",
        "Write related lists into the files of CORPUS; train first if no model fits.",
    ),
    "export": _Command(
        "recommender.cli.export:export_command",
        "Write the lists of all articles of CORPUS, one HTTP response body per line; train first if no model fits.",
    ),
    "load": _Command(
        "recommender.cli.export:load_command",
        "Load OUT, a file or folder written by `export`, into Redis, for `serve --store`.",
    ),
    "evaluate": _Command(
        "recommender.cli.evaluate:evaluate_command",
        "Learn from the earlier links, and measure how well the suggestions match the later ones.",
    ),
    "models": _Command(
        "recommender.cli.models:models_group",
        "List the trained models, verify one, roll back to one, or copy one from an object store.",
    ),
    "serve": _Command(
        "api.app:serve_command",
        "Serve related lists over HTTP, from the model in use or from Redis; "
        "with CORPUS, train first if no model fits.",
    ),
}


class Group(click.Group):
    """A command group that imports its commands when they are wanted, and reports errors as one sentence on stderr.

    Exit status 0: done; 1: a negative result, such as a failed check; 2: bad usage or input; 130: Ctrl-C.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name, or `None` if there is no such command."""
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            module, _, name = _COMMANDS[cmd_name].location.partition(":")
            self.add_command(getattr(import_module(module), name))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands for `--help` without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name].short_help) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            message, status = str(error), 2
        except BrokenPipeError:
            raise  # the reader of our output has closed it: click exits quietly
        except OSError as error:
            message, status = f"{error.filename or 'output'}: {error.strerror or error}", 2
        except KeyboardInterrupt:
            message, status = "stopped", 130
        click.echo("\n".join(map(printable, f"recommender: {message}".split("\n"))), err=True)
        return ctx.exit(status)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="related-articles")
def main() -> None:
    """Suggest related articles for a folder of Markdown files with front matter."""
