"""Front matter: where it lies in a file, and its values, from YAML, TOML, JSON or header lines.

Every scalar is read as text, so `title: no` stays "no" and a date stays as it was written; what a field means is for
its reader to say. Whatever the bytes, the result is values or a `FrontMatterError` with file and line.
"""

from recommender.frontmatter.front_matter import MAX_FRONT_MATTER_BYTES, FrontMatter, split_front_matter
from recommender.frontmatter.json_parser import parse_json
from recommender.frontmatter.parser import parse_front_matter
from recommender.frontmatter.related_block import FrontMatterLayout
from recommender.frontmatter.values import Value

__all__ = [
    "MAX_FRONT_MATTER_BYTES",
    "FrontMatter",
    "FrontMatterLayout",
    "Value",
    "parse_front_matter",
    "parse_json",
    "split_front_matter",
]
