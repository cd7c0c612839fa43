"""`ListStyle`: the key, shape and formatting of a site's lists, learnt from its existing lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from recommender.articles import Article
from recommender.corpus import ArticleFile, Corpus, ShapeName
from recommender.errors import FrontMatterError
from recommender.frontmatter import Format, FrontMatter, Value, parse_front_matter, split_front_matter
from recommender.sources import LIST_KEYS, get_list_keys, get_list_value
from recommender.writing.list_shape import ListShape
from recommender.writing.toml_style import format_toml_entry, format_toml_text
from recommender.writing.yaml_style import ListItem, YamlStyle

_SAMPLE = 100  # files that the style is learnt from
_DROPS_UNKNOWN_KEYS = ("zola",)  # generators whose templates see unknown keys only within `extra`


@dataclass(frozen=True, slots=True)
class ListStyle:
    """How a site writes its lists.

    Attributes:
        path: the keys that lead to the list of a file that has none yet, such as `("extra", "related")`.
        shape: the kind of items.
        yaml: how YAML is quoted and indented.
    """

    path: tuple[str, ...] = ("related",)
    shape: ListShape = field(default_factory=ListShape)
    yaml: YamlStyle = field(default_factory=YamlStyle)

    @classmethod
    def learn(cls, root: Path, corpus: Corpus, *, shape: ShapeName | None = None) -> Self:
        """Learn the style of a corpus that was read from `root`.

        It is learnt from an evenly spaced sample of files with curated lists; if there are none, of files with lists
        that this program wrote; otherwise of all files.

        Args:
            shape: the kind of items; by default it is learnt.
        """
        curated = [file for file in corpus.article_files if has_curated(file)]
        listed = curated or [file for file in corpus.article_files if file.written is not None]
        front_matters = [front_matter for _, front_matter in _sample(root, curated or corpus.article_files)]
        items: list[Value] = []
        for file, front_matter in _sample(root, listed):
            with suppress(FrontMatterError):
                items += _own_items(parse_front_matter(front_matter, path=file.path), file)
        paths = Counter(file.list_path for file in listed)
        if not listed and corpus.list_forms:  # comma-separated names rather than a YAML list
            form = max(corpus.list_forms, key=lambda form: corpus.list_forms[form])
            paths, shape = Counter([(form.key,)]), shape or form.shape
        return cls(
            max(paths, key=lambda path: paths[path]) if paths else _default_path(corpus),
            ListShape.from_items(items, corpus.articles, name=shape),
            YamlStyle.from_front_matters(
                (one.text for one in front_matters if one.format == "yaml"), list_keys=_list_keys(corpus)
            ),
        )

    def item_of(self, article: Article, format: Format) -> ListItem | None:
        """The item for an article; `None` where it can't be written in the site's shape."""
        item = self.shape.item_of(article)
        if item is None or item == "":
            return None
        return self._format_yaml(item) if format == "yaml" else _format_toml(item)

    def path_in(self, file: ArticleFile) -> tuple[str, ...]:
        """The keys that lead to a file's list: the file's own if it has a list, otherwise the site's."""
        return file.list_path or self.path

    def _format_yaml(self, item: Mapping[str, Any] | str) -> ListItem:
        if isinstance(item, str):
            return self.yaml.format_text(item, key=self.path[-1])
        return self.yaml.format_entry(item)


def has_curated(file: ArticleFile) -> bool:
    """Whether a file's list begins with curated entries."""
    return file.list_state == "curated" or (file.written is not None and file.written.curated > 0)


def _sample(root: Path, files: Sequence[ArticleFile]) -> Iterator[tuple[ArticleFile, FrontMatter]]:
    """Evenly spaced files with their front matter, without those that can't be read any more."""
    for file in files[:: -(-len(files) // _SAMPLE) or 1]:
        with suppress(OSError, FrontMatterError):
            front_matter = split_front_matter((root / file.path).read_bytes(), path=file.path)
            if front_matter is not None:
                yield file, front_matter


def _own_items(fields: Mapping[str, Value], file: ArticleFile) -> Sequence[Value]:
    """The curated items at the head of a file's list, or if there are none, those that this program wrote."""
    value = get_list_value(fields, file.list_path) if file.list_state in ("curated", "written") else []
    items = value if isinstance(value, list) else []
    return items[: file.written.curated] if file.written is not None and file.written.curated else items


def _format_toml(item: Mapping[str, Any] | str) -> ListItem:
    return format_toml_text(item) if isinstance(item, str) else format_toml_entry(item)


def _list_keys(corpus: Corpus) -> Sequence[str]:
    return get_list_keys(corpus.found_files.site) if corpus.found_files else LIST_KEYS


def _default_path(corpus: Corpus) -> tuple[str, ...]:
    found = corpus.found_files
    is_dropped = found is not None and found.site.generator in _DROPS_UNKNOWN_KEYS
    key = (found.site.list_key if found else "") or "related"
    return ("extra", key) if is_dropped else (key,)
