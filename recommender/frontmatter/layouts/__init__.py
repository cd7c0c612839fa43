"""Where the list of an article stands in the text of its front matter, YAML or TOML, and the text with another list."""

from recommender.frontmatter.layouts.list_layout import LISTS_ARE_WRITTEN_INTO, ListLayout, find_list_layout
from recommender.frontmatter.layouts.toml_layout import TomlLayout, load_toml
from recommender.frontmatter.layouts.yaml_layout import YamlLayout

__all__ = ["LISTS_ARE_WRITTEN_INTO", "ListLayout", "TomlLayout", "YamlLayout", "find_list_layout", "load_toml"]
