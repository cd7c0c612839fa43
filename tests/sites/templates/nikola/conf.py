import json
import time
from pathlib import Path

BLOG_AUTHOR = "Anna Ofen"
BLOG_TITLE = "The oven"
SITE_URL = "https://example.org/"
BLOG_EMAIL = "anna@example.org"
BLOG_DESCRIPTION = "Of clay and bread"

DEFAULT_LANG = "en"
TRANSLATIONS = {
    DEFAULT_LANG: "",
    "fr": "./fr",
}

POSTS = (
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.md", "posts", "post.tmpl"),
)
PAGES = (("pages/*.md", "", "page.tmpl"),)

CONTENT_FOOTER = "Contents &copy; {date}".format(date=time.gmtime().tm_year)

URL_TYPE = "full_path"
GLOBAL_CONTEXT = {
    "related": {one["id"]: one["related"] for one in map(json.loads, Path("lists.jsonl").read_text().splitlines())}
}
