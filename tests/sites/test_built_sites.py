"""Real generators build sites that lists were written into: every link of every list leads to a page that was built.

Each generator that is installed builds a copy of its tiny site with what `templates/NAME` adds to it. `make test-sites`
installs those of PyPI and, if npm is there, its; Jekyll and Hugo are packages of Debian.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner

from recommender.cli import main

SITES = Path(__file__).parent
GENERATORS = Path(sys.prefix) / "generators"
NODE_MODULES = GENERATORS / "node_modules"
SEARCHED = os.pathsep.join((str(NODE_MODULES / ".bin"), str(GENERATORS / "python" / "bin"), os.environ["PATH"]))
LINK = re.compile(r'<a class="related" href="([^"]*)"')


def write_lists(corpus: Path, models: Path) -> None:
    for command in (["train"], ["enrich", "--limit", "5"], ["export", "--limit", "5", "--out", corpus / "lists.jsonl"]):
        result = CliRunner().invoke(main, [str(word) for word in (*command, corpus, "--models", models)])
        assert result.exit_code == 0, result.output


def check_links(built: Path, drafts: Collection[str], *, base_path: str) -> int:
    """Follow the links of all lists in the built pages; returns how many there are."""
    links = [link for page in built.rglob("*.html") for link in LINK.findall(page.read_text(encoding="utf-8"))]
    for link in map(unescape, links):
        assert link not in drafts
        path = unquote(urlsplit(link).path)
        assert path.startswith(f"{base_path}/"), f"{link!r} leads nowhere"
        path = path.removeprefix(base_path).lstrip("/")
        assert (built / path).is_file() or (built / path / "index.html").is_file(), f"{link} leads nowhere"
    return len(links)


@pytest.mark.long
@pytest.mark.parametrize(
    ("generator", "command", "built", "base_path"),
    [
        ("jekyll", ["jekyll", "build", "--disable-disk-cache"], "_site", "/news"),
        ("hugo", ["hugo"], "public", ""),
        ("eleventy", ["eleventy"], "_site", "/news"),
        ("hexo", ["hexo", "generate"], "public", "/news"),
        ("astro", ["astro", "build"], "dist", "/base"),
        ("vitepress", ["vitepress", "build", "docs"], "docs/.vitepress/dist", "/base"),
        ("pelican", ["pelican", "--settings", "publishconf.py"], "output", ""),
        ("nikola", ["nikola", "build"], "output", ""),
        ("nuxt", ["nuxt", "generate"], ".output/public", "/news"),
        ("nextjs", ["next", "build", "--webpack"], "out", "/news"),
        ("sveltekit", ["vite", "build"], "build", "/news"),
    ],
)
def test_every_link_of_every_list_leads_to_a_built_page(
    generator: str, command: Sequence[str], built: str, base_path: str, tmp_path: Path
) -> None:
    program = shutil.which(command[0], path=SEARCHED)
    if program is None:
        pytest.skip(f"{generator} is not installed")
    site = tmp_path / "site"
    shutil.copytree(SITES / generator, site)
    shutil.copytree(SITES / "templates" / generator, site, dirs_exist_ok=True)
    if NODE_MODULES.is_dir():
        (site / "node_modules").symlink_to(NODE_MODULES)
    write_lists(site, tmp_path / "models")
    found = subprocess.run(
        [program, *command[1:]],
        cwd=site,
        env={**os.environ, "ASTRO_TELEMETRY_DISABLED": "1", "NEXT_TELEMETRY_DISABLED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    pages = json.loads((SITES / generator / "expected.json").read_text(encoding="utf-8")).values()
    drafts = {page["address"] for page in pages if page["draft"]}
    assert check_links(site / built, drafts, base_path=base_path) > 0
