"""Builds the files of an artefact slice by slice, in tasks that run on any engine.

Besides the corpus, this process holds only eight bytes per article: the hubness, for its percentile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Protocol, TypeVar

import numpy as np
from joblib import cpu_count

from recommender.artefacts import RECORDS, ModelFiles
from recommender.catalogue import encode_article, number_provider
from recommender.corpus import CopyFinder, Corpus
from recommender.errors import CorpusError
from recommender.parallel import Engine
from recommender.search import (
    HEAD_LEVELS,
    MIN_BLOCK_SIZE,
    choose_block_size,
    hubness_threshold,
    list_length,
    term_levels,
    value_scale,
    weights_from_hubness,
)
from recommender.settings import Settings
from recommender.storage import Folder
from recommender.text import TfidfModel, fields_of
from recommender.training import slice_tasks
from recommender.training.progress import show_stages
from recommender.training.slices import WORK, Slice
from recommender.tuning import TermFactors

_MANY, _MANY_TEXTS = 40_000, 5_000  # articles, without and with texts, that are worth starting worker processes for

_Result = TypeVar("_Result")


def build_artefact(
    folder: Folder,
    corpus: Corpus,
    *,
    settings: Settings,
    term_factors: TermFactors,
    engine: Engine,
    slice_rows: int,
    progress: bool = False,
) -> tuple[int, dict[str, str]]:
    """Fill a folder with all files of an artefact except its manifest.

    Args:
        folder: accessible to the engine's workers.
        term_factors: factors of term weights, by field and term.
        engine: a started one. A single slice on this machine is built in this process instead, except that the terms of
            many articles are counted and weighted in parts by as many processes as the engine has workers.
        slice_rows: articles per slice, rounded up to a multiple of 256; answers do not depend on it.

    Raises:
        CorpusError: the corpus has no articles.
        EngineError: a task failed.
        OSError, StorageError: the folder can't be written.

    Returns:
        The number of terms, and the SHA-256 of each file in hex, by name.
    """
    count = len(corpus.articles)
    if not count:
        raise CorpusError("a corpus without articles can't be learnt from")
    rows, files = -(-slice_rows // MIN_BLOCK_SIZE) * MIN_BLOCK_SIZE, ModelFiles(folder)
    everything = Slice(folder, settings, 0, count)
    slices = parts = everything.split(rows)
    in_process = engine.name == "local" and len(slices) == 1
    if in_process and count >= (_MANY_TEXTS if settings.text_weight > 0 else _MANY):
        parts = everything.split(-(-count // (engine.workers or cpu_count())))
    helpers = engine if len(parts) > 1 else None
    with _in_process(progress, helpers) if in_process else _on_engine(engine, progress) as run:
        languages = _write_catalogue(files, corpus, parts)
        run("counting", slice_tasks.count_terms, [(part,) for part in parts])
        model, sizes = _learn_vocabularies(files, parts, term_factors, languages)
        offsets = np.cumsum([0, *sizes]).tolist()
        terms, size = sum(len(model.vocabularies_[field].terms) for field in model.vocabularies_), offsets[-1]
        block = choose_block_size(articles=count, terms=terms, values=size)
        if len(slices) > 1:
            block = min(block, rows & -rows)  # so that slices begin where blocks do
        _allocate(files, settings, count=count, terms=terms, size=size, block=block)
        greatest = run("vectors", slice_tasks.write_vectors, list(zip(parts, offsets[:-1], strict=True)))
        folder.remove(WORK)
        files.write_array("index.value_scale", value_scale(max(greatest)))
        files.write_array("index.block_size", block)
        norms = run("index", slice_tasks.write_index, [(part,) for part in slices])
        files.write_array("index.max_norm", max(norm for norm, _ in norms))
        files.write_array("index.mean_head_norms", sum((heads for _, heads in norms), np.zeros(HEAD_LEVELS)) / count)
        _write_weights(files, slices, settings.hub_exponent)
        run("lists", slice_tasks.write_top_lists, [(part,) for part in slices])
        run("names", slice_tasks.write_string_index, [(everything, "names"), (everything, "urls")])
        names = sorted(folder.names())
        digests = run("digests", slice_tasks.digest, [(folder, name) for name in names])
    return terms, dict(zip(names, digests, strict=True))


class _Run(Protocol):
    """Runs a task for each tuple of arguments; returns the results in the same order."""

    def __call__(
        self, stage: str, task: Callable[..., _Result], arguments: Sequence[tuple[object, ...]], /
    ) -> list[_Result]: ...


@contextmanager
def _in_process(progress: bool, engine: Engine | None) -> Iterator[_Run]:
    """Run tasks one after another in this process, so that each can use all cores, or several at once on an engine."""
    with show_stages("building", enabled=progress) as show:

        def run(stage: str, task: Callable[..., _Result], arguments: Sequence[tuple[object, ...]], /) -> list[_Result]:
            show(stage)
            if engine is not None and len(arguments) > 1:
                return engine.run(task, arguments, total=len(arguments), description=stage, unit=" tasks")
            return [task(*given) for given in arguments]

        yield run


@contextmanager
def _on_engine(engine: Engine, progress: bool) -> Iterator[_Run]:
    def run(stage: str, task: Callable[..., _Result], arguments: Sequence[tuple[object, ...]], /) -> list[_Result]:
        return engine.run(task, arguments, total=len(arguments), description=stage, unit=" tasks", progress=progress)

    yield run


def _write_catalogue(files: ModelFiles, corpus: Corpus, slices: Sequence[Slice]) -> Counter[str]:
    """Write the articles, and each slice's documents for later tasks; returns the number of articles in each language.

    One article at a time is in memory.
    """
    languages: Counter[str] = Counter()
    finder, numbers = CopyFinder(), dict[str, int]()
    with (
        closing(article for article in corpus.in_rank_order()) as articles,  # even if writing fails
        files.folder.open_writer(RECORDS) as records,
        files.appending("articles.ends") as ends,
        files.appending("articles.entries") as entry_sizes,
        files.appending("articles.flags") as flags,
        files.appending("index.days") as days,
        files.appending("index.providers") as providers,
    ):
        end, dated = 0, 0
        for part in slices:
            with part.document_writer() as write_document:
                for article in islice(articles, len(part)):
                    record, entry_size, flag = encode_article(article, corpus.links.get(article.id, ()))
                    records.write(record)
                    end += len(record)
                    ends.append(end)
                    entry_sizes.append(entry_size)
                    flags.append(flag)
                    providers.append(number_provider(article, numbers))
                    days.append(np.nan if article.published_at is None else article.published_at)
                    finder.add(article)
                    dated += article.published_at is not None
                    languages[article.language or ""] += 1
                    write_document(article)
    files.write_array("index.dated_count", dated)
    copies = finder.find()
    files.write_array("copies.text_keys", copies.text_keys)
    files.write_array("copies.originals", copies.originals)
    return languages


def _learn_vocabularies(
    files: ModelFiles, slices: Sequence[Slice], term_factors: TermFactors, languages: Mapping[str, int]
) -> tuple[TfidfModel, list[int]]:
    """Write the vocabularies of all slices; also returns the number of values in the vectors of each slice."""
    totals: dict[str, Counter[str]] = {field: Counter() for field in fields_of(slices[0].settings)}
    model = TfidfModel(settings=slices[0].settings)
    for part in slices:
        for field, total in totals.items():
            total.update(dict(zip(part.read_terms(field), part.read_frequencies(field).tolist(), strict=True)))
    document_frequencies = {}
    for field, total in totals.items():
        terms = sorted(total)
        document_frequencies[field] = terms, np.array([total[term] for term in terms], np.int64)
    articles = languages if model.settings.language == "own" else {"": slices[-1].stop}
    model.learn(document_frequencies, articles=articles, term_factors=term_factors)
    for field in totals:
        files.write_vocabulary(field, model.vocabularies_[field])
    counted = {field: (model.vocabularies_[field].weights > 0) & (model.shares[field] > 0) for field in totals}
    held_by = np.concatenate([document_frequencies[field][1] * counted[field] for field in totals])
    files.write_array("index.term_levels", term_levels(held_by))
    left_out = {
        field: {terms[column] for column in np.flatnonzero(~counted[field])}
        for field, (terms, _) in document_frequencies.items()
    }
    return model, [_count_values(part, left_out) for part in slices]


def _count_values(part: Slice, left_out: Mapping[str, Collection[str]]) -> int:
    """The number of values in the vectors of a slice: all terms except those left out, by field."""
    return sum(
        frequency
        for field, without in left_out.items()
        for term, frequency in zip(part.read_terms(field), part.read_frequencies(field).tolist(), strict=True)
        if term not in without
    )


def _allocate(files: ModelFiles, settings: Settings, *, count: int, terms: int, size: int, block: int) -> None:
    """Create the arrays that the tasks fill."""
    length = list_length(settings.limit)
    shapes: dict[str, tuple[int, ...]] = {
        "index.indptr": (count + 1,),
        "index.indices": (size,),
        "index.data": (size,),
        "index.postings": (size,),
        "index.head_norms": (HEAD_LEVELS, count),
        "index.posting_offsets": (-(-count // block), terms + 1),
        "index.weights": (count,),
        "lists.rows": (count, length),
        "lists.scores": (count, length),
    }
    if "text" in fields_of(settings):
        shapes["index.query_data"] = (size,)
    for name, shape in shapes.items():
        files.allocate(name, shape)
    files.write_rows("index.indptr", 0, np.zeros(1, np.int64))


def _write_weights(files: ModelFiles, slices: Sequence[Slice], exponent: float) -> None:
    """Replace the articles' hubness by their weights."""
    hubness = files.read_array("index.weights") if exponent > 0 else None
    threshold = np.inf if hubness is None else hubness_threshold(hubness)
    for part in slices:
        own = np.zeros(len(part)) if hubness is None else hubness[part.start : part.stop].copy()
        files.write_rows("index.weights", part.start, weights_from_hubness(own, threshold=threshold, exponent=exponent))
