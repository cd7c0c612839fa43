"""`ListLayout`: locates an article's list in its front matter, in either format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter.front_matter import FrontMatter
from recommender.frontmatter.layouts.toml_layout import TomlLayout
from recommender.frontmatter.layouts.yaml_layout import YamlLayout

ListLayout: TypeAlias = YamlLayout | TomlLayout

LISTS_ARE_WRITTEN_INTO = ("yaml", "toml")


def find_list_layout(
    front_matter: FrontMatter, events: Sequence[yaml.Event], *, key: tuple[str, ...], path: str
) -> ListLayout:
    """Find the list under a key, or where a new one would be inserted.

    Args:
        events: the events that `parse_yaml` collected; for YAML only.
        key: the keys that lead to the list, such as `("extra", "related")`.

    Raises:
        FrontMatterError: no list can be inserted.
    """
    if front_matter.format == "toml":
        return TomlLayout.of(front_matter.text, key=key, path=path)
    if front_matter.format != "yaml":
        raise FrontMatterError("lists are written into YAML and TOML alone", path=path)
    if len(key) > 1:
        raise FrontMatterError(f"in YAML lists are written at the top level, and not into `{key[0]}`", path=path)
    return YamlLayout.of(front_matter.text, events, path=path, key=key[0], first_line=front_matter.line)
