"""The command `related`."""

from __future__ import annotations

from itertools import chain

import click
import msgspec

from recommender.artefacts import LocalModels
from recommender.articles import Article
from recommender.cli.app import Command
from recommender.cli.options import fields_option, limit_option, look_up_options, models_option
from recommender.curation import ArticleFinder
from recommender.errors import printable
from recommender.live import load_with_live_articles
from recommender.ranking import Options, Recommender, Suggestion
from recommender.writing import YamlStyle

_COLUMNS = 80


@click.command(
    "related",
    cls=Command,
    examples=[
        "recommender related comet-grows-a-second-tail --limit 5 --explain",
        "recommender related comet-grows-a-second-tail --format json --fields id,title",
    ],
)
@click.argument("id")
@models_option
@limit_option
@look_up_options
@fields_option
@click.option("--explain", is_flag=True, help="Explain each suggestion instead of printing the entries.")
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="Output format."
)
def related_command(
    *,
    id: str,
    models: LocalModels,
    limit: int | None,
    options: Options,
    fields: tuple[str, ...],
    explain: bool,
    form: str,
) -> None:
    """Print the list of an article, or explain it.

    Instead of its ID, the path of its file, its address or its title will do. The output is what `enrich` writes (yaml)
    or the HTTP response body (json).
    """
    if explain and fields:
        raise click.UsageError("an explanation has fields of its own; leave out --fields, or --explain")
    recommender = load_with_live_articles(models)
    found = ArticleFinder(recommender).find(id)
    id = id if found is None else found.id
    article = recommender.article(id)
    suggestions = recommender.related(id, limit=limit, **options)
    if explain and not suggestions:
        click.echo(_why_empty(recommender, article), err=form == "json")
    elif explain:
        _print_explanations(recommender, article.id, suggestions, form)
    elif form == "json":
        click.echo(recommender.answer(id, limit=limit, fields=fields, **options))
    else:
        style = YamlStyle()
        click.echo(
            style.format_block(style.format_entry(suggestion.entry(fields)) for suggestion in suggestions), nl=False
        )


def _why_empty(recommender: Recommender, article: Article) -> str:
    """Why an article's list is empty, and how to fill it."""
    settings = recommender.settings
    if best := recommender.related(article.id, limit=1):
        first = best[0].article.id
        return printable(f"With these options nothing is suggested for {article.id}; without them {first} is first.")
    language = f" in its language ({article.language})" if settings.language == "own" and article.language else ""
    least = [f"a similarity of {settings.min_similarity:g} (`min_similarity`) or more"]
    if settings.min_score:
        least.append(f"a score of {settings.min_score:g} (`min_score`) or more")
    if settings.window_days is not None:
        least.append(f"a date at most {settings.window_days:g} days away (`window_days`)")
    return printable(
        f"Nothing is suggested for {article.id}: no other article{language} that may be in a list has "
        f"{' and '.join(least)}. `--fill newest` fills the list; a lower value in a `--settings` file, given to "
        "`train`, lets more in."
    )


def _print_explanations(recommender: Recommender, id: str, suggestions: list[Suggestion], form: str) -> None:
    for suggestion in suggestions:
        why = recommender.explain(id, suggestion.article.id)
        if form == "json":
            click.echo(msgspec.json.encode(why))
            continue
        import wcwidth

        lead = f"{why.score:.3f}  "
        title, *sentences = (
            wcwidth.wrap(printable(line), _COLUMNS - len(lead))
            for line in (suggestion.article.title, *str(why).splitlines())
        )
        lines = [*title, printable(suggestion.article.id), *chain.from_iterable(sentences)]  # an ID is never broken
        click.echo(lead + f"\n{' ' * len(lead)}".join(lines))
