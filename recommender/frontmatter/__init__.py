"""Front matter: its position in a file and its values, from YAML, TOML, JSON or header lines.

Every scalar is read as text, so `title: no` stays "no" and dates stay as written; callers interpret the fields. For any
bytes, the result is either values or a `FrontMatterError` with file and line.
"""

from recommender.frontmatter.front_matter import MAX_FRONT_MATTER_BYTES, Format, FrontMatter, split_front_matter
from recommender.frontmatter.json_parser import parse_json
from recommender.frontmatter.layouts import LISTS_ARE_WRITTEN_INTO, ListLayout, TomlLayout, YamlLayout, find_list_layout
from recommender.frontmatter.parser import parse_front_matter
from recommender.frontmatter.toml_parser import load_toml
from recommender.frontmatter.values import Value, as_texts

__all__ = [
    "LISTS_ARE_WRITTEN_INTO",
    "MAX_FRONT_MATTER_BYTES",
    "Format",
    "FrontMatter",
    "ListLayout",
    "TomlLayout",
    "Value",
    "YamlLayout",
    "as_texts",
    "find_list_layout",
    "load_toml",
    "parse_front_matter",
    "parse_json",
    "split_front_matter",
]
