import json
from pathlib import Path

AUTHOR = "Anna Ofen"
SITENAME = "The oven"
SITEURL = ""

PATH = "content"

TIMEZONE = "Europe/Paris"

DEFAULT_LANG = "en"

ARTICLE_URL = "posts/{date:%Y}/{date:%b}/{category}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"

THEME_TEMPLATES_OVERRIDES = ["templates"]
JINJA_GLOBALS = {
    "related": {one["id"]: one["related"] for one in map(json.loads, Path("lists.jsonl").read_text().splitlines())}
}
