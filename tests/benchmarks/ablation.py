"""`python -m benchmarks.ablation CORPUS…`: what each part of the learning gives, and if defaults suit other corpora.

The first table, which `--defaults` leaves out, is the nDCG@10 with one part left out at a time: learnt from the earlier
lists and judged on the later ones, and the same within the earlier ones. The second is the macro nDCG@10, over all
lists, of what a corpus starts from: with each default as it is, and with the value that is best on the other corpora of
its kind, with or without texts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

from recommender import Corpus, Recommender
from recommender.articles import in_rank_order
from recommender.corpus import choose_defaults
from recommender.evaluation import MAIN, Linkable, measure, run_of
from recommender.tuning import GRID, Split, TuningContext, tune, without_long_lists

AS_CHOSEN = "as chosen"
PARTS: Mapping[str, Mapping[str, Any]] = {
    "everything": {},
    "no evergreen share": {"evergreen": 0.0},
    "no window": {"window_days": None},
    "newer articles: 1.5 times the half-life": {"newer_stretch": 1.5},
    "the title's share not learnt": {"title_weight": AS_CHOSEN},
    "hubs not demoted": {"hub_exponent": 0.0},
    "power of IDF not learnt": {"idf_power": 0.75},
    "n-grams within words only": {"title_across_words": False},
    "no term weights": {},
    "no time": {"half_life_days": None},
    "no texts": {"text_weight": 0.0, "title_weight": 0.5},
    "languages mixed": {"language": "any"},
    "nothing learnt": {"learn": False},
}
MORE_DEFAULTS: Mapping[str, Sequence[Any]] = {
    "idf_power": (0.25, 0.5, 0.75, 1.0),
    "text_weight": (0.0, 0.25, 0.5, 0.7, 0.85, 1.0),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.ablation", description=__doc__)
    parser.add_argument("--defaults", action="store_true", help="the second table alone")
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    options = parser.parse_args()
    corpora = {path.name: _read(path) for path in options.corpora}
    if not options.defaults:
        _print_ablation(corpora)
    print(tabulate(_defaults(corpora), ["default", "as it is", "chosen on the others"], floatfmt=".4f"))
    return 0


def _print_ablation(corpora: Mapping[str, tuple[Corpus, Split]]) -> None:
    ablated = {name: _ablated(read) for name, read in corpora.items()}
    rows = [[part, *(each for of_parts in ablated.values() for each in of_parts[part])] for part in PARTS]
    headers = ["left out", *(f"{name}, {kind}" for name in corpora for kind in ("later", "earlier"))]
    print(tabulate(rows, headers, floatfmt=".4f", tablefmt="github"), end="\n\n", flush=True)


def _read(path: Path) -> tuple[Corpus, Split]:
    corpus = Corpus.from_path(path)
    split = Split.of(corpus)
    if split.evidence == "in-text":
        corpus = corpus.without_words_of(corpus.links_to_articles(), path)
    return corpus, split


def _ablated(read: tuple[Corpus, Split]) -> dict[str, list[float]]:
    """The nDCG@10 of each part of the later lists, and of the later of the earlier ones; NaN where there are none."""
    corpus, split = read
    links = {id: tuple(sorted(targets)) for id, targets in split.earlier.items()}
    earlier = replace(corpus, links=links) if split.evidence == "curated" else replace(corpus, text_links=links)
    both = [_ndcgs(corpus, each) for each in (split, Split.of(earlier, evidence=split.evidence))]
    return {part: [of_split[part] for of_split in both] for part in PARTS}


def _ndcgs(corpus: Corpus, split: Split) -> dict[str, float]:
    judged = without_long_lists(split.later)
    if not judged:
        return dict.fromkeys(PARTS, float("nan"))
    chosen, whole = choose_defaults(corpus).to_mapping(), tune(corpus, split)
    linkable = Linkable(in_rank_order(corpus.articles), split.evidence)
    ndcgs: dict[str, float] = {}
    for part, change in PARTS.items():
        given = {name: chosen[name] if value == AS_CHOSEN else value for name, value in change.items()}
        factors_differ = part == "no term weights" and bool(whole.term_factors)
        if ndcgs and not factors_differ and all(getattr(whole.settings, name) == given[name] for name in given):
            ndcgs[part] = ndcgs["everything"]  # nothing of the kind was learnt
            continue
        result = tune(corpus, split, given=given) if given else whole
        factors = {} if part == "no term weights" else result.term_factors
        recommender = Recommender(settings=result.settings).fit(corpus, term_factors=factors)
        ndcgs[part] = float(measure(run_of(recommender, judged, linkable=linkable), judged)[MAIN].mean())
        print(f"{part}: {ndcgs[part]:.4f}", file=sys.stderr, flush=True)
    return ndcgs


def _defaults(corpora: Mapping[str, tuple[Corpus, Split]]) -> list[list[object]]:
    """Each default with the macro nDCG@10 as it is, and with each corpus's value chosen on the others of its kind."""
    values = {name: list(of_setting) for group in GRID for name, of_setting in group.items()}
    values |= {name: list(of_setting) for name, of_setting in MORE_DEFAULTS.items()}
    contexts = [_context(corpus) for corpus, _ in corpora.values()]
    has_texts = np.array([context.settings.text_weight > 0 for context in contexts])
    rows: list[list[object]] = []
    for name, tried in values.items():
        as_it_is = [_ndcg_of_all(context, {}) for context in contexts]
        by_value = np.array([[_ndcg_of_all(context, {name: value}) for value in tried] for context in contexts])
        chosen = []
        for row, texts in enumerate(has_texts):
            others = by_value[(has_texts == texts) & (np.arange(len(contexts)) != row)]
            chosen.append(by_value[row, others.mean(axis=0).argmax()] if len(others) else as_it_is[row])
        rows.append([name, float(np.mean(as_it_is)), float(np.mean(chosen))])
        print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def _context(corpus: Corpus) -> TuningContext:
    split = Split.without_later(corpus)
    chosen = tune(corpus, Split(None, {}, {}, split.evidence)).settings
    lists = without_long_lists(split.earlier)
    return TuningContext(list(corpus.in_rank_order()), lists, chosen, older_only=split.evidence == "in-text")


def _ndcg_of_all(context: TuningContext, change: Mapping[str, Any]) -> float:
    """The nDCG@10 of all lists with a corpus's defaults, but for one."""
    settings = replace(context.settings, **change)
    if change.keys() & MORE_DEFAULTS.keys():
        context = context.with_analysis(change)
    scores = context.candidates.scores(settings, context.popularity(settings))
    return float(context.candidates.ndcg(scores).mean())


if __name__ == "__main__":
    sys.exit(main())
