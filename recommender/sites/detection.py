"""Detects the kind of site that a corpus is part of."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath

from recommender.errors import CorpusError
from recommender.sites.generator import Generator
from recommender.sites.generators import ALL
from recommender.sites.site import Site, is_language_code, normalise_language
from recommender.storage import open_regular_file

GENERATORS = tuple(generator.name for generator in ALL)
"""The names of all kinds of site, in the order in which they are tried."""

_NO_PAGES = ("_*", "*.html", "*.txt")  # of a site of pages: includes, layouts and lists made from data
_OF_PAGES = ("legal", "page", "pages")  # sections of standalone pages
_MOST_STANDALONE = 20  # standalone pages in each language; more are articles
_LEVELS_ABOVE = 5  # searched for configuration, unless a repository's root is found earlier
_LEVELS_BELOW = 3
_MOST_NAMED = 5
_CONFIGURED = frozenset({"config", ".vitepress", ".vuepress"})
_CONFIGURATIONS = (".toml", ".yml", ".yaml", ".json", ".js", ".mjs", ".cjs", ".ts", ".mts", ".py", ".rb")
_FENCE_BYTES = 64  # bytes searched for the opening fence, which blank lines may precede


def find_site(corpus: Path, files: Sequence[str], *, generator: str | None = None) -> Site:
    """Detect the site and conventions of a folder.

    Args:
        corpus: the folder.
        files: its article files, relative to it.
        generator: the kind of site, one of `GENERATORS`; by default it is detected from the configuration at or above
            the corpus, else from its files, else from the configuration of the only site in one of its folders.

    Raises:
        CorpusError: there is no such kind of site.
    """
    if generator is not None and generator not in GENERATORS:
        raise CorpusError(f"there is no kind of site called {generator!r}; there are {', '.join(GENERATORS)}")
    tried = [one for one in ALL if generator in (None, one.name)]
    root = corpus.resolve()
    site = _configured(root, tried)
    if site is None:
        below = _configured_below(root, files, tried)
        site = _only_one(root, files, below) or _recognised(root, files, tried, below)
    if site is None:
        site = Site(generator=tried[0].name, reason="it was named so")
    for complete in (
        _with_pages,
        _with_language_folders,
        _with_language_suffixes,
        _with_resources,
        _with_standalone_folders,
    ):
        site = complete(site, files)
    return site


def _configured(corpus: Path, tried: Sequence[Generator]) -> Site | None:
    for level, root in enumerate((corpus, *corpus.parents)):
        for generator in tried:
            if generator.configure is not None and (site := generator.configure(root)) is not None:
                within = corpus.relative_to(root).as_posix()
                return replace(site, corpus="" if within == "." else within)
        if (root / ".git").exists() or level == _LEVELS_ABOVE:
            return None
    return None


def _configured_below(corpus: Path, files: Sequence[str], tried: Sequence[Generator]) -> dict[str, Site]:
    """The sites whose roots are folders of the corpus, by path, without sites within other sites."""
    sites: dict[str, Site] = {}
    folders = {posixpath.dirname(file) for file in files}
    parents = {parent for folder in folders for parent in (PurePosixPath(folder), *PurePosixPath(folder).parents)}
    for path in sorted(parents, key=lambda path: (len(path.parts), path)):
        if not 0 < len(path.parts) <= _LEVELS_BELOW or any(str(above) in sites for above in path.parents):
            continue
        if _may_be_configured(corpus / path):
            found = (one.configure(corpus / path) for one in tried if one.configure is not None)
            if (site := next(filter(None, found), None)) is not None:
                sites[str(path)] = replace(site, below=str(path), reason=f"in {path}, {site.reason}")
    return sites


def _only_one(corpus: Path, files: Sequence[str], sites: Mapping[str, Site]) -> Site | None:
    """The only site within the corpus, if there is exactly one and it holds most of the articles."""
    if len(sites) != 1:
        return None
    (site,) = sites.values()
    within = [file for file in files if site.has(file)]
    beside = [file for file in files if not file.startswith(f"{site.below}/")]
    is_most = within and _count_front_matter(corpus, within) >= _count_front_matter(corpus, beside)
    return site if is_most else None


def _reason_of(sites: Mapping[str, Site]) -> str:
    """The sites that a plain folder holds, as its reason; empty where there are none."""
    named = [f"{path} ({site.generator})" for path, site in islice(sites.items(), _MOST_NAMED)]
    if len(sites) > _MOST_NAMED:
        named.append("others")
    if len(named) < 2:
        return f"a site lies in {named[0]}; give its path if that is meant" if named else ""
    return f"sites lie in {', '.join(named[:-1])} and {named[-1]}; give the path of one"


def _count_front_matter(corpus: Path, files: Sequence[str]) -> int:
    """The number of files that begin with front matter."""
    return sum(map(_has_front_matter, map(corpus.joinpath, files)))


def _may_be_configured(folder: Path) -> bool:
    """Whether a folder seems to contain configuration: a prefilter before trying every generator."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name in _CONFIGURED or name.endswith(_CONFIGURATIONS) for name in names)


def _has_front_matter(file: Path) -> bool:
    try:
        with open_regular_file(file) as stream:
            return stream.read(_FENCE_BYTES).lstrip(b"\xef\xbb\xbf\r\n").startswith((b"---", b"+++", b"{"))
    except OSError:
        return False


def _recognised(
    corpus: Path, files: Sequence[str], tried: Sequence[Generator], below: Mapping[str, Site]
) -> Site | None:
    """The site recognised from files that belong to no site below; the reason for a plain folder names those sites."""
    if below:
        files = [file for file in files if not any(str(folder) in below for folder in PurePosixPath(file).parents)]
    for generator in tried:
        if generator.recognise is not None and (site := generator.recognise(corpus, files)) is not None:
            is_plain = site.generator == "folder" and not site.named_by_files
            return replace(site, reason=(is_plain and _reason_of(below)) or site.reason)
    return None


def _with_pages(site: Site, files: Sequence[str]) -> Site:
    """Treat a site without posts as one of pages, as documentation is."""
    if not site.page_folders or any(map(site.has, files)):
        return site
    return replace(site, content_folders=site.page_folders, excluded=(*site.excluded, *_NO_PAGES))


def _with_language_folders(site: Site, files: Sequence[str]) -> Site:
    """Treat sibling folders with language names that share a file name as translations, even if not declared."""
    # If suffixes are declared, such a folder is an ordinary one.
    if site.language_folders or site.language_suffixes or site.generator == "news-archive":
        return site
    below: dict[str, dict[str, set[str]]] = {}
    for file in filter(site.has, files):
        parts = PurePosixPath(site.path_of(file)).parts
        for depth, part in enumerate(parts[:-1]):
            if is_language_code(part):
                names = below.setdefault("/".join(parts[:depth]), {}).setdefault(part, set())
                names.add("/".join(parts[depth + 1 :]))
                break
    folders = {}
    for parent, languages in below.items():
        for language, names in languages.items():
            if any(names & others for other, others in languages.items() if other != language):
                folders[f"{parent}/{language}".lstrip("/")] = normalise_language(language)
    return replace(site, language_folders=folders) if folders else site


def _with_language_suffixes(site: Site, files: Sequence[str]) -> Site:
    """Treat files with one name and the suffixes `.de`, `.en` … as translations, even if not declared.

    The original may have no suffix.
    """
    if site.languages or site.language_folders or site.generator == "news-archive":
        return site
    of_stem: dict[str, set[str]] = {}
    for file in filter(site.has, files):
        path = PurePosixPath(file)
        stem, _, suffix = path.stem.rpartition(".")
        is_translation = stem != "" and is_language_code(suffix)
        name = stem if is_translation else path.stem
        of_stem.setdefault(str(path.with_name(name)), set()).add(suffix if is_translation else "")
    return replace(site, language_suffixes=any(len(suffixes) > 1 for suffixes in of_stem.values()))


def _with_resources(site: Site, files: Sequence[str]) -> Site:
    """Treat other files in the folder of an `index` file as parts of that page."""
    if not site.has_resources:
        return site
    paths = [site.path_of(file) for file in files if site.has(file)]
    indexes = {path: str(PurePosixPath(path).parent) for path in paths if site.stem_of(path) == "index"}
    bundles = set(indexes.values()).difference(site.content_folders)

    def is_resource(path: str) -> bool:
        # Of an index, the folders above its own.
        folder = PurePosixPath(indexes.get(path, path))
        return any(str(parent) in bundles for parent in folder.parents)

    return replace(site, resources=frozenset(filter(is_resource, paths)))


def _with_standalone_folders(site: Site, files: Sequence[str]) -> Site:
    """Treat pages directly in a content folder or in a section of pages as standalone, unless many or most are."""
    if not site.has_sections:
        return site
    roots = {folder.removeprefix(".") for folder in (*site.content_folders, *site.language_folders)}
    sections = {f"{root}/{name}".removeprefix("/") for root in roots for name in _OF_PAGES}
    folders = Counter(site.bundle_folder(site.path_of(file)) for file in files if site.has(file))
    most = min(_MOST_STANDALONE * max(len(site.languages), 1), folders.total() // 2)
    few = [some for some in (roots, sections) if sum(folders[folder] for folder in some) <= most]
    return replace(site, standalone_folders=tuple(sorted(set().union(*few))))
