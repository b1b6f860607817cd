"""Where the pages of a request may end: at a bound of the time that images arrive by."""

from __future__ import annotations

from imsquery.covering.boxes import Box
from imsquery.covering.implication import assume
from imsquery.covering.intervals import unite_ranges
from imsquery.language.operators import ORDER
from imsquery.semantics.formula import And, Atom
from imsquery.semantics.lists import gather, spread

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.execution.ordering import SortKey
    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula

    Part = tuple[Box, Formula, tuple[str, str] | None]


def bounded(formula: Formula, box: Box, residual: Formula, arrival: SortKey) -> Part:
    """Return the conditions of a request, its residual, and where its pages may end.

    Of two bounds on the time that images arrive by, the request asks for the one that the first of
    them satisfies.
    """
    until = _end_of(residual, arrival)
    wire = arrival.parameter.wire
    known = box.conditions.get(wire)
    if until is None and known is not None and _end_of(known, arrival) is not None:
        for other in _bounds(residual, arrival.parameter):
            turned = Box({**box.conditions, wire: other}, box.unasked)
            left = spread(unite_ranges(assume(gather(formula), turned.conditions.values())))
            end = _end_of(left, arrival)
            if end is not None:
                return turned, left, end
    return box, residual, until


def _end_of(formula: Formula, arrival: SortKey) -> tuple[str, str] | None:
    """Return a relation and a time: once images satisfy it, no more can match."""
    ends = {">": "<=", ">=": "<"} if arrival.descending else {"<": ">=", "<=": ">"}
    for atom in _bounds(formula, arrival.parameter):
        if atom.relation in ends:
            return ends[atom.relation], str(atom.value)
    return None


def _bounds(formula: Formula, parameter: Parameter) -> list[Atom]:
    """Return the conditions on a time that must hold whatever others do."""
    parts = formula.operands if isinstance(formula, And) else (formula,)
    return [
        each
        for each in parts
        if isinstance(each, Atom)
        and each.parameter is parameter
        and parameter.is_time
        and each.relation in ORDER
    ]
