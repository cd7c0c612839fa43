"""The command group `recommender`, which imports commands on demand, and the formatting of their help."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from recommender.errors import RecommenderError, printable


class _LazyCommand(NamedTuple):
    """The location of a command, as `module:name`, and the first sentence of its help."""

    location: str  # a string, so that nothing here imports the API or Flask
    short_help: str


_COMMANDS = {
    "inspect": _LazyCommand(
        "recommender.cli.inspect:inspect_command", "Show what is read of a corpus, what is left out, and why."
    ),
    "train": _LazyCommand("recommender.cli.train:train_command", "Train a model on a corpus, and publish it."),
    "related": _LazyCommand("recommender.cli.related:related_command", "Print the list of an article, or explain it."),
    "enrich": _LazyCommand("recommender.cli.enrich:enrich_command", "Write lists into the files of a corpus."),
    "export": _LazyCommand("recommender.cli.export:export_command", "Write all lists into a file or a folder."),
    "load": _LazyCommand("recommender.cli.export:load_command", "Load exported lists into Redis."),
    "evaluate": _LazyCommand(
        "recommender.cli.evaluate:evaluate_command", "Measure how well suggestions match the links of editors."
    ),
    "models": _LazyCommand("recommender.cli.models:models_group", "List, verify, choose or copy trained models."),
    "serve": _LazyCommand("api.app:serve_command", "Serve lists over HTTP."),
}


class Option(click.Option):
    """An option that is listed in a section of its command's help."""

    def __init__(self, *arguments: Any, section: str = "Options", **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.section = section


class Command(click.Command):
    """A command whose help lists its options by section, in the order declared, then examples."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of each section, those without a section last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(option, "section", "Options"), []).append(record)
        sections["Options"] = sections.pop("Options")  # there always is --help
        for section, records in sections.items():
            with formatter.section(section):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        write_examples(formatter, self.examples)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Write a section of examples, one per line, for copying."""
    with formatter.section("Examples"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """A command group that imports its commands on demand and reports errors as one sentence on stderr.

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

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        write_examples(formatter, ["recommender inspect ~/site", "recommender serve ~/site"])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completions for a shell, without importing commands."""
        if incomplete and not incomplete[0].isalnum():
            return super().shell_complete(ctx, incomplete)
        names = (name for name in self.list_commands(ctx) if name.startswith(incomplete))
        return [CompletionItem(name, help=_COMMANDS[name].short_help) for name in names]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            message, status = str(error), 2
        except BrokenPipeError:
            raise  # the reader has closed our output: click exits quietly
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
