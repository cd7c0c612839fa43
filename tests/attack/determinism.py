"""The same corpus gives the same lists, byte for byte, whatever the machine is set to."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from samples import SEEDS

from attack.stage import Stage, command
from attack.tally import Tally

_WAYS: tuple[dict[str, str], ...] = (
    {},
    *({"PYTHONHASHSEED": seed} for seed in ("0", "1", "4294967295")),
    *({"TZ": zone} for zone in ("Pacific/Kiritimati", "America/St_Johns", "Asia/Kolkata")),
    *({"LC_ALL": locale, "LANG": locale} for locale in ("C", "tr_TR.UTF-8", "POSIX")),
    *(
        {"LOKY_MAX_CPU_COUNT": threads, "OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads}
        for threads in ("1", "2")
    ),
    {"order": "reversed"},
    {"order": "shuffled"},
    {"order": "reversed", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    {"order": "shuffled", "PYTHONHASHSEED": "8", "PYTHONUTF8": "0", "LC_ALL": "C"},
    {"order": "shuffled", "TZ": "Africa/Abidjan", "LOKY_MAX_CPU_COUNT": "1"},
)


def attack_determinism(tally: Tally, stage: Stage) -> None:
    """Train and export under other locales, time zones, hash seeds, threads and orders of files."""

    def lists(number: int) -> str:
        """The digest of all lists, or what went wrong."""
        way = dict(_WAYS[number])
        folder = stage.root / f"way{number}"
        _copy(folder / "site", way.pop("order", ""), number)
        try:
            command("train", folder / "site", "--models", folder / "m", env=way, check=True)
            done = command("export", folder / "site", "--models", folder / "m", "--out", "-", env=way, check=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, there are no lists
            return f"{type(error).__name__}: {getattr(error, 'stderr', error)}"
        shutil.rmtree(folder)
        return f"{hashlib.sha256(done.stdout.encode()).hexdigest()} of {done.stdout.count(chr(10))}"

    expected = lists(0)
    with ThreadPoolExecutor(2) as pool:
        try:
            for way, digest in zip(_WAYS[1:], pool.map(lists, range(1, len(_WAYS))), strict=True):
                tally.check(digest == expected and "Error" not in digest, f"{way}: {digest}; without: {expected}")
        finally:
            pool.shutdown(cancel_futures=True)


def _copy(folder: Path, order: str, number: int) -> None:
    """Copy the seeds, file by file in another order, so that the system lists them in another."""
    files = sorted(path for path in SEEDS.rglob("*") if path.is_file())
    if order == "reversed":
        files.reverse()
    elif order:
        files.sort(key=lambda path: hashlib.sha256(f"{number}{path}".encode()).digest())
    for file in files:
        target = folder / file.relative_to(SEEDS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        os.utime(target, (number * 1000.0, number * 1000.0))
