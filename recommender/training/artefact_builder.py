"""An artefact of a corpus of any size: written slice by slice, by tasks that run on any engine.

What this process holds does not grow with the corpus but for eight bytes an article, for a moment, when it looks for
the hubness of a percentile; everything else goes past it, or lies in the folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from recommender.artefacts import RECORDS, ModelFiles
from recommender.articles import Article
from recommender.catalogue import encode_article
from recommender.parallel import Engine
from recommender.search import (
    HEAD_LEVELS,
    LIST_LENGTH,
    MIN_BLOCK_SIZE,
    choose_block_size,
    hubness_threshold,
    term_levels,
    value_scale,
    weights_from_hubness,
)
from recommender.settings import Settings
from recommender.storage import Folder
from recommender.text import FIELDS, TfidfModel
from recommender.training import slices
from recommender.training.slices import Slice

_Result = TypeVar("_Result")


def build(
    folder: Folder,
    articles: Iterable[Article],
    *,
    count: int,
    links: Mapping[str, Sequence[str]],
    settings: Settings,
    term_factors: Mapping[str, Mapping[str, float]] | None = None,
    engine: Engine,
    rows: int = slices.ROWS,
    progress: bool = False,
) -> tuple[int, dict[str, str]]:
    """Fill a folder with the files of an artefact, all but its manifest.

    The engine has been started. The folder must be one that its workers see.

    Args:
        articles: `count` of them, in rank order.
        rows: of a slice, made a multiple of 256; every answer is the same whatever it is.

    Raises:
        EngineError: a task failed.

    Returns:
        How many terms it has learnt, and the sha256 of each file, as hex, by name.
    """
    rows, files = -(-rows // MIN_BLOCK_SIZE) * MIN_BLOCK_SIZE, ModelFiles(folder)
    _write_catalogue(files, articles, links)
    everything = Slice(folder, settings, 0, count)
    parts = [Slice(folder, settings, first, min(first + rows, count)) for first in range(0, count, rows)]

    def run(
        name: str, function: Callable[..., _Result], arguments: Sequence[tuple[object, ...]], unit: str = " slices"
    ) -> list[_Result]:
        return engine.run(function, arguments, total=len(arguments), description=name, unit=unit, progress=progress)

    run("counting", slices.count, [(part,) for part in parts])
    model, sizes = _learn(files, parts, term_factors or {})
    starts = np.cumsum([0, *sizes])
    terms, size = sum(len(model.vocabularies_[field].terms) for field in FIELDS), int(starts[-1])
    block = min(choose_block_size(articles=count, terms=terms, values=size), rows & -rows)
    for name, shape in {
        "index.indptr": (count + 1,),
        "index.indices": (size,),
        "index.data": (size,),
        "index.postings": (size,),
        "index.head_norms": (HEAD_LEVELS, count),
        "index.posting_offsets": (-(-count // block), terms + 1),
        "index.weights": (count,),
        "lists.rows": (count, LIST_LENGTH),
        "lists.scores": (count, LIST_LENGTH),
    }.items():
        files.allocate(name, shape)
    files.write_rows("index.indptr", 0, np.zeros(1, np.int64))
    greatest = run(
        "vectors", slices.vectorise, [(part, int(start)) for part, start in zip(parts, starts[:-1], strict=True)]
    )
    folder.remove(slices.WORK)
    files.write_array("index.value_scale", value_scale(max(greatest, default=0.0)))
    files.write_array("index.block_size", block)
    norms = run("index", slices.invert, [(part,) for part in parts])
    files.write_array("index.max_norm", max((norm for norm, _ in norms), default=0.0))
    files.write_array(
        "index.mean_head_norms", sum((heads for _, heads in norms), np.zeros(HEAD_LEVELS)) / max(count, 1)
    )
    _weigh_hubs(files, parts)
    run("lists", slices.prepare, [(part,) for part in parts])
    run("names", slices.sort_keys, [(everything, "names"), (everything, "urls")])
    names = sorted(folder.names())
    digests = run("digests", slices.digest, [(folder, name) for name in names], unit=" files")
    return terms, dict(zip(names, digests, strict=True))


def _write_catalogue(files: ModelFiles, articles: Iterable[Article], links: Mapping[str, Sequence[str]]) -> None:
    with (
        files.folder.open_writer(RECORDS) as records,
        files.appending("articles.ends") as ends,
        files.appending("articles.entries") as entry_sizes,
        files.appending("articles.flags") as flags,
        files.appending("index.days") as days,
    ):
        end, dated = 0, 0
        for article in articles:
            record, entry_size, flag = encode_article(article, links.get(article.id, ()))
            records.write(record)
            end += len(record)
            ends.append(end)
            entry_sizes.append(entry_size)
            flags.append(flag)
            days.append(np.nan if article.published_at is None else article.published_at)
            dated += article.published_at is not None
    files.write_array("index.dated_count", dated)


def _learn(
    files: ModelFiles, parts: Sequence[Slice], term_factors: Mapping[str, Mapping[str, float]]
) -> tuple[TfidfModel, list[int]]:
    """Add up what was counted, and learn and write the vocabularies; also returns how many values each slice's vectors
    will hold.
    """
    totals: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    model = TfidfModel(settings=parts[0].settings)
    sizes = []
    for part in parts:
        found = slices.frequencies(part)
        sizes.append(sum(int(held_by.sum()) for field, (_, held_by) in found.items() if model.shares[field]))
        for field, (terms, held_by) in found.items():
            totals[field].update(dict(zip(terms, held_by.tolist(), strict=True)))
    frequencies = {}
    for field, total in totals.items():
        terms = sorted(total)
        frequencies[field] = terms, np.array([total[term] for term in terms], np.int64)
    model.learn(frequencies, articles=parts[-1].last, term_factors=term_factors)
    for field in FIELDS:
        files.write_vocabulary(field, model.vocabularies_[field])
    held_by = np.concatenate([frequencies[field][1] * (model.shares[field] > 0) for field in FIELDS])
    files.write_array("index.term_levels", term_levels(held_by))
    return model, sizes


def _weigh_hubs(files: ModelFiles, parts: Sequence[Slice]) -> None:
    """Put the articles' weights in the place of their hubness."""
    exponent = parts[0].settings.hub_exponent
    hubness = files.read_array("index.weights") if exponent > 0 else None
    threshold = np.inf if hubness is None else hubness_threshold(hubness)
    for part in parts:
        own = np.zeros(part.last - part.first) if hubness is None else hubness[part.first : part.last].copy()
        files.write_rows("index.weights", part.first, weights_from_hubness(own, threshold=threshold, exponent=exponent))
