"""Files into sources: which files a corpus has, and what each of them, by itself, says of its article."""

from recommender.sources.article_file import PostedForm, article_files, read_file, read_posted, stamp_of
from recommender.sources.frontmatter import MAX_BYTES, FrontMatter, Value, parse, split
from recommender.sources.parse_cache import CACHE_FOLDER, Readings
from recommender.sources.reader import Reader
from recommender.sources.related_block import Layout
from recommender.sources.source import LinkLine, ListState, Problem, Reading, Source
from recommender.sources.written_lists import NAME, Line, Lock, add, digest_of, read, write

__all__ = [
    "CACHE_FOLDER",
    "MAX_BYTES",
    "NAME",
    "FrontMatter",
    "Layout",
    "Line",
    "LinkLine",
    "ListState",
    "Lock",
    "PostedForm",
    "Problem",
    "Reader",
    "Reading",
    "Readings",
    "Source",
    "Value",
    "add",
    "article_files",
    "digest_of",
    "parse",
    "read",
    "read_file",
    "read_posted",
    "split",
    "stamp_of",
    "write",
]
