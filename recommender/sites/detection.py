"""Which kind of site a corpus is part of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from recommender.errors import CorpusError
from recommender.sites.generator import Generator
from recommender.sites.generators import ALL
from recommender.sites.site import Site, is_language_code, normalise_language

GENERATORS = tuple(generator.name for generator in ALL)
"""The names of all kinds of site, in the order in which they are tried."""

_OF_PAGES = ("legal", "page", "pages")  # sections whose pages stand by themselves
_LEVELS_ABOVE = 5  # where no repository's root ends the search


def find_site(corpus: Path, files: Sequence[str], *, generator: str | None = None) -> Site:
    """What the files of a folder mean.

    Args:
        corpus: the folder.
        files: its article files, relative to it.
        generator: the kind of site, one of `GENERATORS`; without it, the configuration at or above the corpus says it,
            else the look of its files.

    Raises:
        CorpusError: there is no such kind of site.
    """
    if generator is not None and generator not in GENERATORS:
        raise CorpusError(f"there is no kind of site called {generator!r}; there are {', '.join(GENERATORS)}")
    tried = [one for one in ALL if generator in (None, one.name)]
    site = _configured(corpus.resolve(), tried) or _recognised(corpus.resolve(), files, tried)
    if site is None:
        site = Site(generator=tried[0].name, reason="it was named so")
    for complete in (_with_language_folders, _with_language_suffixes, _with_resources, _with_standalone_folders):
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


def _recognised(corpus: Path, files: Sequence[str], tried: Sequence[Generator]) -> Site | None:
    for generator in tried:
        if generator.recognise is not None and (site := generator.recognise(corpus, files)) is not None:
            return site
    return None


def _with_language_folders(site: Site, files: Sequence[str]) -> Site:
    """Sibling folders called as languages, which share a file's name, hold translations: no site has to declare it."""
    # Where suffixes are declared, such a folder is one like others.
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
    """Files of one name that end in `.de`, `.en` … are translations, even where no configuration declares it.

    The original may have no such ending.
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
    """Where a page is a folder with an `index` file, all else in that folder is a part of it."""
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
    """Set pages apart that lie directly in a content folder or in a section of pages, unless most pages do."""
    if not site.has_sections:
        return site
    roots = {folder.removeprefix(".") for folder in (*site.content_folders, *site.language_folders)}
    sections = {f"{root}/{name}".removeprefix("/") for root in roots for name in _OF_PAGES}
    folders = Counter(site.bundle_folder(site.path_of(file)) for file in files if site.has(file))
    few = [some for some in (roots, sections) if 2 * sum(folders[folder] for folder in some) <= folders.total()]
    return replace(site, standalone_folders=tuple(sorted(set().union(*few))))
