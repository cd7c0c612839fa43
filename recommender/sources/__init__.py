"""Reads the files of a corpus into sources: one article as its file describes it, by the site's conventions.

Faults in a file become a `Problem` and never stop the reading of other files. Lists that this program wrote into files
are recognised by `.related.lock` and never count as curated.
"""

from recommender.sources.article_fields import AMBIGUOUS_DATE, HIDING_STATUS, UNREADABLE_DATE
from recommender.sources.article_file import PostedForm, digest_front_matter, read_body, read_file, read_posted
from recommender.sources.article_files import FileChoice, FoundFiles, find_article_files
from recommender.sources.curated_lists import LIST_KEYS, NAME_KEYS, get_list_keys, get_list_value
from recommender.sources.jsonl import MAX_LINE_BYTES, digest_jsonl, read_jsonl
from recommender.sources.parse_cache import PARSE_CACHE_FILE, ParseCache, digest_program
from recommender.sources.source import LinkLine, ListState, ParsedFile, Problem, Source
from recommender.sources.source_reader import SourceReader
from recommender.sources.written_lists import (
    WRITTEN_LISTS_FILE,
    Written,
    WrittenList,
    WrittenLists,
    append_written_lists,
    digest_list,
    read_written_lists,
    replace_written_lists,
)

__all__ = [
    "AMBIGUOUS_DATE",
    "HIDING_STATUS",
    "LIST_KEYS",
    "MAX_LINE_BYTES",
    "NAME_KEYS",
    "PARSE_CACHE_FILE",
    "UNREADABLE_DATE",
    "WRITTEN_LISTS_FILE",
    "FileChoice",
    "FoundFiles",
    "LinkLine",
    "ListState",
    "ParseCache",
    "ParsedFile",
    "PostedForm",
    "Problem",
    "Source",
    "SourceReader",
    "Written",
    "WrittenList",
    "WrittenLists",
    "append_written_lists",
    "digest_front_matter",
    "digest_jsonl",
    "digest_list",
    "digest_program",
    "find_article_files",
    "get_list_keys",
    "get_list_value",
    "read_body",
    "read_file",
    "read_jsonl",
    "read_posted",
    "read_written_lists",
    "replace_written_lists",
]
