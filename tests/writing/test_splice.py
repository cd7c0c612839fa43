"""Any list into any front matter: put in without harm to anything else, or refused; and known again afterwards."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples import examples
from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st
from round_trips import check_round_trip
from splices import FAST_READERS, PLACE, READERS, Trial, check_file, layout_of, region_of

from recommender.articles import Entry
from recommender.errors import FrontMatterError
from recommender.frontmatter import split_front_matter
from recommender.sources import WrittenList
from recommender.writing import YamlStyle

# How long a machine takes says nothing of the code; the same examples in every run.
few = settings(
    deadline=None,
    derandomize=True,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
many = settings(few, max_examples=examples(400))


# --- front matters

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.sampled_from(
    [
        *(
            "Pier",
            "渡轮 学会",
            "a: b",
            "a #b",
            "no",
            "12",
            "2019-12-01",
            "~",
            "a\u00a0b",
            "a\u3000",
            "🚢",
            "it's",
            "- a",
        ),
        *('say "a"', "a\u2028b", "a\x85b", "related: x", "secured: x", "x\trelated", "\ufeffa", "---", "...", "a\\b"),
    ]
)
ODD = st.text(LETTERS, max_size=8)


@st.composite
def scalars(draw: st.DrawFn, indent: int) -> str:
    """A value in some style, as it stands after the colon; without the last line break."""
    text = draw(WORDS | ODD)
    lead = " " * draw(st.integers(max(indent, 1), indent + 4))
    lines = draw(
        st.lists(st.sampled_from(["x", "  y", "# no comment", "", "related: z", "- a", "é"]), min_size=1, max_size=4)
    )
    style = draw(
        st.sampled_from(["plain", "plain", "single", "double", "literal", "folded", "lines", "quoted lines", "none"])
    )
    if style == "single":
        return " '{}'".format(text.replace("'", "''"))
    if style == "double":
        return f" {json.dumps(text, ensure_ascii=draw(st.booleans()))}"
    if style in ("literal", "folded"):
        mark = "|" if style == "literal" else ">"
        chomping = draw(st.sampled_from(["", "-", "+"]))
        hint = draw(st.sampled_from(["", str(max(len(lead) - indent, 1))]))
        return f" {mark}{hint}{chomping}\n" + "\n".join(lead + line if line else "" for line in lines)
    if style == "lines":
        return f" on\n{lead}and on\n\n{lead}related to it"
    if style == "quoted lines":
        return f' "on\n{lead}and\\\n\n{draw(st.sampled_from([lead, ""]))}related: on"'
    return "" if style == "none" else f" {text}"


@st.composite
def values(draw: st.DrawFn, indent: int = 0) -> str:
    """A value, as it stands after the colon of a key at this indent."""
    prop = draw(st.sampled_from(["", "", "", " &a", " &b", " !!str", " !x", " !<tag:x.example,2024:y>"]))
    comment = draw(st.sampled_from(["", "", "", "  # why", " #related: []"]))
    kind = draw(st.sampled_from(["scalar", "scalar", "flow", "list", "mapping", "alias"]))
    if kind == "scalar":
        return prop + draw(scalars(indent))
    if kind == "alias":
        return draw(st.sampled_from([" *a", " *b"])) + comment
    if kind == "flow":
        flow = [
            "[a, b]",
            "{a: b}",
            "[]",
            "{}",
            "[a,\n  {b: c}, # why\n d]",
            "[\n]",
            '{"a":[b]}',
            "[related: x]",
            "[*a]",
        ]
        return f"{prop} {draw(st.sampled_from(flow))}{comment}"
    lead = " " * (indent + draw(st.sampled_from([0, 2, 2, 4] if kind == "list" else [1, 2, 2, 4])))
    between = draw(st.sampled_from(["", "", "# between\n", "\n", f"{lead}# between\n"]))
    mark = "- " if kind == "list" else ""
    keys = draw(st.lists(st.sampled_from(["k", "related", "'q'", "12", "? x\n" + lead]), min_size=1, max_size=3))
    if kind == "list":
        inner = [
            draw(st.sampled_from(["a", "k: v", "- a", "\n", "k: v\n" + lead + "  l: w", "|\n" + lead + "    # text"]))
            for _ in keys
        ]
    else:
        inner = [f"{key}:{draw(scalars(len(lead)))}" for key in keys]
    return f"{prop}{comment}\n" + between.join(f"{lead}{mark}{item}\n" for item in inner).removesuffix("\n")


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A `related` key with what may be there for a list, or something else."""
    key = draw(st.sampled_from(["related", "related", "related", '"related"', "'related'", "related ", "? related\n"]))
    comment = draw(st.sampled_from(["", "", "", "  # the desk's"]))
    lead = draw(st.sampled_from(["", "  ", "  ", "    "]))
    entry = "- title: Quay\n  webUrl: https://quay.example\n  images:\n    - url: a\n"
    odd = "-\n  title: Quay\n\n  # why\n  excerpt: |\n    on\n    # and on\n\n- {title: Pier}\n"
    shapes = {
        "nothing": [f":{comment}\n", f": []{comment}\n", f": ~{comment}\n", ": null\n", ": [ ]\n", ": ''\n", ":\n\n\n"],
        "no": [": false\n", ": no\n", ": 12\n", ": {a: b}\n", ": >\n  text\n"],
        "flow": [f": [{{title: Quay}}, x]{comment}\n", ": [\n  a, # why\n  b\n  ]\n", ": [a,\nb]\n", ": [*a]\n"],
        "block": [
            entry,
            odd,
            "- a\n- https://b.example\n",
            f"- title: Quay{comment}\n# between\n- title: Pier\n",
            "- &c\n  title: C\n",
        ],
    }
    shape = draw(st.sampled_from(["nothing", "block", "block", "block", "flow", "no"]))
    text = draw(st.sampled_from(shapes[shape]))
    if shape == "block":
        text = f":{comment}\n" + "".join(
            lead + line if line.strip() else line for line in text.splitlines(keepends=True)
        )
    elif shape != "no":
        text += draw(st.sampled_from(["", "", "  # after\n", "# after\n"]))
    return key + text


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The inside of a front matter, mostly YAML and mostly an article's."""
    names = ["b", "type", "12", "'c d'", '"e"', "é", "<<", "excerpt", "relatedPin", "secured_by"]
    items = [f"{name}:{draw(values())}\n" for name in draw(st.lists(st.sampled_from(names), max_size=4, unique=True))]
    items += draw(
        st.lists(st.sampled_from(["\n", "\n\n", "# note\n", "  # note\n", "  \n", "? [a, b]\n: c\n"]), max_size=3)
    )
    items += [draw(lists()) for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 1, 1, 2])))]
    items += draw(st.sampled_from([[], ["secured: x\n"], ["\n", "# by the site\nsecured: >-\n  x\n"]]))
    items = draw(st.permutations(items))
    items.insert(draw(st.integers(0, len(items))), "title: Ferry\n")
    first = draw(st.sampled_from(["", "", "", "x: &a [y]\nz: &b w\n"]))
    last = draw(st.sampled_from(["", "", "", "", "\n", "...\n", "# end\n", "  # end\n\n"]))
    return first + "".join(items) + last


NEWSROOM = """category: news
title: "Ferry Agnes learns to park itself"
excerpt: "One \\"pier\\" less: she # moors alone"
publishedDateTime: 2024-03-01T12:00:00Z
published: true

provider:
  name: The Quay
  domain: quay.example

topics:
  - Ferries

related:
  - title: "Pier"
    publishedDateTime: 2024-03-02T12:00:00Z
    sourceUrl: https://quay.example/pier
    quality: 59
    images:
      - url: https://img.example/a
        width: 700
  - title: "Quay"
    excerpt: "Nothing"

secured: "rxcEbw=="
"""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """What looks like a newsroom's front matter, with something done to it."""
    text = draw(st.sampled_from([NEWSROOM, NEWSROOM.partition("related")[0], NEWSROOM.replace('"', "'")]))
    pieces = [
        "\n",
        " ",
        "  ",
        "#",
        " # x",
        "\n# x\n",
        ":",
        "- ",
        "|",
        ">",
        '"',
        "'",
        "[",
        "]",
        "&a ",
        "*a",
        "\t",
        "\r",
        "...",
    ]
    pieces += ["related: []\n", "related:\n", "secured: y\n", "\x85", "\u2028", "\u3000", "? ", "{", "\n\n", ""]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 0, 1, 2, 10]))
        text = text[:at] + draw(st.sampled_from(pieces)) + text[at + cut :]
    return text if text.endswith("\n") else f"{text}\n"


@st.composite
def files(draw: st.DrawFn, inside: st.SearchStrategy[str] | None = None) -> bytes:
    """A whole file."""
    text = draw(inside if inside is not None else texts() | mutated())
    body = draw(st.sampled_from(["", "\n", "\nbody\n---\nrelated: x\n", "\n\r\nbody\ufeff"]))
    whole = f"---\n{text}---{body}"
    endings = draw(st.sampled_from(["lf", "lf", "lf", "crlf", "mixed", "cr"]))
    if endings == "crlf":
        whole = whole.replace("\n", "\r\n")
    elif endings == "mixed":
        random = draw(st.randoms(use_true_random=False))
        whole = "".join(
            random.choice([line, f"{line[:-1]}\r\n"]) for line in whole.splitlines(keepends=True) if line[-1:] == "\n"
        )
    elif endings == "cr":
        at = draw(st.integers(4, len(whole)))
        whole = whole[:at] + whole[at:].replace("\n", "\r", 1)
    return (draw(st.sampled_from(["", "", "\ufeff"])) + whole).encode()


# --- entries

VALUES = (
    WORDS | ODD | st.sampled_from(["", " ", "a\nb", "\x00", "\r\n", "'", '"', "'\\", "1e3", ": ", "&a", "*a", "a\t#b"])
)
NUMBERS = st.integers(-(10**17), 10**17)
ENTRIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"title": VALUES},
    optional={
        "excerpt": VALUES,
        "publishedDateTime": VALUES | st.sampled_from(["2019-02-30", "2019-12-01T16:14:00+01:00", "2019-12-01"]),
        "sourceUrl": VALUES,
        "provider": st.fixed_dictionaries({"name": VALUES}, optional={"domain": VALUES}),
        "quality": NUMBERS | VALUES,
        "images": st.tuples(st.fixed_dictionaries({"url": VALUES}, optional={"width": NUMBERS})).map(list),
    },
)
SOME = st.lists(ENTRIES, min_size=1, max_size=3)
STYLES = st.builds(
    YamlStyle,
    quoted=st.frozensets(st.sampled_from(["title", "excerpt", "sourceUrl", "name", "url"])),
    quote=st.sampled_from(["'", '"']),
    list_indent=st.sampled_from([0, 2]),
)


@contextmanager
def trial_of(style: YamlStyle | None = None, readers: Sequence[str] = tuple(READERS)) -> Iterator[Trial]:
    """A folder for one example: pytest's own would be that of all."""
    with tempfile.TemporaryDirectory() as folder:
        yield Trial(Path(folder), style or YamlStyle(), readers)


# --- what holds


@many
@given(files(), SOME, SOME, STYLES)
@example(b"---\ntitle: a\nrelated: []\r# keep\n---\n", [{"title": "b"}], [{"title": "c"}], YamlStyle())
def test_the_list_alone_changes_or_nothing_does(
    data: bytes, entries: list[Entry], later: list[Entry], style: YamlStyle
) -> None:
    with trial_of(style) as trial:
        event(check_file(trial, data, entries, later))


@few
@given(files(), st.lists(VALUES, min_size=1, max_size=3), st.sampled_from(["related", "seeAlso"]))
@example(b"---\nrelated: # Ida\ntitle: a\n---\n", ["b"], "related")
@example(b"---\ntitle: a\nseeAlso: {\n\n}\n---\n", ["b"], "seeAlso")
@example(b"---\ntitle: a\r\nRelated: yes\r\n\n\n---\n", ["b"], "related")
def test_texts_and_lists_under_other_keys_come_out_again(data: bytes, items: list[str], key: str) -> None:
    with trial_of() as trial:
        event(check_round_trip(trial.root, data.replace(b"related", key.encode()), items, path=(key,)))


@pytest.mark.parametrize("inside", [texts, mutated])
def test_most_of_what_is_tried_is_written(inside: Callable[[], st.SearchStrategy[str]]) -> None:
    verdicts = []

    @settings(few, max_examples=60)
    @given(files(inside()))
    def collect(data: bytes) -> None:
        with trial_of(readers=FAST_READERS[:1]) as trial:
            verdicts.append(check_file(trial, data, [{"title": "Pier"}], []))

    collect()
    assert verdicts.count("written") > len(verdicts) / 6, verdicts


@few
@given(files(), SOME, STYLES)
def test_taking_a_block_out_undoes_putting_it_in(data: bytes, entries: list[Entry], style: YamlStyle) -> None:
    try:
        layout = layout_of(data)
    except (FrontMatterError, yaml.YAMLError, AssertionError):
        assume(False)
    assume(layout.block is None)
    try:
        text = layout.with_block(style.format_block(map(style.format_entry, entries)))
        again = layout_of(f"---\n{text}---\n".encode())
    except FrontMatterError:
        assume(False)
    if again.block is not None and again.block.items is not None:
        assert again.without_items(kept=0) == layout.text


def _redone(trial: Trial, change: Callable[[list[Any]], str]) -> None:
    """Write the block again as its values give it."""
    data = trial.path.read_bytes()
    found = split_front_matter(data, path=PLACE)
    assert found is not None
    region = region_of(found.text)
    assert region is not None
    block = change(yaml.load(found.text, Loader=yaml.CBaseLoader)["related"])
    text = found.text[: region[0]] + block + found.text[region[1] :]
    trial.path.write_bytes(data[: found.start] + text.encode() + data[found.end :])


def _written(trial: Trial, data: bytes, entries: list[Entry]) -> WrittenList:
    """The line of a list that went into a file; what takes none is no example."""
    trial.path.write_bytes(data)
    read = trial.read()
    assume(read is not None and read[0].list_state in ("none", "curated"))
    assert read is not None
    edit = trial.edit(read[0], entries, keep_curated=False)
    assume(edit is not None)
    assert edit is not None
    assert edit.lock_entry is not None
    trial.path.write_bytes(edit.apply_to(data))
    return edit.lock_entry


def _block(style: YamlStyle, items: list[Any]) -> str:
    return style.format_block(map(style.format_entry, items))


RELAID: list[Callable[[list[Any]], str]] = [
    lambda items: _block(YamlStyle(quoted=frozenset(), quote="'", list_indent=0), items),
    lambda items: _block(YamlStyle(quoted=frozenset({"title", "name", "quality", "url"})), items),
    lambda items: yaml.dump({"related": items}, allow_unicode=True, width=20, sort_keys=False),
    lambda items: (
        yaml.dump({"related": items}, default_flow_style=True, width=40, sort_keys=False).strip("{}\n") + "\n"
    ),
    lambda items: f"related: {json.dumps(items)}\n",
]
CHANGED: list[Callable[[list[Any]], list[Any]]] = [
    lambda items: [*items, {"title": "one more"}],
    lambda items: [*items, "2024-an-id"],
    lambda items: items[::-1] if items[::-1] != items else items[1:],
    lambda items: [{**items[0], "title": f"{items[0]['title']}."}, *items[1:]],
    lambda items: [{**items[0], "note": ""}, *items[1:]],
    lambda items: [items[0], *items],
    lambda items: items[:-1],
]
PLAIN = SOME.map(lambda entries: json.loads(json.dumps(entries)))


@few
@given(files(), PLAIN, st.sampled_from(RELAID))
def test_a_list_laid_out_anew_stays_the_programs(
    data: bytes, entries: list[Entry], relaid: Callable[[list[Any]], str]
) -> None:
    with trial_of(readers=()) as trial:
        line = _written(trial, data, entries)
        items = yaml.load(layout_of(trial.path.read_bytes()).text, Loader=yaml.CBaseLoader)["related"]
        _redone(trial, relaid)
        try:
            text = layout_of(trial.path.read_bytes()).text
        except (FrontMatterError, yaml.YAMLError):
            assume(False)
        assume(yaml.load(text, Loader=yaml.CBaseLoader).get("related") == items)
        read = trial.read(line)
        assert read is not None
        assert read[0].written == line


@few
@given(files(), PLAIN, st.sampled_from(CHANGED))
def test_a_list_that_a_person_changed_is_theirs(
    data: bytes, entries: list[Entry], changed: Callable[[list[Any]], list[Any]]
) -> None:
    with trial_of(readers=()) as trial:
        line = _written(trial, data, entries)
        _redone(trial, lambda items: yaml.dump({"related": changed(items)}, sort_keys=False))
        read = trial.read(line)
        assume(read is not None)
        assert read is not None
        assert read[0].written is None
        assert read[0].list_state in ("curated", "none")


@few
@given(files(), PLAIN, st.sampled_from(["# ours", "#"]), st.booleans(), st.randoms(use_true_random=False))
def test_a_list_that_a_person_commented_is_theirs(
    data: bytes, entries: list[Entry], comment: str, beside: bool, random: Any
) -> None:
    with trial_of(readers=()) as trial:
        line = _written(trial, data, entries)

        def commented(items: list[Any]) -> str:
            lines = _block(YamlStyle(), items).splitlines(keepends=True)
            at = random.randrange(len(lines) - 1)
            lines[at] = f"{lines[at][:-1]} {comment}\n" if beside else f"{lines[at]}  {comment}\n"
            return "".join(lines)

        _redone(trial, commented)
        read = trial.read(line)
        assume(read is not None)
        assert read is not None
        assert read[0].written is None
