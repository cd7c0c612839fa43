"""The command group: its help, what it imports, and errors in its use."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from commands import run
from samples import SEEDS

from recommender.cli import main

HEAVY = {"api", "flask", "fsspec", "joblib", "msgspec", "numba", "numpy", "regex", "scipy", "sklearn", "yaml"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "no/such/folder"], "no/such/folder: there is no such folder or file"),
        (["train", "seeds", "--settings", "none.yaml"], "none.yaml: the settings can't be read"),
        (["related"], "Missing argument 'ID'"),
        (["related", "x", "--limit", "0"], "0 is not in the range 1<=x<=1000"),
        (["export", "seeds"], "Missing option '--out'"),
        (["serve", "--uds", "socket"], "no model has been published here; run `recommender train CORPUS`"),
        (["learn"], "No such command 'learn'"),
    ],
)
def test_bad_usage_ends_with_status_2_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "options", [["inspect"], ["train"], ["evaluate", "--lint"], ["enrich", "--dry-run", "-v"], ["enrich", "--check"]]
)
def test_names_of_files_reach_no_terminal_with_control_characters(tmp_path: Path, options: list[str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a\x1b[2J.md").write_text("---\ntitle: Comet over the bay\nrelated: [nothing]\n---\n")
    (site / "b\x1b[2J.md").write_text("---\ntitle: Comet seen from the bay\n---\n")
    (site / "c\x1b[2J.md").write_text("---\n---\n")
    command, *rest = options
    printed = run(command, site, *rest, "--models", tmp_path / "models").output
    assert "\\x1b[2J.md" in printed
    assert "\x1b" not in printed


def test_an_error_is_printed_without_control_characters(tmp_path: Path) -> None:
    assert "a\\x1b[2J: there is no such folder" in run("inspect", tmp_path / "a\x1b[2J").stderr


def commands_of(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below a group, with the words that they are called by."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands_of(command, *path, name)


def test_help_lists_each_command_with_its_own_first_sentence_on_a_line() -> None:
    for (*path, name), command in commands_of(main):
        printed = run(*path, "--help").stdout.splitlines()
        [line] = [line for line in printed if line.startswith(f"  {name} ")]
        assert line.removeprefix(f"  {name} ").lstrip() == command.get_short_help_str(200)


def test_the_help_of_a_command_ends_with_two_examples_that_it_takes() -> None:
    for path, command in (((), main), *commands_of(main)):
        *_, heading, first, second = run(*path, "--help").stdout.splitlines()
        assert heading == "Examples:"
        for example in (first, second):
            words = example.split()[1 + len(path) :]
            assert example.startswith(" ".join(["  recommender", *path]))
            assert max(len(example), len(heading)) <= 80
            context = command.make_context("recommender", words, resilient_parsing=True)
            assert not context.args or isinstance(command, click.Group)
            if not isinstance(command, click.Group):
                command.make_parser(context).parse_args(words)


def test_help_has_options_that_belong_together_in_sections() -> None:
    printed = run("train", "--help").stdout
    sections = re.findall(r"^(\S.*):$", printed, re.MULTILINE)
    assert sections == ["How CORPUS is read", "Workers", "Options", "Examples"]
    assert printed.index("Workers:") < printed.index("--engine") < printed.index("Options:") < printed.index("--models")
    assert printed.count("CORPUS\n") == 1  # in the usage: it is no option


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("recommender e", ["plain,enrich", "plain,evaluate", "plain,export"]),
        ("recommender --ver", ["plain,--version"]),
        ("recommender related --max", ["plain,--max-age-days"]),
        ("recommender models ver", ["plain,verify"]),
        ("recommender related --published ", ["plain,any", "plain,only"]),
    ],
)
def test_bash_is_offered_what_may_follow(typed: str, offered: list[str]) -> None:
    asked = {"_RECOMMENDER_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    result = CliRunner().invoke(main, env=asked, prog_name="recommender")
    assert result.stdout.splitlines() == offered


def test_completion_of_commands_imports_none_of_them() -> None:
    program = """
import sys
from recommender.cli import main
try:
    main(prog_name="recommender")
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    asked = {"_RECOMMENDER_COMPLETE": "bash_complete", "COMP_WORDS": "recommender ", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )
    *offered, imported = done.stdout.splitlines()
    assert "plain,serve" in offered
    assert not set(imported.split()) & HEAVY


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_takes_the_script_of_the_readme() -> None:
    folder = str(Path(sys.executable).parent)
    script = 'eval "$(_RECOMMENDER_COMPLETE=bash_source recommender)" && complete -p recommender'
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
    )
    assert done.stdout.startswith("complete ")
    assert done.stdout.endswith(" recommender\n")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_the_command_group_alone(option: str) -> None:
    program = f"""
import sys
from recommender.cli import main
main(["{option}"], standalone_mode=False)
print(*sorted({{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names))
print(*sorted(name for name in sys.modules if name.startswith("recommender")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    *_, packages, ours = done.stdout.splitlines()
    assert not set(packages.split()) & HEAVY
    assert ours == "recommender recommender.cli recommender.cli.app recommender.errors"
