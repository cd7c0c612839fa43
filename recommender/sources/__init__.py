"""Reads the files of a corpus into sources: articles as each file, by itself, describes them.

Whatever is wrong with a file is a `Problem` and never stops the rest. Lists that this program wrote into the files are
recognised by `.related.lock` and never count as curated.
"""

from recommender.sources.article_file import (
    PostedForm,
    digest_front_matter,
    find_article_files,
    read_file,
    read_posted,
)
from recommender.sources.frontmatter import (
    MAX_FRONT_MATTER_BYTES,
    FrontMatter,
    Value,
    parse_front_matter,
    split_front_matter,
)
from recommender.sources.jsonl import MAX_LINE_BYTES, digest_jsonl, read_jsonl
from recommender.sources.parse_cache import PARSE_CACHE_FILE, ParseCache
from recommender.sources.related_block import FrontMatterLayout
from recommender.sources.source import LinkLine, ListState, ParsedFile, Problem, Source
from recommender.sources.source_reader import SourceReader
from recommender.sources.written_lists import (
    WRITTEN_LISTS_FILE,
    WrittenList,
    WrittenLists,
    append_written_lists,
    digest_list,
    read_written_lists,
    replace_written_lists,
)

__all__ = [
    "MAX_FRONT_MATTER_BYTES",
    "MAX_LINE_BYTES",
    "PARSE_CACHE_FILE",
    "WRITTEN_LISTS_FILE",
    "FrontMatter",
    "FrontMatterLayout",
    "LinkLine",
    "ListState",
    "ParseCache",
    "ParsedFile",
    "PostedForm",
    "Problem",
    "Source",
    "SourceReader",
    "Value",
    "WrittenList",
    "WrittenLists",
    "append_written_lists",
    "digest_front_matter",
    "digest_jsonl",
    "digest_list",
    "find_article_files",
    "parse_front_matter",
    "read_file",
    "read_jsonl",
    "read_posted",
    "read_written_lists",
    "replace_written_lists",
    "split_front_matter",
]
