"""Ranges made simpler: alternatives without a gap between them one, and two equal ends a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from imsquery.planning.implication import extent
from imsquery.semantics.formula import And, Atom, Or, fold, leaves
from imsquery.semantics.simplify import simplify

if TYPE_CHECKING:
    from imsquery.semantics.formula import Formula

_ORDER = frozenset({"<", "<=", ">", ">="})
# What a condition says of where a range begins, and of where it ends.
_BEGINS = {">": ">", ">=": ">=", "=": ">="}
_ENDS = {"<": "<", "<=": "<=", "=": "<="}


def unite_ranges(formula: Formula) -> Formula:
    """Join alternatives of a simplified filter: ``t < 5 or t between 3 and 9`` is ``t <= 9``.

    Only those about a time that every image has: the whole of it is no condition.  Of any number or
    time, ``between 5 and 5`` is ``= 5``, which a request can ask for.
    """

    def join(node: And | Or, parts: list[Formula]) -> Formula:
        united = _unite(parts) if isinstance(node, Or) else _pin(parts)
        return cast("Formula", type(node)(united, node.first, node.last))

    if not any(map(_is_ordered, leaves(formula))):
        return formula
    return simplify(fold(formula, lambda leaf: leaf, lambda node, _: node, join))


def _is_ordered(leaf: Formula) -> bool:
    if not isinstance(leaf, Atom):
        return False
    return leaf.relation in _ORDER or (leaf.relation == "=" and leaf.parameter.is_time)


class _Range(NamedTuple):
    """The seconds, from the first to the last, that a part of an ``or`` takes in."""

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
                united[run[0].place] = _spell(run)
    return [part for part in united if part is not None]


def _pin(parts: list[Formula]) -> list[Formula]:
    """Put ``=`` in the place of ``>=`` and ``<=`` with one value."""
    ends = {
        (each.parameter.wire, each.relation, each.value)
        for each in parts
        if isinstance(each, Atom) and each.relation in {">=", "<="}
    }
    pinned: list[Formula] = []
    for part in parts:
        if isinstance(part, Atom) and part.relation in {">=", "<="}:
            wire, value = part.parameter.wire, part.value
            if (wire, ">=", value) in ends and (wire, "<=", value) in ends:
                pinned.append(Atom(part.parameter, "=", value, part.first, part.last))
                continue
        pinned.append(part)
    return pinned


def _read(part: Formula, place: int) -> _Range | None:
    """Read a part that is a range of one time and nothing else."""
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
    return is_time and (atom.relation in _BEGINS or atom.relation in _ENDS)


def _runs(ranges: list[_Range]) -> list[list[_Range]]:
    """Put ranges, sorted, together that overlap or touch: between two seconds there is none."""
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


def _spell(run: list[_Range]) -> Formula:
    """Give the condition for ranges without a gap between them."""
    atoms = [atom for each in run for atom in each.atoms]
    first, last = run[0].first, max(each.last for each in run)
    begins = [_bound(atom, _BEGINS) for atom in atoms if extent(atom)[0] == first]
    ends = [_bound(atom, _ENDS) for atom in atoms if extent(atom)[1] == last]
    # Of `> 4` and `>= 5` the same one, whichever was written first.
    bounds = [
        min(found, key=lambda atom: (atom.relation, atom.value))
        for each in (begins, ends)
        if (found := [atom for atom in each if atom is not None])
    ]
    return And(bounds, atoms[0].first, atoms[0].last)


def _bound(atom: Atom, relations: dict[str, str]) -> Atom | None:
    """Give what a condition says of one end of its range."""
    relation = relations.get(atom.relation)
    if relation is None:
        return None
    return Atom(atom.parameter, relation, atom.value, atom.first, atom.last)
