"""Dates without an offset are in the time zone that a site's configuration names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_sites import make_site

from recommender.sources import find_article_files, read_file

HEXO = {"_config.yml": "timezone: Asia/Shanghai", "package.json": '{"dependencies": {"hexo": "8"}}'}
PELICAN = {"pelicanconf.py": "PATH = 'content'\nTIMEZONE = 'Asia/Shanghai'"}
NIKOLA = {"conf.py": "SITE_URL = ''\nTIMEZONE = 'Asia/Shanghai'\nPOSTS = (('posts/*.md', 'posts', 'post.tmpl'),)"}


@pytest.mark.parametrize(
    ("config", "file", "front_matter", "moment"),
    [
        (HEXO, "source/_posts/a.md", "date: 2013-07-13 02:46:25", "2013-07-12T18:46:25"),
        (HEXO, "source/_posts/a.md", "date: 2013/07/13 02:46", "2013-07-12T18:46"),
        (HEXO, "source/_posts/a.md", "date: 2013-07-13", "2013-07-12T16:00"),
        (HEXO, "source/_posts/2014-02-03-a.md", "x: 1", "2014-02-02T16:00"),
        (HEXO, "source/_posts/a.md", "date: 2013-07-13T02:46:25-08:00", "2013-07-13T10:46:25"),
        ({"_config.yml": "timezone: ''"}, "source/_posts/a.md", "date: 2013-07-13", "2013-07-13T00:00"),
        ({"_config.yml": "timezone: Moon/Sea"}, "source/_posts/a.md", "date: 2013-07-13", "2013-07-13T00:00"),
        (
            {"hugo.toml": "timeZone = 'Asia/Shanghai'"},
            "content/a.md",
            "date: 2013-07-13 02:46:25",
            "2013-07-12T18:46:25",
        ),
        (PELICAN, "content/a.md", "date: 2013-07-13 02:46", "2013-07-12T18:46"),
        (NIKOLA, "posts/a.md", "date: 2013-07-13 02:46:25", "2013-07-12T18:46:25"),
    ],
)
def test_dates_without_an_offset_are_in_the_sites_zone(
    tmp_path: Path, config: dict[str, str], file: str, front_matter: str, moment: str
) -> None:
    make_site(tmp_path, {**config, file: f"---\ntitle: A\n{front_matter}\n---\n"})
    (source,) = read_file(tmp_path, file, site=find_article_files(tmp_path).site).sources
    assert source.published_at == datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() / 86_400


def test_embargo_and_expiry_are_in_the_sites_zone(tmp_path: Path) -> None:
    fields = "publishDate: 2031-01-02\nexpiryDate: 2032-01-02 12:00:00"
    make_site(tmp_path, {"hugo.toml": "timeZone = 'Asia/Shanghai'", "content/a.md": f"---\ntitle: A\n{fields}\n---\n"})
    (source,) = read_file(tmp_path, "content/a.md", site=find_article_files(tmp_path).site).sources
    expected = (datetime(2031, 1, 1, 16, tzinfo=UTC), datetime(2032, 1, 2, 4, tzinfo=UTC))
    assert (source.visible_from, source.visible_until) == tuple(one.timestamp() / 86_400 for one in expected)
