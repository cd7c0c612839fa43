"""The command group `recommender`, which imports a command when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from recommender.errors import RecommenderError, printable

_COMMANDS = {
    "inspect": "recommender.cli.inspect:inspect_command",
    "train": "recommender.cli.train:train_command",
    "related": "recommender.cli.related:related_command",
    "enrich": "recommender.cli.enrich:enrich_command",
    "export": "recommender.cli.export:export_command",
    "load": "recommender.cli.export:load_command",
    "evaluate": "recommender.cli.evaluate:evaluate_command",
    "models": "recommender.cli.models:models_group",
    "serve": "api.app:serve_command",  # a string: no package of the recommender depends on the API, nor waits for Flask
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
            module, _, name = _COMMANDS[cmd_name].partition(":")
            self.add_command(getattr(import_module(module), name))
        return super().get_command(ctx, cmd_name)

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
