"""The command group `recommender` with all its commands but `serve`, which `api` adds."""

from __future__ import annotations

from typing import Any

import click

from recommender.cli.enrich import enrich_command
from recommender.cli.evaluate import evaluate_command
from recommender.cli.export import export_command, load_command
from recommender.cli.inspect import inspect_command
from recommender.cli.models import models_group
from recommender.cli.related import related_command
from recommender.cli.train import train_command
from recommender.errors import RecommenderError, printable


class Group(click.Group):
    """A command group that reports errors as one sentence on stderr and sets the exit status.

    0: done; 1: a negative result, such as a failed check; 2: bad usage or input; 130: Ctrl-C.
    """

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


for command in (
    inspect_command,
    train_command,
    related_command,
    enrich_command,
    export_command,
    load_command,
    evaluate_command,
    models_group,
):
    main.add_command(command)
