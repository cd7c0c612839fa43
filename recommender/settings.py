"""Every setting of training and look-ups, with its unit, default and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, get_type_hints

import msgspec
import yaml
from msgspec import Meta

from recommender.errors import SettingsError

Terms: TypeAlias = Literal["ngrams", "stems", "words"]
Published: TypeAlias = Literal["any", "only"]
LanguageChoice: TypeAlias = Literal["any", "own"]
CopiesChoice: TypeAlias = Literal["one", "any"]
SeriesChoice: TypeAlias = Literal["first", "ignore"]

_Terms: TypeAlias = Annotated[Terms, Meta(description="one of ngrams, stems, words")]
_Length: TypeAlias = Annotated[int, Meta(ge=1, le=8)]
_LENGTHS = "two whole numbers from 1 to 8, the smaller first"
_Lengths: TypeAlias = Annotated[tuple[_Length, _Length], Meta(description=_LENGTHS)]
_Share: TypeAlias = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
_Days: TypeAlias = Annotated[Annotated[float, Meta(gt=0)] | None, Meta(description="above 0, or null")]
_Switch: TypeAlias = Annotated[bool, Meta(description="true or false")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of training and look-ups, validated on construction.

    `dataclasses.replace` overrides some of them and keeps the others.
    """

    # --- text analysis
    title_terms: _Terms = "ngrams"
    """Titles are short and inflected: character n-grams match where whole words do not."""
    title_ngrams: _Lengths = (3, 3)
    """Minimum and maximum length, in characters, of the n-grams within each word of a title."""
    title_across_words: _Switch = False
    """Whether n-grams of a title also span two adjacent words, since word order carries information."""
    excerpt_terms: _Terms = "ngrams"
    """N-grams rank as well as stems and n-grams together, in any language; `stems` needs a quarter of the memory."""
    excerpt_ngrams: _Lengths = (4, 4)
    """The same for the excerpt, which is long enough for longer, rarer n-grams."""
    excerpt_holds_title: _Switch = True
    """Whether the excerpt field includes the title, since a word of one title may be in another article's excerpt."""
    unspaced_ngrams: _Lengths = (2, 3)
    """N-gram lengths for scripts without spaces between words (Chinese, Japanese, Thai …), in both fields."""
    idf_power: Annotated[float, Meta(ge=0, le=2, description="a number from 0 to 2")] = 0.75
    """A term's weight is its IDF to this power, 0 to 2: in short texts common words matter more than IDF assumes."""
    text_count_power: Annotated[_Share | None, Meta(description="a number from 0 to 1, or null")] = None
    """A term that occurs n times in a text counts n to this power, 0 to 1; `null` for 1 + log(n). `train` uses 0.7 if
    most articles have no date: in documentation, what a page repeats is what it is about."""

    # --- similarity
    title_weight: _Share = 0.5
    """The title's share of the similarity, 0 to 1; excerpt and text share the rest."""
    text_weight: _Share = 0.0
    """The text's share of that rest, 0 to 1; the excerpt has the remainder. `train` uses texts if most articles have
    one; with 0 they are not read."""
    language: Annotated[LanguageChoice, Meta(description="any or own")] = "any"
    """`own` only suggests articles in the same language; `train` chooses it if articles declare several."""
    half_life_days: _Days = 7.0
    """Days between two articles that halve a score; `None` ignores time. News becomes irrelevant within weeks."""
    newer_stretch: Annotated[float, Meta(gt=0, le=100, description="a number above 0, at most 100")] = 1.5
    """The half-life is this many times as long for newer candidates, up to 100: editors follow a story forwards."""
    evergreen: _Share = 0.0
    """The share of a similarity that does not decay, 0 to 1: some subjects stay relevant, while stories pass."""
    window_days: _Days = None
    """Days after which only the evergreen share is left; `None` for no window."""
    min_similarity: _Share = 0.0
    """Minimum similarity of a suggestion, 0 to 1, whatever its age."""
    other_provider: _Share = 1.0
    """The factor of a score for articles of two different providers, 0 to 1: editors may prefer their own."""
    hub_exponent: _Share = 0.4
    """How much hubs (articles similar to almost everything) are demoted, 0 (not at all) to 1."""

    learn: _Switch = True
    """Whether `train` tunes the settings above, and term weights, on the curated links."""

    # --- lists
    limit: Annotated[int, Meta(ge=1, le=1000, description="a whole number from 1 to 1000")] = 10
    """Entries in a list if the caller gives no number, 1 to 1000."""
    min_score: _Share = 0.0
    """Suggestions with a lower score are left out, 0 to 1; articles without a common term always are."""
    published: Annotated[Published, Meta(description="any or only")] = "any"
    """`only` never suggests articles with `published: false`. `train` chooses it if the site's generator builds no page
    for them, unless most articles have that flag."""
    copies: Annotated[CopiesChoice, Meta(description="one or any")] = "one"
    """`one` suggests one of several copies of a text, the original, and never a copy of the article itself. `train`
    chooses `any` if editors link copies."""
    series: Annotated[SeriesChoice, Meta(description="first or ignore")] = "first"
    """`first` starts the list of a part of a series with the other parts. `train` chooses `ignore` if editors leave
    them out."""

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingsError: a value is invalid; the error says which are allowed.
        """
        for name, annotation in annotations_of(Settings).items():
            check_setting(name, getattr(self, name), annotation)
        for name in ("title_ngrams", "excerpt_ngrams", "unspaced_ngrams"):
            lengths = getattr(self, name)
            if list(lengths) != sorted(lengths):
                raise SettingsError(f"{name} is {lengths!r}; it must be {_LENGTHS}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """The default settings with some fields overridden, from plain values.

        Raises:
            SettingsError: an unknown name, or a value that is not allowed.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise SettingsError(f"{name!r} is not a setting; the settings are {', '.join(known)}")
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**given)

    def to_mapping(self) -> dict[str, Any]:
        """The settings as plain values, for JSON and `from_mapping`."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@cache
def annotations_of(settings: type) -> dict[str, Any]:
    """The annotated type of each field of a settings class."""
    return get_type_hints(settings, include_extras=True)


def check_setting(name: str, value: object, annotation: Any) -> None:
    """Check a value against an annotated type, whose `msgspec.Meta` describes the allowed values.

    Raises:
        SettingsError: the value is invalid.
    """
    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError as error:
        [allowed] = [meta.description for meta in annotation.__metadata__ if isinstance(meta, Meta)]
        raise SettingsError(f"{name} is {value!r}; it must be {allowed}") from error


def read_overrides(path: Path) -> dict[str, Any]:
    """Read overrides of settings from a YAML file, one `name: value` per line.

    Raises:
        SettingsError: the file can't be read, is not YAML, or has an unknown name or a value that is not allowed.
    """
    try:
        values = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{path}: the settings can't be read: {why}") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: settings are `name: value` lines")
    overrides = {str(name): value for name, value in values.items()}
    try:
        Settings.from_mapping(overrides)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error
    return overrides
