"""How soon the explorer's pages are there on a slow phone: `make pages` (needs chromium); FULL=1: of 100,000 articles.

Network and processor are throttled as Lighthouse does for its mobile scores: 1.6 Mbit/s with 150 ms a round trip, and a
fourth of the processor. The budgets are those that web.dev calls good; the server's own time is
that of a second request.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from browser import chromium
from playwright.sync_api import Browser
from samples import SEEDS
from servers import RECOMMENDER, free_port, running

from benchmarks import archive
from recommender import Corpus
from recommender.training import publish

RUNS = 5
COMET = "2024-04-28-farewell-orrin-vale-comet-breaks-apart-as-it-rounds-the-sun"
PAGES = {
    "search": "/?q={word}",
    "article": "/explore?id={id}",
    "corpus": "/corpus",
    "orphans": "/corpus?state=orphan&sort=score",
    "draft": "/draft",
    "API": "/docs",
}
BUDGETS = {
    "server, ms": 100.0,
    "first paint, ms": 1800.0,
    "largest paint, ms": 2500.0,
    "shift": 0.1,
    "blocked, ms": 200.0,
    "KB": 300,
    "requests": 10,
}
_WATCH = """
window.seen = { largest: 0, shift: 0, blocked: 0 };
const watch = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
watch("layout-shift", (entry) => { seen.shift += entry.value; });
watch("longtask", (entry) => { seen.blocked += Math.max(entry.duration - 50, 0); });
"""
_READ = """() => ({ ...seen, first: performance.getEntriesByName("first-contentful-paint")[0].startTime })"""


def main() -> int:
    """Measure each page; exits with 1 where one is over its budget."""
    met = True
    corpus, word, id = Corpus.from_path(SEEDS), "comet", COMET
    if "--full" in sys.argv:
        corpus = archive.corpus(100_000)
        word, id = corpus.articles[0].title.split()[0], corpus.articles[0].id
    with tempfile.TemporaryDirectory() as folder:
        models, port = Path(folder) / "models", free_port()
        publish(corpus, models)
        command = [RECOMMENDER, "serve", "--models", str(models), "--port", str(port)]
        with running(command, port) as address, chromium() as browser:
            print(f"{'page':10}" + "".join(f"{name:>20}" for name in BUDGETS))
            print(f"{'budget':10}" + "".join(f"{budget:>20g}" for budget in BUDGETS.values()))
            for name, path in PAGES.items():
                url = address + path.format(word=word, id=id)
                _served_in(url)
                runs = [_measured(browser, url) for _ in range(RUNS)]
                medians = {figure: statistics.median(run[figure] for run in runs) for figure in BUDGETS}
                met &= all(medians[figure] <= budget for figure, budget in BUDGETS.items())
                print(f"{name:10}" + "".join(f"{medians[figure]:>20.3g}" for figure in BUDGETS))
    return 0 if met else 1


def _served_in(url: str) -> float:
    """The milliseconds that the server takes for a page."""
    start = time.perf_counter()
    with urlopen(url) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - start)


def _measured(browser: Browser, address: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    network = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
    session.send("Network.emulateNetworkConditions", network)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="networkidle")
    seen = page.evaluate(_READ)
    context.close()
    figures = (
        _served_in(address),
        seen["first"],
        seen["largest"],
        seen["shift"],
        seen["blocked"],
        sum(sizes) / 1000,
        len(sizes),
    )
    return dict(zip(BUDGETS, figures, strict=True))


if __name__ == "__main__":
    sys.exit(main())
