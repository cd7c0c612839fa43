"""`make attack`: attack every area, or those that AREAS names, and say what failed; exits with 1 on a failure."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TypeAlias

from tabulate import tabulate
from tqdm import tqdm

from attack.answers import attack_headers, attack_pages
from attack.connections import attack_connections
from attack.damage import attack_artefacts, attack_journals
from attack.determinism import attack_determinism
from attack.durability import attack_disk, attack_races, attack_writes
from attack.editing import attack_editing
from attack.files import attack_edited_files, attack_killed_runs, attack_mutants, attack_variants
from attack.look_ups import attack_lists, attack_round_trips
from attack.protocol import attack_bodies, attack_requests
from attack.stage import Stage
from attack.tally import Area, Attack, Outcome

_AT_A_TIME = 2
_LONG = ("enrich-mutants", "enrich-edits", "disk", "round-trips", "lists")
_SERVED = (
    "requests",
    "round-trips",
    "headers",
    "bodies",
    "pages",
    "lists",
    "races",
    "writes",
    "connections",
    "editing",
)  # from one model
_Row: TypeAlias = tuple[str, int, str, Attack]
_AREAS: tuple[_Row, ...] = (
    ("requests", 1504, "no request is a fault of the server, hangs it or tells of the machine", attack_requests),
    (
        "round-trips",
        11_019,
        "each article answers to its ID, file and addresses; one that is not public to none",
        attack_round_trips,
    ),
    (
        "headers",
        626,
        "caches, encodings, origins and hosts change nothing of an answer, and are told the truth",
        attack_headers,
    ),
    ("bodies", 299, "a body that is none is refused, and what is refused or withdrawn is not served", attack_bodies),
    ("pages", 1100, "a page runs nothing of what it shows, may not be framed, and names nothing private", attack_pages),
    ("lists", 10_020, "no list holds its own article, one twice, or one that may not be suggested", attack_lists),
    (
        "connections",
        3300,
        "connections that ask nothing, half of something or costly things keep no look-up waiting",
        attack_connections,
    ),
    ("editing", 600, "an editor's act is written as it was shown, and taken back; nobody else writes", attack_editing),
    ("races", 375, "all workers say the same of what was posted and withdrawn through them at once", attack_races),
    ("writes", 548, "what was acknowledged last is what is served, whatever was killed", attack_writes),
    (
        "disk",
        133,
        "a full disk, a closed folder, a kill or a rival leaves the model in use whole, with a sentence",
        attack_disk,
    ),
    ("artefacts", 900, "a forged artefact is refused or answers; none ends a process", attack_artefacts),
    ("journals", 1500, "damage of a journal is told, unless all records are whole", attack_journals),
    ("enrich-variants", 560, "a list goes in and out, and no other byte changes", attack_variants),
    ("enrich-mutants", 6300, "the same, of files as a fuzzer makes them", attack_mutants),
    (
        "enrich-kills",
        26,
        "a file is as it was or as it becomes, and the next run completes the work",
        attack_killed_runs,
    ),
    ("enrich-edits", 18_413, "what an editor has written to a file that was in place is kept", attack_edited_files),
    ("determinism", 16, "the same corpus gives the same bytes", attack_determinism),
)


def main() -> int:
    """Attack; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(name for name, *_ in _AREAS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600, help="that it may take")
    chosen = parser.parse_args()
    if unknown := set(chosen.areas) - {name for name, *_ in _AREAS}:
        parser.error(f"no area is called {', '.join(sorted(unknown))}")
    attacked = [one for one in _AREAS if one[0] in chosen.areas or not chosen.areas]
    begun, faults = time.monotonic(), list[str]()
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        outcomes = _attack(attacked, Stage(Path(folder), chosen.seed), chosen.seed, begun + chosen.seconds)
    rows = []
    for (name, _, holds, _), outcome in zip(attacked, outcomes, strict=True):
        took = f"{outcome.seconds:.0f} s"
        rows.append((name, outcome.tried, outcome.failed, took, f"{holds}{outcome.note and f' ({outcome.note})'}"))
        if outcome.failed:
            faults.append(f"\n{name}: repeat it with `make attack AREAS={name} SEED={chosen.seed}`")
            faults += [f"  {example}" for example in outcome.examples]
    print(tabulate(rows, ("area", "tried", "failed", "took", "what has to hold"), tablefmt="github", intfmt=","))
    print(f"{time.monotonic() - begun:.0f} s, seed {chosen.seed}", *faults, sep="\n")
    return int(bool(faults))


def _attack(attacked: Sequence[_Row], stage: Stage, seed: int, latest: float) -> list[Outcome]:
    """Attack two areas at a time, those that take long first."""
    order = sorted(range(len(attacked)), key=lambda number: (attacked[number][0] not in _LONG, number))
    if any(name in _SERVED for name, *_ in attacked):
        print("a site is made and learnt", file=sys.stderr)
        _ = stage.models  # once for all areas
    with ProcessPoolExecutor(_AT_A_TIME, multiprocessing.get_context("fork")) as pool:
        begun = {
            number: pool.submit(Area(name, tries, attack).attack, stage, seed, latest, number)
            for number in order
            for name, tries, _, attack in [attacked[number]]
        }
        for done in as_completed(begun.values()):
            outcome = done.result()
            tqdm.write(f"{outcome.area}: {outcome.tried:,} tried, {outcome.failed:,} failed", file=sys.stderr)
            for example in outcome.examples:
                tqdm.write(f"  {example}", file=sys.stderr)
        return [begun[number].result() for number in range(len(attacked))]


if __name__ == "__main__":
    sys.exit(main())
