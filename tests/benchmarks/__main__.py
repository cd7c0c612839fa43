"""`python -m benchmarks [--full] [FIGURE ...]`: measure, print a table, and write latest.json beside this file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import FIGURES, Bench, Figure, progress
from benchmarks.live import live_articles
from benchmarks.posts import posts
from benchmarks.waiting import waiting

_MEASURES = (*FIGURES, live_articles, posts, waiting)
_LATEST = Path(__file__).with_name("latest.json")


def main() -> int:
    names = [measure.__name__ for measure in _MEASURES]
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="archives of 100,000 and 1,000,000 articles")
    parser.add_argument("--sizes", type=int, nargs=2, metavar=("SMALL", "LARGE"), help="other sizes")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"only some of {', '.join(names)}")
    options = parser.parse_args()
    if unknown := set(options.figures) - set(names):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    small, large = options.sizes or ((100_000, 1_000_000) if options.full else (4_000, 12_000))
    measured: list[Figure] = []
    failed = 0
    begun = time.monotonic()
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        bench = Bench(small, large, Path(folder))
        for measure in _MEASURES:
            if options.figures and measure.__name__ not in options.figures:
                continue
            progress(f"{time.monotonic() - begun:6.0f} s  {measure.__name__}")
            try:
                for figure in measure(bench):
                    progress(f"          {_row(figure)}")
                    measured.append(figure)
            except Exception as error:  # noqa: BLE001 - the other figures are worth having
                failed += 1
                progress(f"          FAILED: {type(error).__name__}: {error}")
                measured.append(Figure(f"{measure.__name__}: failed", float("nan"), "measured", met=False))
            _LATEST.write_text(json.dumps([asdict(figure) for figure in measured], indent=2) + "\n")
    print("\n".join(("", f"{'figure':82} {'value':>10}  bound", *map(_row, measured))))
    progress(f"{time.monotonic() - begun:.0f} s; written to {_LATEST}")
    return 1 if failed else 0


def _row(figure: Figure) -> str:
    mark = {True: "met", False: "NOT MET", None: ""}[figure.met]
    return f"{figure.figure:82} {figure.value:>10,.4g}  {figure.bound or '':16} {mark}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
