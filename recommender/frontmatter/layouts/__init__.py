"""Layouts: locate an article's list in the text of its front matter (YAML or TOML), and edit it in place."""

from recommender.frontmatter.layouts.list_layout import LISTS_ARE_WRITTEN_INTO, ListLayout, find_list_layout
from recommender.frontmatter.layouts.toml_layout import TomlLayout
from recommender.frontmatter.layouts.yaml_layout import YamlLayout

__all__ = ["LISTS_ARE_WRITTEN_INTO", "ListLayout", "TomlLayout", "YamlLayout", "find_list_layout"]
