"""What was tried in one area, and what failed."""

from __future__ import annotations

import math
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from tqdm import tqdm

from attack.stage import Stage

_EXAMPLES = 5
_LONGEST = 600  # characters of an example


class CutShortError(Exception):
    """An area has used up its time."""


@dataclass
class Tally:
    """Counts the tries of an area, and keeps the first that failed.

    Attributes:
        latest: when the area has to be over, by the monotonic clock.
        chance: what inputs are chosen by; the same seed makes the same inputs.
        note: what the table says besides, such as how many tries could not be judged.
    """

    seed: int
    bar: tqdm[Any]
    latest: float = math.inf
    tried: int = 0
    failed: int = 0
    note: str = ""
    examples: list[str] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def check(self, holds: bool, example: str) -> None:
        """Count a try; `example` says what was tried and what came of it.

        Raises:
            CutShortError: there is no more time.
        """
        if time.monotonic() > self.latest:
            raise CutShortError
        self.tried += 1
        self.bar.update()
        if not holds:
            self.failed += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(example[:_LONGEST])

    def attempt(self, example: str, act: Callable[[], object]) -> None:
        """Count a try that fails if it raises an error."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what failed
            self.check(False, f"{example}: {type(error).__name__}: {error}")
        else:
            self.check(True, example)


Attack: TypeAlias = Callable[[Tally, Stage], None]


class Outcome(NamedTuple):
    """What became of an area.

    Attributes:
        seconds, processor_seconds: that it took; the latter of all its processes.
        is_cut_short: whether it had no time for all its tries.
    """

    area: str
    tried: int
    failed: int
    seconds: float
    processor_seconds: float
    is_cut_short: bool
    note: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """One kind of attack.

    Attributes:
        tries: how many there have to be at least.
        cost: seconds that they take on an idle machine, by which areas share the time.
        holds: what has to hold.
        run: makes them; its docstring says how.
    """

    name: str
    tries: int
    cost: float
    holds: str
    run: Attack

    def attack(self, stage: Stage, seed: int, latest: float, line: int) -> Outcome:
        """Attack; progress is shown, in a line of the terminal."""
        begun, processor_begun = time.monotonic(), _processor_seconds()
        is_cut_short = False
        bar: tqdm[Any]
        with tqdm(total=self.tries, desc=self.name, unit="", mininterval=5.0, position=line) as bar:
            tally = Tally(seed, bar, latest)
            try:
                self.run(tally, stage)
            except CutShortError:
                is_cut_short = True
            except Exception as error:  # noqa: BLE001 - the other areas are attacked nevertheless
                tally.failed += 1
                tally.examples.append(f"the attack itself ended: {type(error).__name__}: {error}"[:_LONGEST])
        if tally.tried < self.tries and not is_cut_short:
            tally.failed += 1
            tally.examples.append(f"only {tally.tried:,} of {self.tries:,} were tried")
        return Outcome(
            self.name,
            tally.tried,
            tally.failed,
            time.monotonic() - begun,
            _processor_seconds() - processor_begun,
            is_cut_short,
            tally.note,
            tuple(tally.examples),
        )


def _processor_seconds() -> float:
    """What this process and those that it has waited for have used so far."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
