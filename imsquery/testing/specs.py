"""Strategies for specs: tables of parameters that are sound, in every column."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.language.operators import KEYED
from imsquery.schema.kinds import (
    Boolean,
    Enumeration,
    Flag,
    Identifier,
    ImageName,
    Integer,
    Kind,
    Project,
    Tag,
    Text,
    Time,
)
from imsquery.schema.parameters import (
    ForeignName,
    Function,
    Parameter,
    operator_faults,
    with_sort_keys,
)
from imsquery.schema.spec import Spec
from imsquery.schema.versions import Version
from imsquery.testing.values import UNITS, literals

Columns: TypeAlias = dict[str, Any]

_NAMES = ("zone", "colour", "grade", "level", "note", "kept", "__shade", "__x_1", "seen_at", "site")
_WORDS = ("red", "green", "Dark Blue", "a,b", "in:x", "50%", "公共", "x=1&y", "it's")
_FAMILY = "__can_"
_ENDINGS = ("fly", "swim")
_source = "drawn"

_kinds: SearchStrategy[Kind] = st.one_of(
    st.builds(
        lambda values, is_open: Enumeration(*values, is_open=is_open),
        st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4, unique=True),
        st.booleans(),
    ),
    st.sampled_from((Boolean(), Flag(), Text(), Time(), Tag(), Identifier(), Project())),
    st.sampled_from((ImageName(), Version())),
    st.builds(
        lambda least, size: Integer(least, None if size is None else (least or 0) + size),
        st.none() | st.integers(-5, 50),
        st.none() | st.integers(0, 100),
    ),
    st.builds(
        lambda values: Integer(None, values=tuple(values)),
        st.lists(st.integers(-2, 64), min_size=1, max_size=3, unique=True),
    ),
)


def specs(*, max_parameters: int = 6) -> SearchStrategy[Spec]:
    """Return a strategy for specs: small, but with every kind of row that there is.

    Images have an ``id`` and a creation time, requests have all clauses; everything else is drawn.

    Args:
        max_parameters: the maximum number of parameters that are drawn.
    """
    return _specs(max_parameters)


@st.composite
def _specs(draw: DrawFn, max_parameters: int) -> Spec:
    names = draw(st.lists(st.sampled_from(_NAMES), max_size=max_parameters, unique=True))
    rows = [draw(_identity()), draw(_creation()), *(draw(_row(name)) for name in names)]
    related: list[Parameter] = []
    for row in rows:
        related.append(draw(_related(row, related[2:])))
    related += [Parameter(f"{_FAMILY}{ending}", Flag(), source=_source) for ending in _ENDINGS]
    listed = with_sort_keys([*related, *_clauses()])
    functions = draw(_functions([row for row in listed if row.clause is None]))
    return Spec(
        listed,
        functions,
        foreign_names=[ForeignName(("elsewhere",), ("id",), source=_source)],
        family=_FAMILY,
        members=("dive",),
        path="/v9/things",
        host="https://things.{region}.example.com",
    )


def _identity() -> SearchStrategy[Parameter]:
    plain = Parameter("id", Identifier(), sortable=True, source=_source)
    return _operators(plain, has_equality=True).map(
        lambda operators: plain.evolve(operators=operators)
    )


def _creation() -> SearchStrategy[Parameter]:
    return st.sampled_from(("born", "__begun")).map(
        lambda wire: Parameter(wire, Time(), total=True, sortable=True, source=_source)
    )


def _clauses() -> list[Parameter]:
    hidden: Columns = {"observed": None, "source": _source}
    return [
        Parameter("from", Identifier(), clause="after", **hidden),
        Parameter("most", Integer(1), clause="limit", json="integer", **hidden),
        Parameter("__by", Enumeration("id"), clause="order by", **hidden),
        Parameter("way", Enumeration("asc", "desc"), clause="direction", **hidden),
    ]


@st.composite
def _row(draw: DrawFn, wire: str) -> Parameter:
    kind = draw(_kinds)
    plain = Parameter(wire, kind, source=_source)
    columns = draw(_shown(plain))
    if draw(st.booleans()) and not isinstance(kind, Flag):
        columns["total"] = True
    if isinstance(kind, Integer) and draw(st.booleans()):
        columns["unit"] = draw(st.sampled_from(UNITS))
    if draw(st.booleans()):
        columns["aliases"] = (f"{plain.name}_too",)
    if columns["observed"] is not None and not columns.get("multiple"):
        columns["sortable"] = draw(st.booleans())
        if not isinstance(kind, Integer | Time | Flag):
            columns |= draw(_values(plain))
    if "operators" not in columns and draw(st.booleans()):
        columns["operators"] = draw(_operators(plain, has_equality=columns["observed"] is None))
    return Parameter(wire, kind, source=_source, **columns)


@st.composite
def _operators(draw: DrawFn, row: Parameter, *, has_equality: bool) -> dict[str, str] | None:
    """Draw how a request writes comparisons, certainly equality or not."""
    found: dict[str, str] = {}
    for relation, word in _relations(row.kind):
        prefix = draw(st.sampled_from(("{}", f"{word}:{{}}")))
        own = draw(st.sampled_from(("", "", f"{row.wire}.{word}=")))
        if (relation == "=" and has_equality) or draw(st.booleans()):
            found[relation] = own + prefix
    if row.is_time and found.get("=") == "{}" and len(found) > 1:
        found["="] = "eq:{}"  # before a colon, the server looks for an operator
    faulty = {relation for relation, _ in operator_faults(row.wire, row.kind, found)}
    return {each: found[each] for each in found if each not in faulty} or None


def _relations(kind: Kind) -> list[tuple[str, str]]:
    """Return operators that a service may have for values of a kind, and what it may call them."""
    found = [("=", "eq")]
    if not isinstance(kind, Time):
        found.append(("in", "in"))
    if isinstance(kind, Time) or (isinstance(kind, Integer) and not kind.values):
        found += [("<", "lt"), ("<=", "lte"), (">", "gt"), (">=", "gte")]
    if isinstance(kind, Text) and not isinstance(kind, Tag):
        found += [("contains", "has"), ("startswith", "from")]
    return found


@st.composite
def _shown(draw: DrawFn, row: Parameter) -> Columns:
    """Draw whether requests and records have a parameter, and in which form."""
    kind = row.kind
    if isinstance(kind, Tag):
        tags = {"observed": f"{row.name}s", "json": "strings", "multiple": True}
        return {**tags, "repeats": draw(st.booleans())}
    where = draw(st.sampled_from(("both", "both", "both", "record", "request")))
    columns: Columns = {"observed": None if where == "request" else row.wire}
    if where == "record":
        columns["operators"] = {}
    elif where == "both":
        columns["observed"] = draw(st.sampled_from((row.wire, f"{row.name}Shown")))
    if isinstance(kind, Integer) and not kind.values:
        columns["json"] = draw(st.sampled_from(("string", "integer")))
    elif type(kind) is Boolean:
        columns["json"] = draw(st.sampled_from(("string", "boolean")))
    return columns


@st.composite
def _values(draw: DrawFn, row: Parameter) -> Columns:
    """Draw what widens the search, and what a record without a value counts as."""
    found: Columns = {}
    choices = row.kind.choices or ("plain",)
    is_wide = draw(st.booleans()) and len(choices) > 1 and isinstance(row.kind, Enumeration)
    if is_wide:
        found["scopes"] = choices[:1]
    if draw(st.booleans()):
        found["default"] = choices[-1]
        if isinstance(row.kind, Enumeration) and draw(st.booleans()):
            found["reading"] = {"true": choices[1 if is_wide else 0], "yes": choices[-1]}
    return found


@st.composite
def _related(draw: DrawFn, row: Parameter, before: list[Parameter]) -> Parameter:
    """Draw what a row says of others: those before it, so that nothing goes round in a circle."""
    arguments = row._arguments()  # noqa: SLF001 -- columns of a row of its own
    partial = [each for each in before if not (each.total or each.default)]
    how = draw(st.sampled_from(("", "", "excludes", "requires", "unseen")))
    if how == "excludes" and partial and not (row.total or row.default):
        arguments["excludes"] = (draw(st.sampled_from(partial)).wire,)
    required = [each for each in before if _can_be_required(each)]
    if how == "requires" and required and row.pushable:
        needed = draw(st.sampled_from(required))
        arguments["requires"] = needed.wire, needed.kind.choices[-1]
    if how == "unseen" and isinstance(row.kind, Text):
        arguments["unseen"] = {"nothing": ("nothing is like this", "")}
    return Parameter(**arguments)


def _can_be_required(row: Parameter) -> bool:
    is_shown = row.pushable and row.observed is not None
    return is_shown and row.requires is None and isinstance(row.kind, Enumeration | Boolean)


@st.composite
def _functions(draw: DrawFn, rows: list[Parameter]) -> list[Function]:
    told: Columns = {"summary": "as it is drawn", "source": _source}
    able = Function("able", ("feature",), ((f"{_FAMILY}{{0}}", "true"),), variadic=True, **told)
    free = [row for row in rows if row.requires is None and row.wire[: len(_FAMILY)] != _FAMILY]
    fixed = draw(st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True))
    conditions = [(row.wire, draw(literals(row))) for row in fixed if not _excluded(row, fixed)]
    given = draw(st.sampled_from(free))
    functions = [able, Function("with", ("value",), ((given.wire, "{0}"),), **told)]
    if conditions:
        functions.append(Function("usual", (), tuple(conditions), **told))
    tags = [row for row in rows if isinstance(row.kind, Tag)]
    if tags:
        wire = tags[0].wire
        functions += [
            Function("keyed", ("key",), ((wire, "{0}"),), relation=KEYED, **told),
            Function("keyed", ("key", "value"), ((wire, "{0}={1}"),), **told),
        ]
    return functions


def _excluded(row: Parameter, rows: list[Parameter]) -> bool:
    """Return whether a row cannot be compared together with another of these."""
    return any(row.wire in other.excludes or other.wire in row.excludes for other in rows)
