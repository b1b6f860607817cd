"""Comparisons as intervals: overlapping alternatives become one, and two equal bounds a value."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from operator import is_not

from imsquery.frozen import Frozen
from imsquery.schema.kinds import Integer, RefusedValue
from imsquery.semantics.formula import And, Atom, Or, fold, leaves
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula

_ORDER = frozenset({"<", "<=", ">", ">="})
# The lower and the upper bound that a comparison sets.
_LOWER = {">": ">", ">=": ">=", "=": ">="}
_UPPER = {"<": "<", "<=": "<=", "=": "<="}
_INFINITY = float("inf")


def extent(atom: Atom) -> tuple[float, float]:
    """Return the least and the greatest number that satisfy a comparison.

    Times count in seconds.  For ``!=`` it is the one number that does not satisfy it.
    """
    number = _to_number(atom.value)
    if atom.relation in {"=", "!="}:
        return number, number
    if atom.relation in {"<", "<="}:
        return -_INFINITY, number - (atom.relation == "<")
    return number + (atom.relation == ">"), _INFINITY


@lru_cache(maxsize=1024)  # each bound is compared with all others
def _to_number(value: str | int) -> int:
    return value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp())


def unite_ranges(formula: Formula) -> Formula:
    """Unite the ranges in a simplified filter: ``t < 5 or t between 3 and 9`` is ``t <= 9``.

    Only ranges of a time that every image has are united: there the full range means ``all``.  For
    any number or time, ``between 5 and 5`` becomes ``= 5``, which a request can ask for.
    """
    is_changed = False

    def join(node: And | Or, parts: list[Formula]) -> Formula:
        nonlocal is_changed
        united = _unite(parts) if isinstance(node, Or) else _pin(parts)
        is_changed |= len(united) < len(parts) or any(map(is_not, united, parts))
        return type(node)(united, node.first, node.last)

    if not any(map(_is_ordered, leaves(formula))):
        return formula
    united = fold(formula, lambda leaf: leaf, lambda node, _: node, join)
    return simplify(united) if is_changed else formula


def _is_ordered(leaf: Formula) -> bool:
    if not isinstance(leaf, Atom):
        return False
    return leaf.relation in _ORDER or (leaf.relation == "=" and leaf.parameter.is_time)


class _Range(Frozen):
    """The first and the last second of one part of an ``or``, and which part it is."""

    first: float
    last: float
    atoms: list[Atom]
    place: int


def _unite(parts: list[Formula]) -> list[Formula]:
    by_time: dict[str, list[_Range]] = {}
    for place, part in enumerate(parts):
        read = _read(part, place)
        if read is not None:
            by_time.setdefault(read.atoms[0].parameter.wire, []).append(read)
    united: list[Formula | None] = [*parts]
    for ranges in by_time.values():
        for run in _runs(sorted(ranges, key=lambda each: (each.first, each.last))):
            if len(run) > 1:
                for each in run:
                    united[each.place] = None
                united[run[0].place] = _union(run)
    return [part for part in united if part is not None]


def _pin(parts: list[Formula]) -> list[Formula]:
    """Replace ``>=`` and ``<=`` with the same value by ``=``."""
    bounds = {
        (each.parameter.wire, each.relation, each.value)
        for each in parts
        if isinstance(each, Atom) and each.relation in {">=", "<="}
    }
    pinned: list[Formula] = []
    for part in parts:
        if isinstance(part, Atom) and part.relation in {">=", "<="}:
            wire, value = part.parameter.wire, part.value
            both = {(wire, ">=", value), (wire, "<=", value)}
            if both <= bounds and _can_equal(part.parameter, value):
                pinned.append(Atom(part.parameter, "=", value, part.first, part.last))
                continue
        pinned.append(part)
    return pinned


def _can_equal(row: Parameter, value: str | int) -> bool:
    """Return whether a parameter takes a value: a bound may be out of its range."""
    kind = row.kind
    if not isinstance(kind, Integer):
        return True
    try:
        return kind.read(str(value)) == value
    except RefusedValue:
        return False


def _read(part: Formula, place: int) -> _Range | None:
    """Read a part that is a range of a single time and nothing else."""
    atoms = [*part.operands] if isinstance(part, And) else [part]
    read = [each for each in atoms if isinstance(each, Atom) and _is_bound(each)]
    if len(read) != len(atoms) or len({atom.parameter.wire for atom in read}) != 1:
        return None
    extents = [extent(atom) for atom in read]
    first, last = max(low for low, _ in extents), min(high for _, high in extents)
    return _Range(first, last, read, place)


def _is_bound(atom: Atom) -> bool:
    parameter = atom.parameter
    is_time = parameter.is_time and parameter.total
    return is_time and (atom.relation in _LOWER or atom.relation in _UPPER)


def _runs(ranges: list[_Range]) -> list[list[_Range]]:
    """Group sorted ranges that overlap or touch: there is nothing between two seconds."""
    runs: list[list[_Range]] = []
    last = 0.0
    for each in ranges:
        if runs and each.first <= last + 1:
            runs[-1].append(each)
            last = max(last, each.last)
        else:
            runs.append([each])
            last = each.last
    return runs


def _union(run: list[_Range]) -> Formula:
    """Return the condition for ranges without a gap between them."""
    atoms = [atom for each in run for atom in each.atoms]
    first, last = run[0].first, max(each.last for each in run)
    lower = [_bound(atom, _LOWER) for atom in atoms if extent(atom)[0] == first]
    upper = [_bound(atom, _UPPER) for atom in atoms if extent(atom)[1] == last]
    # Of `> 4` and `>= 5` always the same one, whichever was written first.
    bounds = [
        min(found, key=lambda atom: (atom.relation, atom.value))
        for each in (lower, upper)
        if (found := [atom for atom in each if atom is not None])
    ]
    return And(bounds, atoms[0].first, atoms[0].last)


def _bound(atom: Atom, relations: dict[str, str]) -> Atom | None:
    """Return a comparison as a bound on one side, if it is one."""
    relation = relations.get(atom.relation)
    if relation is None:
        return None
    return Atom(atom.parameter, relation, atom.value, atom.first, atom.last)
