"""Strategies for syntax trees: of any filter, and of those that fit in one request."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.language.operators import EQUALITY, MATCH, ORDER
from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Everything,
    Expr,
    Literal,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Order,
    Per,
    Presence,
    Query,
    Standalone,
)
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Enumeration, Integer
from imsquery.schema.parameters import SKIP, Function, Parameter
from imsquery.schema.spec import Spec
from imsquery.testing.values import literals, needles, wire_values
from imsquery.urls.times import RELATIONS

Make: TypeAlias = SearchStrategy[Expr]

_BOARDS = ("s4l", "h2l")
_ORDER = ("=", "!=", "<", "<=", ">", ">=")
_forms = st.sampled_from(("leaf", "and", "or", "and", "or", "and", "or", "not"))
_rarely = st.sampled_from((False,) * 31 + (True,))


class _Choice:
    """A predicate that can be drawn.

    Attributes:
        wires: the wire names that it is about.
        make: the strategy for it.
        negatable: whether image records show if it holds.
    """

    def __init__(self, wires: frozenset[str], make: Make, *, negatable: bool) -> None:
        self.wires = wires
        self.make = make
        self.negatable = negatable


def filter_trees(
    spec: Spec = CLOUDIMAGES,
    *,
    consistent: bool = True,
    matches: bool = False,
    max_predicates: int = 6,
) -> SearchStrategy[Expr]:
    """Return a strategy for the syntax trees of valid filters.

    Args:
        spec: the names and values.
        consistent: whether the parts of a conjunction are about different parameters, so that they
            cannot contradict each other.
        matches: whether to use the operator ``matches``, which needs the extra ``re2`` to be
            evaluated.
        max_predicates: the maximum number of predicates.

    Raises:
        ValueError: the maximum is less than 1.
    """
    if max_predicates < 1:
        msg = f"max_predicates must be at least 1, not {max_predicates}"
        raise ValueError(msg)
    choices = _choices(spec, matches=matches)
    grown = _grown(max_predicates, choices, spec, consistent=consistent, positive=True)
    return grown.map(lambda drawn: drawn[0])


# Each level is a strategy of its own that draws its form first: shrinking can then replace the
# whole by any of its parts.
@st.composite
def _grown(
    draw: DrawFn,
    size: int,
    pool: tuple[_Choice, ...],
    spec: Spec,
    *,
    consistent: bool,
    positive: bool,
) -> tuple[Expr, set[str]]:
    """Draw a filter of up to ``size`` predicates, and the wire names that it is about."""
    form = draw(_forms)
    if form == "not":
        inner, wires = draw(_grown(size, pool, spec, consistent=consistent, positive=not positive))
        return Not(inner), wires
    if form == "leaf" or size == 1:
        return draw(_leaf(pool, spec, positive=positive))
    is_and = form == "and"
    count = draw(st.integers(2, size))
    parts: list[Expr] = []
    used: set[str] = set()
    for _ in range(count):
        part, wires = draw(
            _grown(size // count, pool, spec, consistent=consistent, positive=positive)
        )
        parts.append(part)
        used |= wires
        if consistent and is_and is positive:
            pool = tuple(each for each in pool if wires.isdisjoint(each.wires))
    return And(parts) if is_and else Or(parts), used


@st.composite
def _leaf(
    draw: DrawFn, pool: tuple[_Choice, ...], spec: Spec, *, positive: bool
) -> tuple[Expr, set[str]]:
    drawable = [each for each in pool if positive or each.negatable]
    if not drawable or draw(_rarely):
        return (Everything() if draw(st.booleans()) else Nothing()), set()
    choice = draw(st.sampled_from(drawable))
    return draw(choice.make), _with_exclusive(choice.wires, spec)


def _with_exclusive(wires: frozenset[str], spec: Spec) -> set[str]:
    """Add the parameters that exclude any of these."""
    return {*wires, *(other for wire in wires for other in spec.exclusive.get(wire, ()))}


@lru_cache(maxsize=8)
def _choices(spec: Spec, *, matches: bool) -> tuple[_Choice, ...]:
    rows = [row for row in spec.parameters.values() if row.clause is None]
    # Shrinking tends to the first: a plain enumeration reads best.
    rows.sort(key=lambda row: not isinstance(row.kind, Enumeration) or not row.pushable)
    choices = [_choice_of(row, spec, matches=matches) for row in rows]
    calls = [_call_of(each, spec) for same in spec.functions.values() for each in same]
    return (*choices, *calls)


def _choice_of(row: Parameter, spec: Spec, *, matches: bool) -> _Choice:
    make = st.one_of(_predicates(row, matches=matches))
    if row.requires is None:
        return _Choice(frozenset({row.wire}), make, negatable=row.observed is not None)
    wire, value = row.requires
    needed = Comparison(spec.parameters[wire].name, "=", Literal(value))
    both = make.map(lambda predicate: And((predicate, needed)))
    return _Choice(frozenset({row.wire, wire}), both, negatable=False)


def _predicates(row: Parameter, *, matches: bool) -> list[Make]:
    """Return a strategy for each form of predicate that a parameter takes, the plainest first."""
    name = st.just(row.name)
    values = literals(row).map(Literal)
    # To exclude all values of a parameter that every image has would leave nothing.
    longest = max(1, len(row.kind.choices) - 1) if row.total and row.kind.choices else 3
    lists = st.lists(values, min_size=1, max_size=longest).map(tuple)
    if row.observed is None:
        made: list[Make] = [st.builds(Comparison, name, st.just("="), values)]
        if row.kind.standalone:
            made.append(st.builds(Standalone, name))
        return [*made, st.builds(Membership, name, lists)]
    operators = sorted(row.kind.operators & (EQUALITY | ORDER), key=_ORDER.index)
    made = [st.builds(Comparison, name, st.sampled_from(operators), values)]
    if row.kind.standalone:
        made.append(st.builds(Standalone, name))
    made.append(st.builds(Membership, name, lists, negated=st.booleans()))
    made.append(st.builds(Presence, name, negated=st.booleans()))
    if row.kind.ordered:
        ends = st.tuples(literals(row), literals(row)).map(_in_order(row))
        made.append(
            st.builds(
                lambda both, negated: Between(
                    row.name, Literal(both[0]), Literal(both[1]), negated=negated
                ),
                ends,
                st.booleans(),
            )
        )
    for operator in sorted(row.kind.operators & MATCH - (set() if matches else {"matches"})):
        right = needles(operator).map(Literal)
        made.append(st.builds(Match, name, st.just(operator), right, negated=st.booleans()))
    return made


def _in_order(row: Parameter) -> Callable[[tuple[str, str]], list[str]]:
    """Sort two literals; times of any precision sort as texts."""
    key = int if isinstance(row.kind, Integer) else str
    return lambda ends: sorted(ends, key=key)


def _call_of(function: Function, spec: Spec) -> _Choice:
    rows = [spec.parameters.get(wire) for wire, _ in function.conditions]
    wires = frozenset(row.wire for row in rows if row is not None)
    features = _flags(spec) if None in rows else ()
    positions = range(len(function.parameters))
    arguments = st.tuples(*(_arguments(index, function, spec) for index in positions))
    if function.variadic:
        more = st.lists(st.sampled_from(_harmless(spec)), max_size=2)
        arguments = st.tuples(arguments, more).map(lambda both: (*both[0], *both[1]))
    make = arguments.map(lambda texts: Call(function.name, tuple(map(Literal, texts))))
    negatable = all(row is None or row.observed is not None for row in rows)
    return _Choice(wires | frozenset(features), make, negatable=negatable)


def _flags(spec: Spec) -> tuple[str, ...]:
    """Return the listed flags of the open family."""
    return tuple(
        row.wire
        for row in spec.parameters.values()
        if row.wire.startswith(spec.family) and row.pushable and row.kind.standalone
    )


def _harmless(spec: Spec) -> list[str]:
    """Return features that exclude no other, and some board types."""
    flags = [wire for wire in _flags(spec) if wire not in spec.exclusive]
    return [*(wire.removeprefix(spec.family) for wire in flags), *_BOARDS]


def _arguments(index: int, function: Function, spec: Spec) -> SearchStrategy[str]:
    """Return a strategy for an argument, according to the condition that it is part of."""
    hole = f"{{{index}}}"
    for wire, value in function.conditions:
        if hole in wire:
            features = [each.removeprefix(spec.family) for each in _flags(spec)]
            return st.sampled_from([*features, *_BOARDS])
        if value == hole:
            return literals(spec.parameters[wire])
    return st.sampled_from(("a", "b", "team"))


def request_trees(spec: Spec = CLOUDIMAGES, *, max_predicates: int = 6) -> SearchStrategy[Expr]:
    """Return a strategy for filters that compile to one request: each compares a parameter once."""
    return requested_pairs(spec, max_predicates).map(lambda asked: _conjunction(asked, spec))


def _conjunction(asked: dict[str, str], spec: Spec) -> Expr:
    parts = [_comparison(spec.parameters[wire], value) for wire, value in asked.items()]
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else And(parts)


def _comparison(row: Parameter, value: str) -> Expr:
    if not row.is_time:
        return Comparison(row.name, "=", Literal(value))
    operator, colon, moment = value.partition(":")
    return Comparison(row.name, RELATIONS[operator + colon], Literal(moment))


@st.composite
def requested_pairs(draw: DrawFn, spec: Spec, most: int, least: int = 0) -> dict[str, str]:
    """Draw wire names and values of filters for one request, in any order."""
    rows = [row for row in spec.parameters.values() if row.pushable and row.clause is None]
    asked: dict[str, str] = {}
    for row in draw(st.lists(st.sampled_from(rows), min_size=least, max_size=most, unique=True)):
        if row.wire in asked or not spec.exclusive.get(row.wire, frozenset()).isdisjoint(asked):
            continue
        asked[row.wire] = draw(wire_values(row))
        if row.requires is not None:
            asked[row.requires[0]] = row.requires[1]
    return asked


def query_trees(
    spec: Spec = CLOUDIMAGES, filters: SearchStrategy[Expr] | None = None
) -> SearchStrategy[Query]:
    """Return a strategy for queries: filters with or without clauses.

    Args:
        spec: the names and values.
        filters: the strategy for filters; by default, :func:`filter_trees`.
    """
    shown = [
        row for row in spec.parameters.values() if row.observed is not None and not row.multiple
    ]
    shown.sort(key=lambda row: not row.sortable)
    names = st.sampled_from([row.name for row in shown])
    directions = st.sampled_from((None, "asc", "desc"))
    keys = st.lists(st.builds(Order, names, directions), max_size=3, unique_by=_name_of)
    limits = literals(spec.clauses["limit"]).map(Literal)
    skips = literals(SKIP).map(Literal)
    markers = literals(spec.clauses["after"]).map(Literal)
    return st.builds(
        Query,
        filter_trees(spec) if filters is None else filters,
        keys,
        st.none() | limits,
        st.none() | markers,
        st.none() | skips,
        st.none() | st.builds(Per, limits, names),
        st.none() | st.builds(Per, skips, names),
    )


def _name_of(key: Order) -> str:
    return key.name
