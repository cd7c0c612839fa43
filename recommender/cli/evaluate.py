"""The command `evaluate`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn, get_args

import click

from recommender.artefacts import LocalModels
from recommender.articles import in_rank_order, parse_date
from recommender.cli.app import Command
from recommender.cli.options import corpus_argument, corpus_options, models_option, settings_option
from recommender.corpus import Corpus, LinkFaultKind
from recommender.errors import RecommenderError
from recommender.evaluation import Linkable, as_html, as_text, evaluate, run_of, trec_qrels, trec_run
from recommender.evaluation import encoder as sentence_encoder
from recommender.overview import JudgedArticles
from recommender.ranking import Recommender
from recommender.settings import read_overrides
from recommender.sources import PARSE_CACHE_FILE, FileChoice
from recommender.storage import atomic_write
from recommender.training import kept_choice, show_stages
from recommender.tuning import Evidence, Split, tune, without_long_lists

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "evaluate",
    cls=Command,
    examples=["recommender evaluate ~/site --report report.html", "recommender evaluate ~/site --lint"],
)
@corpus_argument()
@corpus_options
@models_option
@click.option(
    "--truth",
    type=click.Choice(get_args(Evidence)),
    help="Evaluate on curated lists, or on links in texts (from dated articles, to earlier ones), with the words of "
    "these links left out of the texts.  [default: curated if there are 20 such lists, else whichever are more]",
)
@click.option("--since", help="Evaluate on lists from this date on.  [default: the latest 40 % of them]")
@click.option("--max-links", type=click.IntRange(1), default=10, show_default=True, help="Ignore longer lists.")
@settings_option
@click.option(
    "--report",
    "page",
    type=_FILE,
    help="Write a page with plots (HTML) into this file, and the figures of each list into FILE.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--qrels", type=_FILE, help="Write the judgements in TREC's format.")
@click.option("--run", "run_file", type=_FILE, help="Write the rankings in TREC's format.")
@click.option("--against", metavar="VERSION", help="List links that this model finds and the new one doesn't.")
@click.option("--encoder", metavar="MODEL", help="Compare with a sentence encoder too (needs sentence-transformers).")
@click.option("--fail-under", type=click.FloatRange(0, 1), help="Exit with status 1 below this nDCG@10.")
@click.option(
    "--lint",
    is_flag=True,
    help="Only list faulty curated links: dead, to the article itself, duplicate, or different from their article.",
)
def evaluate_command(
    *,
    corpus_path: Path,
    choice: FileChoice,
    models: LocalModels,
    truth: Evidence | None,
    since: str | None,
    max_links: int,
    settings_file: Path | None,
    page: Path | None,
    as_json: bool,
    qrels: Path | None,
    run_file: Path | None,
    against: str | None,
    encoder: str | None,
    fail_under: float | None,
    lint: bool,
) -> None:
    """Measure how well suggestions match the links of editors.

    Settings are learnt from the earlier links, and the suggestions are compared with the later ones.
    """
    given = read_overrides(settings_file) if settings_file else {}
    corpus = Corpus.from_path(
        corpus_path, cache=models.path / PARSE_CACHE_FILE, choice=kept_choice(models, choice), progress=True
    )
    if lint:
        _lint(corpus)
    split = Split.of(corpus, since=_parse_day(since), evidence=truth)
    left_out: Mapping[str, Collection[str]] = {}
    if split.evidence == "in-text":
        left_out = corpus.links_to_articles()
        corpus = corpus.without_words_of(left_out, corpus_path)
    # Fail early if anything is missing.
    earlier_model = Recommender.load(models, against) if against else None
    encoders = {f"encoder {Path(encoder).name}": sentence_encoder(encoder)} if encoder else {}
    for file in (page, qrels, run_file):
        if file is not None and not file.parent.is_dir():
            raise RecommenderError(f"{file}: can't be written: there is no folder {file.parent}")
    with show_stages("evaluating") as progress:
        tuned = tune(corpus, split, given=given, progress=progress)
        progress("fitting")
        recommender = Recommender(settings=tuned.settings).fit(corpus, term_factors=tuned.term_factors)
        evaluation = evaluate(
            recommender,
            corpus,
            split,
            max_links=max_links,
            learnt=tuned.summary(),
            words_left_out=sum(map(len, left_out.values())),
            name=corpus_path.resolve().name,
            earlier_model=earlier_model,
            more_baselines=encoders,
            progress=progress,
        )
    click.echo(f"{json.dumps(asdict(evaluation), ensure_ascii=False)}\n" if as_json else as_text(evaluation), nl=False)
    judged = without_long_lists(split.later, max_links)
    if page is not None:
        _write(page, as_html(evaluation))
        _write(JudgedArticles.file_of(page), evaluation.judged.to_json())
    if qrels is not None:
        _write(qrels, trec_qrels(judged))
    if run_file is not None:
        linkable = Linkable(in_rank_order(corpus.articles), split.evidence)
        _write(run_file, trec_run(run_of(recommender, judged, linkable=linkable)))
    if fail_under is not None and evaluation.ndcg < fail_under:
        click.echo(f"recommender: nDCG@10 is {evaluation.ndcg:.3f}, under {fail_under:g}", err=True)
        raise SystemExit(1)


def _lint(corpus: Corpus) -> NoReturn:
    order = get_args(LinkFaultKind)
    for fault in sorted(corpus.link_faults, key=lambda fault: order.index(fault.kind)):
        click.echo(str(fault))
    counts = Counter(fault.kind for fault in corpus.link_faults)
    summary = ", ".join(f"{counts[kind]:,} {kind}" for kind in order if counts[kind])
    click.echo(f"curated links: {summary or 'no faults'}", err=True)
    raise SystemExit(1 if counts else 0)


def _parse_day(date: str | None) -> float | None:
    day = parse_date(date)
    if date is not None and day is None:
        raise click.BadParameter(f"{date!r} is not a date such as 2019-12-01", param_hint="'--since'")
    return day


def _write(file: Path, content: str | bytes) -> None:
    try:
        with atomic_write(file) as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise RecommenderError(f"{file}: can't be written: {error.strerror or error}") from error
    click.echo(f"wrote {file}", err=True)
