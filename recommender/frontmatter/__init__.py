"""Front matter: where it lies in a file, and its values, from YAML, TOML, JSON or header lines.

Every scalar is read as text, so `title: no` stays "no" and a date stays as it was written; what a field means is for
its reader to say. Whatever the bytes, the result is values or a `FrontMatterError` with file and line.
"""

from recommender.frontmatter.front_matter import MAX_FRONT_MATTER_BYTES, Format, FrontMatter, split_front_matter
from recommender.frontmatter.json_parser import parse_json
from recommender.frontmatter.layouts import (
    LISTS_ARE_WRITTEN_INTO,
    ListLayout,
    TomlLayout,
    YamlLayout,
    find_list_layout,
    load_toml,
)
from recommender.frontmatter.parser import parse_front_matter
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
