"""`make attack`: attack every area, or those that AREAS names, and say what failed; exits with 1 on a failure."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

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
from attack.tally import Area, Outcome

_AT_A_TIME = 2
_UNSERVED = ("disk", "artefacts", "journals", "determinism")
_AREAS = (
    Area(
        "requests", 1504, 35, "no request is a fault of the server, hangs it or tells of the machine", attack_requests
    ),
    Area(
        "round-trips",
        11_019,
        25,
        "each article answers to its ID, file and addresses; one that is not public to none",
        attack_round_trips,
    ),
    Area(
        "headers",
        626,
        15,
        "caches, encodings, origins and hosts change nothing of an answer, and are told the truth",
        attack_headers,
    ),
    Area(
        "bodies",
        299,
        10,
        "a body that is none is refused, and what is refused or withdrawn is not served",
        attack_bodies,
    ),
    Area(
        "pages",
        1100,
        25,
        "a page runs nothing of what it shows, may not be framed, and names nothing private",
        attack_pages,
    ),
    Area(
        "lists", 10_020, 45, "no list holds its own article, one twice, or one that may not be suggested", attack_lists
    ),
    Area(
        "connections",
        3300,
        35,
        "connections that ask nothing, half of something or costly things keep no look-up waiting",
        attack_connections,
    ),
    Area(
        "editing",
        600,
        15,
        "an editor's act is written as it was shown, and taken back; nobody else writes",
        attack_editing,
    ),
    Area(
        "races", 375, 30, "all workers say the same of what was posted and withdrawn through them at once", attack_races
    ),
    Area("writes", 548, 70, "what was acknowledged last is what is served, whatever was killed", attack_writes),
    Area(
        "disk",
        133,
        130,
        "a full disk, a closed folder, a kill or a rival leaves the model in use whole, with a sentence",
        attack_disk,
    ),
    Area("artefacts", 900, 40, "a forged artefact is refused or answers; none ends a process", attack_artefacts),
    Area("journals", 1500, 20, "damage of a journal is told, unless all records are whole", attack_journals),
    Area("enrich-variants", 560, 15, "a list goes in and out, and no other byte changes", attack_variants),
    Area("enrich-mutants", 6300, 40, "the same, of files as a fuzzer makes them", attack_mutants),
    Area(
        "enrich-kills",
        26,
        40,
        "a file is as it was or as it becomes, and the next run completes the work",
        attack_killed_runs,
    ),
    Area(
        "enrich-edits",
        18_413,
        15,
        "what an editor has written to a file that was in place is kept",
        attack_edited_files,
    ),
    Area("determinism", 16, 50, "the same corpus gives the same bytes", attack_determinism),
)


def main() -> int:
    """Attack; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(area.name for area in _AREAS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600, help="that it may take")
    chosen = parser.parse_args()
    if unknown := set(chosen.areas) - {area.name for area in _AREAS}:
        parser.error(f"no area is called {', '.join(sorted(unknown))}")
    attacked = [area for area in _AREAS if area.name in chosen.areas or not chosen.areas]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        outcomes = _attack(attacked, Stage(Path(folder), chosen.seed), chosen.seed, begun + chosen.seconds)
    rows, said = [], list[str]()
    for area, outcome in zip(attacked, outcomes, strict=True):
        took = (f"{outcome.seconds:.0f} s", f"{outcome.processor_seconds:.0f} s")
        holds = f"{area.holds}{outcome.note and f' ({outcome.note})'}"
        rows.append((area.name, outcome.tried, outcome.failed, *took, holds))
        if outcome.is_cut_short:
            said.append(f"\n{area.name} was cut short: {outcome.tried:,} of {area.tries:,} in {outcome.seconds:.0f} s")
        if outcome.failed:
            said.append(f"\n{area.name}: repeat it with `make attack AREAS={area.name} SEED={chosen.seed}`")
            said += [f"  {example}" for example in outcome.examples]
    columns = ("area", "tried", "failed", "took", "of a processor", "what has to hold")
    print(tabulate(rows, columns, tablefmt="github", intfmt=","))
    print(f"{time.monotonic() - begun:.0f} s, seed {chosen.seed}", *said, sep="\n")
    return int(bool(said))


def _attack(attacked: Sequence[Area], stage: Stage, seed: int, latest: float) -> list[Outcome]:
    """Attack two areas at a time, the costly first; none may take more than its share of the time that is left."""
    if any(area.name not in _UNSERVED and not area.name.startswith("enrich") for area in attacked):
        print("a site is made and learnt", file=sys.stderr)
        _ = stage.models  # once for all areas
    waiting = sorted(range(len(attacked)), key=lambda number: -attacked[number].cost)
    outcomes, running = dict[int, Outcome](), dict[Future[Outcome], int]()
    with ProcessPoolExecutor(_AT_A_TIME, multiprocessing.get_context("fork")) as pool:
        while waiting or running:
            while waiting and len(running) < _AT_A_TIME:
                left = sum(attacked[number].cost for number in waiting) / _AT_A_TIME
                number, now = waiting.pop(0), time.monotonic()
                share = (latest - now) * min(1, attacked[number].cost / left)
                running[pool.submit(attacked[number].attack, stage, seed, now + share, number)] = number
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                outcome = outcomes[running.pop(done)] = done.result()
                tqdm.write(f"{outcome.area}: {outcome.tried:,} tried, {outcome.failed:,} failed", file=sys.stderr)
                for example in outcome.examples:
                    tqdm.write(f"  {example}", file=sys.stderr)
    return [outcomes[number] for number in range(len(attacked))]


if __name__ == "__main__":
    sys.exit(main())
