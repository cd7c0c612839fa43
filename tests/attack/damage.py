"""Artefacts whose manifest fits what somebody forged, and journals with bytes turned, moved and cut."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import random
import shutil
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from samples import stories

from attack.stage import Stage
from attack.tally import Tally
from recommender import Recommender, Settings
from recommender.artefacts import LocalModels
from recommender.errors import ArtefactError, JournalError
from recommender.journal import JOURNAL_FILE, Journal
from recommender.training import publish

_FORGED = 900
_BATCH = 300


def attack_artefacts(tally: Tally, stage: Stage) -> None:
    """Forge artefacts: each is refused with a sentence, or answers for every article; no process ends of it.

    They are loaded in processes of their own, since compiled code that trusted a forged array could end them.
    """
    models = stage.root / "forged"
    publish(stories(6), models, settings=Settings(text_weight=0.5))  # with all files that there can be
    context = multiprocessing.get_context("spawn")
    for first in range(0, _FORGED, _BATCH):
        number = first
        while number < first + _BATCH:
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_load_forged, args=(models, tally.seed, number, first + _BATCH, there))
            process.start()
            there.close()
            what = ""
            try:
                while True:
                    what, fault = here.recv()
                    if fault is not None:
                        tally.check(not fault, f"number {number}: {what}: {fault}")
                        number, what = number + 1, ""
            except EOFError:
                process.join()
            if number < first + _BATCH:  # the process ended on it
                tally.check(False, f"number {number}: {what}: the process ended with {process.exitcode}")
                number += 1


def _load_forged(models: Path, seed: int, first: int, last: int, told: Connection) -> None:
    """Forge and load artefacts, and tell of each what was forged, and then the fault, which may be none."""
    local = LocalModels(models)
    folder = models / local.current()
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    names = sorted(name for name in whole if name != "manifest.json")
    for number in range(first, last):
        chance = random.Random(f"{seed} {number}")
        name = chance.choice(names)
        how, content = _forge(name, whole[name], chance)
        told.send((f"{name}, {how}", None))
        (folder / name).write_bytes(content)
        manifest = json.loads(whole["manifest.json"])
        manifest["files"][name] = hashlib.sha256(content).hexdigest()
        del manifest["checksum"]
        text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
        checksum = hashlib.sha256(text.encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps({**manifest, "checksum": checksum}))
        told.send((f"{name}, {how}", _fault(models)))
        for one in (name, "manifest.json"):
            (folder / one).write_bytes(whole[one])
    told.close()


def _fault(models: Path) -> str:
    try:
        recommender = Recommender.load(models)
    except ArtefactError:
        return ""
    except Exception as error:  # noqa: BLE001 - only a refusal is right
        return f"loading it: {type(error).__name__}: {error}"
    try:
        for number, article in enumerate(recommender):
            recommender.answer(article.id)
            if number % 10 == 0:
                recommender.answer(article.id, min_score=0.01, published="only")  # searched, and not read
        recommender.related_to_text("harbour comet", "q r s t")
        recommender.search_titles("a")
    except Exception as error:  # noqa: BLE001 - what was accepted has to answer
        return f"it was accepted, and then: {type(error).__name__}: {error}"
    return ""


def _forge(name: str, content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Other content of a file, and how it was made."""
    if name.endswith(".npy"):
        array = np.load(io.BytesIO(content))
        how = chance.choice(sorted(_ARRAYS))
        with np.errstate(all="ignore"):
            forged = _ARRAYS[how](array.copy(), chance)
        stream = io.BytesIO()
        np.save(stream, forged, allow_pickle=True)
        return how, stream.getvalue()
    how = chance.choice(sorted(_TEXTS))
    return how, _TEXTS[how](content, chance)


def _set(array: Any, chance: random.Random) -> Any:
    if array.size:
        value = chance.choice((-1, 0, 1, 2**15, 2**31 - 1, -(2**31), array.size, array.size - 1))
        places = [chance.randrange(array.size) for _ in range(chance.choice((1, 3, 50)))]
        info = np.iinfo(array.dtype) if array.dtype.kind in "iu" else None
        array.reshape(-1)[places] = value if info is None else min(max(value, info.min), info.max)
    return array


def _set_float(array: Any, chance: random.Random) -> Any:
    if array.size and array.dtype.kind == "f":
        array.reshape(-1)[chance.randrange(array.size)] = chance.choice((np.nan, np.inf, -np.inf, -1.0, 1e30, 1e-40))
    return array


_ARRAYS: dict[str, Callable[[Any, random.Random], Any]] = {
    "numbers set": _set,
    "floats set": _set_float,
    "shuffled": lambda array, chance: (
        np.random.default_rng(chance.randrange(99)).permutation(array) if array.ndim else array
    ),
    "reversed": lambda array, _: array[::-1] if array.ndim else array,
    "cut": lambda array, chance: array[: chance.randrange(len(array) + 1)] if array.ndim else array,
    "doubled": lambda array, _: np.concatenate([array, array]) if array.ndim else array,
    "another type": lambda array, chance: array.astype(chance.choice(("i1", "u8", "f8", "c8", "S4", "O", ">i4"))),
    "another shape": lambda array, _: array.reshape(*array.shape, 1),
    "empty": lambda array, _: array.reshape(-1)[:0],
}


def _swap_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _with_byte(content: bytes, chance: random.Random) -> bytes:
    position = chance.randrange(len(content))
    return content[:position] + bytes([chance.randrange(256)]) + content[position + 1 :]


_TEXTS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "lines swapped": _swap_lines,
    "cut": lambda content, chance: content[: chance.randrange(len(content) + 1)],
    "a byte set": _with_byte,
    "doubled": lambda content, _: content + content,
    "no UTF-8": lambda content, chance: content[: len(content) // 2] + b"\xff\xfe" + content[len(content) // 2 + 2 :],
    "same length of spaces": lambda content, _: b" " * len(content),
    "braces": lambda content, _: b"[" * len(content),
}


def attack_journals(tally: Tally, stage: Stage) -> None:
    """Damage journals: a reading tells of it, or gives all records as they were written, and never one that was not."""
    folder = stage.root / "journal"
    folder.mkdir()
    with Journal(folder) as journal:
        for number in range(60):
            journal.append({"value": f"{number} {'a' * 300}"})
    data = (folder / JOURNAL_FILE).read_bytes()
    whole = _values(folder)
    for _ in range(1500):
        how, damaged = next(_damages(data, tally.chance))
        for path in folder.iterdir():
            path.unlink()
        (folder / JOURNAL_FILE).write_bytes(damaged)
        try:
            with Journal(folder) as journal:
                update = journal.read()
        except JournalError:
            tally.check(True, how)
            continue
        except Exception as error:  # noqa: BLE001 - only a JournalError says that it can't be read
            tally.check(False, f"{how}: {type(error).__name__}: {error}")
            continue
        values = [record["value"] for record in update.records if "value" in record]
        told = bool(update.damage) or values == whole
        tally.check(
            told and set(values) <= set(whole), f"{how}: {len(values)} of {len(whole)} records, and nothing is said"
        )
    shutil.rmtree(folder)


def _values(folder: Path) -> list[str]:
    with Journal(folder) as journal:
        return [record["value"] for record in journal.read().records if "value" in record]


def _damages(data: bytes, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    size, at, other = len(data), chance.randrange(len(data)), chance.randrange(len(data))
    kind = chance.randrange(7)
    if kind == 0:
        yield f"cut at {at}", data[:at]
    elif kind == 1:
        flipped = bytearray(data)
        flipped[at] ^= 1 << chance.randrange(8)
        yield f"a bit flipped at {at}", bytes(flipped)
    elif kind == 2:
        page, second = at // 4096, other // 4096
        pages = [data[start : start + 4096] for start in range(0, size, 4096)]
        pages[page], pages[second] = pages[second], pages[page]
        yield f"pages {page} and {second} swapped", b"".join(pages)
    elif kind == 3:
        yield f"100 zeros at {at}", (data[:at] + bytes(100) + data[at + 100 :])[:size]
    elif kind == 4:
        yield f"100 bytes of {other} at {at}", (data[:at] + data[other : other + 100] + data[at + 100 :])[:size]
    elif kind == 5:
        yield f"100 bytes left out at {at}", data[:at] + data[at + 100 :]
    else:
        position = data.find(b" aaa", at)
        number = bytearray(data)
        if position > 0:
            number[position - 1 : position] = b"7"
        yield f"a digit of a record set at {position - 1}", bytes(number)
