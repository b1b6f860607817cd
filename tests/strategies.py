"""Hypothesis strategies: texts made from the spec table, each with its expected result.

Expected results come from the table and the standard library, never from the code under test.
"""

from __future__ import annotations

import json
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from attrs import frozen
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Parameter, testing
from imsquery.schema.kinds import Boolean, Enumeration, Flag, Integer, Time
from imsquery.schema.versions import Version
from imsquery.testing.values import versions

ROWS = tuple(CLOUDIMAGES.parameters.values())
FILTERS = tuple(row for row in ROWS if row.clause is None)
PUSHABLE = tuple(row for row in FILTERS if row.pushable)
SUPPORTS = CLOUDIMAGES.family

KEYWORDS = (
    "and", "or", "not", "all", "none", "in", "between", "contains", "startswith", "endswith",
    "glob", "matches", "is", "present", "absent", "order", "by", "asc", "desc", "limit", "after",
    "ignoring", "case", "skip", "per",
)  # fmt: skip

unicode_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Any text that can be encoded."""


@frozen
class Condition:
    """One condition as text, and the pair that it must compile to."""

    text: str
    wire: str
    value: str


_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def is_control(character: str) -> bool:
    """Return whether a character drives a terminal, breaks a line, or turns the text around."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in _DIRECTIONS
        or character in "\u061c\u200e\u200f"
    )


def quoted(value: str) -> str:
    """Spell a value as a string by JSON's escapes, all but three of which the language has."""
    spelled = json.dumps(value, ensure_ascii=False)
    for escape, code in (("\\r", "\\u000d"), ("\\b", "\\u0008"), ("\\f", "\\u000c")):
        parts = spelled.split("\\\\")
        spelled = "\\\\".join(part.replace(escape, code) for part in parts)
    hidden = set(filter(is_control, spelled))
    for character in hidden:
        spelled = spelled.replace(character, f"\\u{ord(character):04x}")
    return spelled


@st.composite
def recased(draw: st.DrawFn, text: str) -> str:
    """Change the letter case of ASCII letters."""
    flips = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(
        c.swapcase() if flip and c.isascii() else c for c, flip in zip(text, flips, strict=True)
    )


@st.composite
def names(draw: st.DrawFn, row: Parameter) -> str:
    """Spell a name: by wire name, short name or alias, in any letter case."""
    name = draw(st.sampled_from([row.wire, row.wire.lstrip("_"), *row.aliases]))
    return draw(recased(name))


def spelled(value: str) -> st.SearchStrategy[str]:
    """Spell a value: quoted, or bare where possible."""
    bare = value.isascii() and value.replace("_", "").isalnum() and value.lower() not in KEYWORDS
    return st.sampled_from([value, quoted(value), f"'{value}'"]) if bare else st.just(quoted(value))


_moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)).map(  # noqa: DTZ001 -- UTC
    lambda moment: moment.replace(microsecond=0)
)


def _stamp(moment: datetime) -> str:
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}T{moment:%H:%M:%S}Z"


@st.composite
def time_conditions(draw: st.DrawFn, row: Parameter) -> Condition:
    """Compare with a time of any precision and zone, by an operator that compiles to one pair."""
    moment = draw(_moments)
    name = draw(names(row))
    unit = draw(st.sampled_from(["second", "minute", "day", "month", "year"]))
    if unit == "second":
        operator, sent = draw(st.sampled_from(
            [("<", "lt"), ("<=", "lte"), (">", "gt"), (">=", "gte"),
             ("=", "eq"), ("!=", "neq"), ("==", "eq"), ("<>", "neq")]
        ))  # fmt: skip
        hours = draw(st.integers(-23, 23))
        local = moment + timedelta(hours=hours)
        zone = draw(st.sampled_from(["Z", ""])) if hours == 0 else f"{hours:+03}:00"
        literal = _stamp(local)[:-1] + zone
        return Condition(f"{name} {operator} {literal}", row.wire, f"{sent}:{_stamp(moment)}")
    start, end, literal = _span(moment, unit)
    operator, sent, edge = draw(st.sampled_from(
        [("<", "lt", start), ("<=", "lt", end), (">", "gte", end), (">=", "gte", start)]
    ))  # fmt: skip
    return Condition(f"{name} {operator} {literal}", row.wire, f"{sent}:{_stamp(edge)}")


def _span(moment: datetime, unit: str) -> tuple[datetime, datetime, str]:
    """Return the interval around a moment, and its literal."""
    stamp = _stamp(moment)
    if unit == "minute":
        start = moment.replace(second=0)
        return start, start + timedelta(minutes=1), stamp[:16]
    start = moment.replace(hour=0, minute=0, second=0)
    if unit == "day":
        return start, start + timedelta(days=1), stamp[:10]
    start = start.replace(day=1)
    if unit == "month":
        days = monthrange(start.year, start.month)[1]
        return start, start + timedelta(days=days), stamp[:7]
    start = start.replace(month=1)
    return start, start.replace(year=start.year + 1), stamp[:4]


@st.composite
def conditions(draw: st.DrawFn, row: Parameter) -> Condition:
    """Draw a condition on a parameter that compiles to one pair."""
    kind = row.kind
    if isinstance(kind, Time):
        return draw(time_conditions(row))
    name = draw(names(row))
    if isinstance(kind, Boolean) and draw(st.booleans()):
        return _without_operator(draw, row, name)
    value, literal = draw(values(row))
    operator = draw(st.sampled_from(["=", " = ", "==", " == "]))
    text = f"{name}{operator}{literal}"
    form = draw(st.sampled_from(["{}", "not {} != {}", "in"]))
    if form == "in":
        text = f"{name} in ({literal}, {literal})"
    elif form != "{}":
        text = f"not {name} != {literal}"
    return Condition(text, row.wire, value)


def _without_operator(draw: st.DrawFn, row: Parameter, name: str) -> Condition:
    if isinstance(row.kind, Flag):
        if row.wire.startswith(SUPPORTS):
            feature = row.wire.removeprefix(SUPPORTS)
            return Condition(f"supports({draw(recased(feature))})", row.wire, "true")
        return Condition(name, row.wire, "true")
    negated = draw(st.booleans())
    return Condition(f"not {name}" if negated else name, row.wire, "false" if negated else "true")


@st.composite
def values(draw: st.DrawFn, row: Parameter) -> tuple[str, str]:
    """Draw a value as the service reads it, and its literal."""
    kind = row.kind
    if isinstance(kind, Integer):
        if kind.values:
            number = draw(st.sampled_from(kind.values))
        else:
            most = kind.most if kind.most is not None else 2**40
            number = draw(st.integers(kind.least if kind.least is not None else 0, most))
        digits = draw(st.sampled_from(["", "0", "00"])) + str(number)
        return str(number), draw(st.sampled_from([digits, f"+{digits}", f'"{digits}"']))
    if isinstance(kind, Enumeration | Boolean):
        value = draw(st.sampled_from(kind.choices))
        return value, draw(spelled(draw(recased(value))))
    value = draw(unicode_text)
    if row.wire == "flavor_id":
        value = "s6." + value  # bare-metal flavors are refused
    return value, draw(spelled(value))


@st.composite
def conjunctions(draw: st.DrawFn, max_size: int = 6) -> list[Condition]:
    """Draw conditions on different parameters that fit one request."""
    rows = draw(st.lists(st.sampled_from(PUSHABLE), min_size=1, max_size=max_size, unique=True))
    kept: list[Parameter] = []
    for row in rows:
        clash = any(row.wire in other.excludes or other.wire in row.excludes for other in kept)
        if not clash and row.requires is None:
            kept.append(row)
    found = [draw(conditions(row)) for row in kept]
    needing = [row for row in rows if row.requires is not None]
    if needing and needing[0].requires:
        wire, value = needing[0].requires
        found = [each for each in found if each.wire != wire]
        found.append(Condition(f"{wire} = {value}", wire, value))
        found.append(draw(conditions(needing[0])))
    boards = draw(st.lists(st.from_regex(r"\A[a-z][0-9][a-z]{1,2}\Z"), max_size=2, unique=True))
    found += [Condition(f"supports({board})", SUPPORTS + board, "true") for board in boards]
    return found


def canonical(found: list[Condition]) -> str:
    """Return the canonical query string of conditions."""
    pairs = sorted({each.wire: each.value for each in found}.items())
    return "&".join(f"{wire}={quote(value, safe=':=')}" for wire, value in pairs)


# -- any filter: texts that bind, whether or not they fit one request


@st.composite
def predicates(draw: st.DrawFn) -> str:
    """Draw a predicate over records, or one that only the server can evaluate."""
    row = draw(st.sampled_from([each for each in FILTERS if each.requires is None]))
    name = row.wire.lstrip("_")
    if isinstance(row.kind, Time):
        return draw(time_conditions(row)).text
    _, literal = draw(values(row))
    forms = [f"{name} = {literal}"]
    if row.observed is not None:
        forms += [f"{name} != {literal}", f"{name} is present", f"{name} is absent"]
        forms.append(f"{name} not in ({literal}, {literal})")
        if row.kind.ordered:
            bound = draw(versions) if isinstance(row.kind, Version) else literal
            forms += [f"{name} < {bound}", f"{name} between {bound} and {bound}"]
        if "glob" in row.kind.operators:
            forms += [f"{name} contains {literal}", f"{name} not glob {literal}"]
    return draw(st.sampled_from(forms))


def _combine(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        lists.map(lambda parts: "(" + " and ".join(parts) + ")"),
        lists.map(lambda parts: "(" + " or ".join(parts) + ")"),
        inner.map(lambda part: f"not {part}"),
    )


filters = st.recursive(
    st.one_of(predicates(), st.sampled_from(["all", "none", "public()", "tagged(a, b)"])),
    _combine,
    max_leaves=8,
)
"""Texts of any Boolean shape, without clauses."""


# -- any text

_PIECES = st.sampled_from(
    [
        *KEYWORDS, "(", ")", ",", "=", "==", "!=", "<>", "<", "<=", ">", ">=", " ", "\n", "#",
        "'", '"', "\\", "$x", "$", "&&", "||", "!", "~", ";", "platform", "CentOS", "created_at",
        "now-7d", "2018-10-28", "supports", "kvm", "limit", "5", "min_ram", "name", "\u00a0",
        "ignoring case", "tagged", "4GB",
        "\uff1d", "\u201c", "\u0440", "\x00", "\ud800", "\u202e", "\U0001f600", "like", "null",
    ]
)  # fmt: skip

soup = st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=25).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
)
"""Lexemes, valid or not, in any order."""


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw a text with a piece removed, doubled or replaced."""
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    piece = draw(st.one_of(st.just(""), st.just(text[start:end] * 2), _PIECES, st.text(max_size=4)))
    return text[:start] + piece + text[end:]


any_text = st.one_of(
    st.text(st.characters(exclude_categories=[])),  # includes lone surrogates
    soup,
    filters,
    mutated(filters),
    mutated(testing.queries()),
    testing.near_misses().map(lambda miss: miss.text),
)
"""Any text, often nearly valid."""

Check = Callable[[str], object]
UTC_PLUS_8 = timezone(timedelta(hours=8))
