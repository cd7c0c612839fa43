"""Parses front matter in any of its formats."""

from __future__ import annotations

import yaml

from recommender.frontmatter.front_matter import FrontMatter
from recommender.frontmatter.header_parser import parse_header
from recommender.frontmatter.json_parser import parse_json
from recommender.frontmatter.toml_parser import parse_toml
from recommender.frontmatter.values import Value
from recommender.frontmatter.yaml_parser import parse_yaml


def parse_front_matter(
    front_matter: FrontMatter, *, path: str, events: list[yaml.Event] | None = None
) -> dict[str, Value]:
    """Parse a front matter; every scalar is a `str`, and the last of two equal keys wins.

    Args:
        events: collects the events of YAML, which hold the positions of the values.

    Raises:
        FrontMatterError: it is invalid, not a mapping, or nested too deep; the line is counted in the file.
    """
    text, line = front_matter.text, front_matter.line
    if front_matter.format == "yaml":
        return parse_yaml(text, path=path, line=line, events=events)
    if front_matter.format == "toml":
        return parse_toml(text, path=path, line=line)
    if front_matter.format == "json":
        # Hexo omits the braces.
        return parse_json((text if text.lstrip()[:1] == "{" else f"{{{text}}}").encode(), path=path, line=line)
    return parse_header(text)
