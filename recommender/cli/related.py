"""The command `related`."""

from __future__ import annotations

import json

import click

from recommender.artefacts import LocalModels
from recommender.cli.options import fields_option, limit_option, look_up_options, models_option
from recommender.live import load_with_live_articles
from recommender.ranking import Options, Recommender, Suggestion
from recommender.writing import YamlStyle


@click.command("related")
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
    """Print the related list of the article ID, as `enrich` writes it (yaml) or as an HTTP response body (json)."""
    if explain and fields:
        raise click.UsageError("an explanation has fields of its own; leave out --fields, or --explain")
    recommender = load_with_live_articles(models)
    article = recommender.article(id)
    suggestions = recommender.related(id, limit=limit, **options)
    if explain:
        _print_explanations(recommender, article.id, suggestions, form)
    elif form == "json":
        click.echo(recommender.answer(id, limit=limit, fields=fields, **options))
    else:
        style = YamlStyle()
        click.echo(
            style.format_block(style.format_entry(suggestion.entry(fields)) for suggestion in suggestions), nl=False
        )


def _print_explanations(recommender: Recommender, id: str, suggestions: list[Suggestion], form: str) -> None:
    for suggestion in suggestions:
        why = recommender.explain(id, suggestion.article.id)
        if form == "json":
            values = {
                "id": suggestion.article.id,
                "score": why.score,
                "similarity": why.similarity,
                "decay": why.decay,
                "evergreen": why.evergreen,
                "weight": why.weight,
                "days_apart": why.days_apart,
                "words": [{"word": w.text, "field": w.field, "contribution": w.contribution} for w in why.words],
            }
            click.echo(json.dumps(values, ensure_ascii=False))
            continue
        apart = "no date" if why.days_apart is None else f"{why.days_apart:.1f} days apart"
        apart += f", {why.evergreen:.3f} of it evergreen" if 0 < why.evergreen < 1 else ""
        words = ", ".join(f"{word.text} {word.contribution:.2f}" for word in why.words[:8])
        click.echo(f"{why.score:.3f}  {suggestion.article.title}")
        click.echo(f"       {suggestion.article.id}")
        factors = f"similarity {why.similarity:.3f} × decay {why.decay:.3f} ({apart}) × weight {why.weight:.3f}"
        if why.provider != 1:
            factors += f" × other provider {why.provider:.3f}"
        click.echo(f"       {factors}; {words}")
