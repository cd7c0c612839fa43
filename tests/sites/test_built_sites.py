"""Real generators build sites that lists were written into: every link of every list leads to a page that was built.

Each generator that is installed builds a copy of its tiny site (`make test-sites`; Debian has `jekyll` and `hugo`).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner

from recommender.cli import main

SITES = Path(__file__).parent
LINK = re.compile(r'<a class="related" href="([^"]*)"')
JEKYLL = '{% for entry in page.related %}<a class="related" href="{{ entry.url }}"></a>{% endfor %}{{ content }}'
HUGO = '{{ range .Params.related }}<a class="related" href="{{ .url }}"></a>{{ end }}{{ .Content }}'


def write_lists(corpus: Path, models: Path) -> None:
    for command in (["train", corpus, "--models", models], ["enrich", corpus, "--models", models, "--limit", "5"]):
        result = CliRunner().invoke(main, [str(word) for word in command])
        assert result.exit_code == 0, result.output


def check_links(built: Path, *, base_path: str = "") -> int:
    """Follow the links of all lists in the built pages; returns how many there are."""
    links = [link for page in built.rglob("*.html") for link in LINK.findall(page.read_text())]
    for link in links:
        path = unquote(urlsplit(link).path).removeprefix(base_path).lstrip("/")
        assert (built / path).is_file() or (built / path / "index.html").is_file(), f"{link} leads nowhere"
    return len(links)


@pytest.mark.long
@pytest.mark.parametrize(
    ("generator", "layout", "template", "command", "built", "base_path"),
    [
        ("jekyll", "_layouts/default.html", JEKYLL, ["jekyll", "build", "--disable-disk-cache"], "_site", "/news"),
        ("hugo", "layouts/_default/single.html", HUGO, ["hugo"], "public", ""),
    ],
)
def test_every_link_of_every_list_leads_to_a_built_page(
    generator: str, layout: str, template: str, command: Sequence[str], built: str, base_path: str, tmp_path: Path
) -> None:
    if shutil.which(generator) is None:
        pytest.skip(f"{generator} is not installed")
    site = tmp_path / "site"
    shutil.copytree(SITES / generator, site)
    (site / layout).parent.mkdir(parents=True, exist_ok=True)
    (site / layout).write_text(template)
    write_lists(site, tmp_path / "models")
    found = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert check_links(site / built, base_path=base_path) > 0
