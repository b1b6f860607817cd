"""Strategies for syntax trees: of any filter, and of those that fit in one request."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.language.operators import MATCH
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
from imsquery.schema.kinds import Enumeration
from imsquery.schema.parameters import SKIP, Function, Parameter
from imsquery.schema.spec import Spec
from imsquery.schema.versions import Version
from imsquery.testing.requested import Asked, requested
from imsquery.testing.values import (
    literals,
    needles,
    ranges,
    recased,
    rows_of,
    spelled_literals,
    versions,
)

Make: TypeAlias = SearchStrategy[Expr]

_BOARDS = ("s4l", "h2l")
_EQUALITY = ("=", "!=")
_ORDER = ("<", "<=", ">", ">=")
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


Pool: TypeAlias = tuple[_Choice | None, ...]
"""What can be drawn; ``None`` in the place of what no longer can."""


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
    pool: Pool,
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
            pool = tuple(each if each and wires.isdisjoint(each.wires) else None for each in pool)
    return And(parts) if is_and else Or(parts), used


@st.composite
def _leaf(draw: DrawFn, pool: Pool, spec: Spec, *, positive: bool) -> tuple[Expr, set[str]]:
    drawable = [place for place, each in enumerate(pool) if each and (positive or each.negatable)]
    if not drawable or draw(_rarely):
        return (Everything() if draw(st.booleans()) else Nothing()), set()
    # Of those from a place on, so that what is left of the pool has no effect on most places.
    place = draw(st.integers(0, len(pool) - 1))
    choice = pool[min((each for each in drawable if each >= place), default=drawable[0])]
    assert choice is not None  # noqa: S101 -- as drawable
    return draw(choice.make), _with_exclusive(choice.wires, spec)


def _with_exclusive(wires: frozenset[str], spec: Spec) -> set[str]:
    """Add the parameters that exclude any of these."""
    return {*wires, *(other for wire in wires for other in spec.exclusive.get(wire, ()))}


@lru_cache(maxsize=8)
def _choices(spec: Spec, *, matches: bool) -> tuple[_Choice, ...]:
    rows = [row for row in rows_of(spec) if row.clause is None]
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
    values = spelled_literals(row).map(Literal)
    # To exclude all values of a parameter that every image has would leave nothing.
    longest = max(1, len(row.kind.choices) - 1) if row.total and row.kind.choices else 3
    lists = st.lists(values, min_size=1, max_size=longest).map(tuple)
    if row.observed is None:
        made: list[Make] = [st.builds(Comparison, name, st.just("="), values)]
        if row.kind.standalone:
            made.append(st.builds(Standalone, name))
        return [*made, st.builds(Membership, name, lists)]
    orders = _ORDER if row.kind.ordered else ()
    if isinstance(row.kind, Version):
        made = [st.builds(Comparison, name, st.sampled_from(_EQUALITY), values)]
        made.append(st.builds(Comparison, name, st.sampled_from(orders), versions.map(Literal)))
    else:
        operators = st.sampled_from((*_EQUALITY, *orders))
        made = [st.builds(Comparison, name, operators, values)]
    if row.kind.standalone:
        made.append(st.builds(Standalone, name))
    made.append(st.builds(Membership, name, lists, negated=st.booleans()))
    made.append(st.builds(Presence, name, negated=st.booleans()))
    if row.kind.ordered:
        made.append(
            st.builds(
                lambda both, negated: Between(row.name, *map(Literal, both), negated=negated),
                ranges(row),
                st.booleans(),
            )
        )
    matching = sorted(row.kind.operators & MATCH - (set() if matches else {"matches"}))
    for operator in matching:
        right = needles(operator).map(Literal)
        made.append(st.builds(Match, name, st.just(operator), right, negated=st.booleans()))
    folded = _folded(row, matching)
    return [*made, st.sampled_from(folded).flatmap(lambda make: make)] if folded else made


def _folded(row: Parameter, operators: Sequence[str]) -> list[Make]:
    """Return a strategy for each form of predicate that can ignore letter case, in any of it."""
    name, folds = st.just(row.name), st.just(value=True)
    if not (row.kind.tells_case or row.kind.choices):
        return []
    values = recased(literals(row)).map(Literal)
    lists = st.lists(values, min_size=1, max_size=2).map(tuple)
    made: list[Make] = [
        st.builds(Comparison, name, st.sampled_from(_EQUALITY), values, ignoring_case=folds),
        st.builds(Membership, name, lists, negated=st.booleans(), ignoring_case=folds),
    ]
    for operator in operators:
        right = needles(operator) if operator == "matches" else recased(needles(operator))
        made.append(
            st.builds(
                Match,
                name,
                st.just(operator),
                right.map(Literal),
                negated=st.booleans(),
                ignoring_case=folds,
            )
        )
    return made


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
        if spec.ending(row.wire) and row.pushable and row.kind.standalone
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
        if function.relation != "=":
            return literals(spec.parameters[wire]).map(lambda tag: tag.partition("=")[0])
        if value == hole:
            return literals(spec.parameters[wire])
    return st.sampled_from(("a", "b", "team"))


def request_trees(spec: Spec = CLOUDIMAGES, *, max_predicates: int = 6) -> SearchStrategy[Expr]:
    """Return a strategy for filters that compile to one request: each compares a parameter once."""
    return requested(spec, max_predicates).map(_conjunction)


def _conjunction(asked: Sequence[Asked]) -> Expr:
    parts = [each.tree for each in asked]
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else And(parts)


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
