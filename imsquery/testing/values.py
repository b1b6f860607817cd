"""Strategies for values: literals of a filter, attributes of a record, and values on the wire.

The three draw from the same small pools, so that random filters match some random records.
"""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatch

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from imsquery.schema.kinds import (
    Boolean,
    Flavor,
    Identifier,
    ImageName,
    Integer,
    Kind,
    Project,
    Tag,
    Time,
)
from imsquery.schema.parameters import Parameter, Property
from imsquery.schema.spec import Spec
from imsquery.schema.versions import Version
from imsquery.schema.wire import write_pair
from imsquery.urls.times import RELATIONS

# Shrinking tends to the first of each.
_WORDS = ("a", "b", "CentOS 7.3 64bit", "x=1&y", "it's", "公共")
_IDS = ("a1", "b2", "0", "bc6bed6e-ba3a-4447-afcc-449174a3eb52", "1bed856811654c1cb661a6ca845ebc77")
_PROJECTS = ("a1", "b2", "1bed856811654c1cb661a6ca845ebc77")
_NAMES = ("a", "b", "CentOS 7.3 64bit", "CentOS 7.3 64bit with sdx", "公共-1")
_KEYS = ("a", "b", "team", "键")
_FLAVORS = ("s6.large.2", "c6.xlarge.4", "s3.medium.2")
_PATTERNS = ("CentOS*", "*64bit", "a?*", "*", r"\**", "a")
_EXPRESSIONS = ("^CentOS", "64bit$", "a|b", "[0-9]+")
_LARGE = 1024  # a common step between numbers
UNITS = ("bytes", "KB", "MB", "GB", "TB")
"""The units that a parameter may have, each 1,024 of the one before."""
_PLACES = 20  # of a fraction: enough for two units further

_STATED = (
    "CentOS 7.6 64bit", "Ubuntu 22.04 server 64bit", "Ubuntu 9.10", "CentOS 7", "Other", "v7.9", "a"
)  # fmt: skip
versions = st.lists(st.sampled_from((7, 22, 4, 0, 6, 8, 10, 1)), min_size=1, max_size=3).flatmap(
    lambda parts: st.tuples(
        *(st.sampled_from((str(part), f"0{part}" if part else "0")) for part in parts)
    ).map(".".join)
)
moments = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format,
    st.integers(2018, 2020),
    st.sampled_from((1, 2, 10, 12)),
    st.sampled_from((1, 28)),
    st.sampled_from((0, 10, 23)),
    st.sampled_from((0, 59)),
    st.sampled_from((0, 30, 59)),
)
# The length of a literal of each precision; a day shrinks best.
_precisions = st.sampled_from((10, 4, 7, 16, 20))


_PROPERTIES = ("os_distro", "hw_disk_bus", "Team", "team", "com.example-note")


def rows_of(spec: Spec) -> list[Parameter]:
    """Return all rows of a spec, and of a few properties if any other name is one."""
    found = (spec.find(name) for name in _PROPERTIES)
    properties = [row for row in found if isinstance(row, Property)]
    return [*spec.parameters.values(), *properties]


def literals(row: Parameter) -> SearchStrategy[str]:
    """Return a strategy for literals that a parameter takes, in canonical spelling.

    None of them draws a warning or widens the request (``scopes``).
    """
    if row.kind.choices:
        return st.sampled_from([text for text in row.kind.choices if _is_quiet(row, text)])
    if row.is_time and row.observed is None:  # one request compares it with one moment
        return moments
    return _literals(row.kind).filter(lambda text: _is_quiet(row, text))


def _is_quiet(row: Parameter, text: str) -> bool:
    """Return whether a value narrows the search, and there is nothing to say about it."""
    if text in row.scopes:
        return False
    is_advised = row.kind.advises and row.kind.advise(text) is not None
    is_doubted = row.doubts and row.doubt(text) is not None
    # What no record shows is found only by a request.
    is_lost = row.pushable and row.observed is None and write_pair(row, "=", text) is None
    return not (is_advised or is_doubted or is_lost)


@singledispatch
def _literals(_kind: Kind) -> SearchStrategy[str]:
    return st.sampled_from(_WORDS) | st.text(min_size=1, max_size=8)


@_literals.register
def _(_kind: Identifier) -> SearchStrategy[str]:
    return st.sampled_from(_IDS) | st.uuids().map(str)


@_literals.register
def _(_kind: Project) -> SearchStrategy[str]:
    return st.sampled_from(_PROJECTS) | st.uuids().map(lambda made: made.hex)


@_literals.register
def _(_kind: ImageName) -> SearchStrategy[str]:
    words = st.text("abAB01._-公", min_size=1, max_size=4)
    return st.sampled_from(_NAMES) | st.lists(words, min_size=1, max_size=3).map(" ".join)


@_literals.register
def _(_kind: Version) -> SearchStrategy[str]:
    return st.sampled_from(_STATED) | st.builds("{} {}".format, st.sampled_from("ab"), versions)


@_literals.register
def _(_kind: Tag) -> SearchStrategy[str]:
    keys = st.sampled_from(_KEYS)
    return keys | st.builds("{}={}".format, keys, st.sampled_from(_KEYS))


@_literals.register
def _(_kind: Flavor) -> SearchStrategy[str]:
    return st.sampled_from(_FLAVORS)


@_literals.register
def _(kind: Integer) -> SearchStrategy[str]:
    return integers(kind).map(str)


@_literals.register
def _(_kind: Time) -> SearchStrategy[str]:
    return st.builds(lambda time, length: time[:length], moments, _precisions)


def integers(kind: Integer) -> SearchStrategy[int]:
    """Return a strategy for numbers that a kind takes, often at or near its ends."""
    if kind.values:
        return st.sampled_from(kind.values)
    least = 0 if kind.least is None else kind.least
    most = least + _LARGE * _LARGE if kind.most is None else kind.most
    ends = sorted({each for each in (least, least + 1, least + _LARGE, most) if each <= most})
    return st.sampled_from(ends) | st.integers(least, most)


def spelled_literals(row: Parameter) -> SearchStrategy[str]:
    """Return a strategy for literals that a parameter takes, not all in canonical spelling."""
    kind = row.kind
    if not isinstance(kind, Integer):
        return literals(row)
    return integers(kind).flatmap(lambda number: _spelled(row, number))


def ranges(row: Parameter) -> SearchStrategy[tuple[str, str]]:
    """Return a strategy for the two ends of a range, in order."""
    kind = row.kind
    if isinstance(kind, Version):
        return st.tuples(versions, versions).map(
            lambda ends: (min(ends, key=_numbers), max(reversed(ends), key=_numbers))
        )
    if not isinstance(kind, Integer):
        # Times of any precision sort as texts.
        return st.tuples(literals(row), literals(row)).map(lambda ends: (min(ends), max(ends)))
    numbers = st.tuples(integers(kind), integers(kind)).map(sorted)
    return numbers.flatmap(lambda ends: st.tuples(*(_spelled(row, each) for each in ends)))


def _numbers(version: str) -> list[int]:
    return [*map(int, version.split("."))]


def _spelled(row: Parameter, number: int) -> SearchStrategy[str]:
    plain = st.just(str(number))
    return plain | quantities(row, number) if row.unit in UNITS and number >= 0 else plain


def quantities(row: Parameter, number: int) -> SearchStrategy[str]:
    """Return a strategy for a number of a parameter's unit with this unit or another."""
    own = UNITS.index(row.unit or "")
    spellings = [
        f"{shown}{gap}{unit}"
        for power in range(6)
        if (shown := _exact(Fraction(number * 1024**own, 1024**power)))
        for gap in ("", " ")
        for unit in _spelled_units(power)
    ]
    return st.sampled_from(spellings)


def _exact(amount: Fraction) -> str:
    """Write a fraction as a decimal; empty if that takes many places."""
    scaled = amount * 10**_PLACES
    if scaled.denominator > 1 or amount < 0:
        return ""
    whole, rest = divmod(int(scaled), 10**_PLACES)
    return f"{whole}.{rest:0{_PLACES}}".rstrip("0").rstrip(".")


def _spelled_units(power: int) -> tuple[str, ...]:
    if power == 0:
        return ("B", "b")
    letter = " KMGTP"[power]
    return (f"{letter}B", letter.lower(), f"{letter}iB", f"{letter}ib", f"{letter}I")


def recased(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    """Return a strategy for texts in their own or any other letter case."""
    return texts.flatmap(
        lambda text: st.sampled_from((text, text.swapcase(), text.upper(), text.casefold()))
    )


def needles(operator: str) -> SearchStrategy[str]:
    """Return a strategy for the operand of ``contains``, ``glob`` and the like."""
    pools = {"glob": _PATTERNS, "matches": _EXPRESSIONS}
    return st.sampled_from(pools.get(operator, _WORDS))


def record_values(row: Parameter) -> SearchStrategy[object]:
    """Return a strategy for the attribute of a parameter in a record, typed as in the service's."""
    kind = row.kind
    if row.json == "strings":
        return st.lists(_items(row), max_size=3, unique=True)
    if row.json == "boolean":
        return st.booleans()
    if isinstance(kind, Integer):
        return integers(kind) if row.json == "integer" else integers(kind).map(str)
    if isinstance(kind, Boolean):
        # Records have `true` and `True`; a flag that is false is absent.
        return st.sampled_from(
            [spelled for each in kind.choices for spelled in (each, each.title())]
        )
    if isinstance(kind, Time):
        return moments
    return literals(row)


def _items(row: Parameter) -> SearchStrategy[str]:
    """Return a strategy for items of a list in a record; tags have all their spellings."""
    kind = row.kind
    if not isinstance(kind, Tag):
        return literals(row)
    return literals(row).flatmap(lambda tag: st.sampled_from(kind.sources(tag)))


def wire_values(row: Parameter) -> SearchStrategy[str]:
    """Return a strategy for values of a request parameter, in canonical spelling, not encoded."""
    if row.is_time:
        return st.builds("{}{}".format, st.sampled_from([*RELATIONS]), moments)
    return literals(row)
