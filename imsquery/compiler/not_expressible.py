"""Reasons why a filter, or a part of it, is not a single request."""

from __future__ import annotations

from imsquery.semantics.binder import is_sortable
from imsquery.semantics.formula import And, Atom, Deferred, Not, Or, Unknown, leaves

TYPE_CHECKING = False  # typing is not worth loading for a finding
if TYPE_CHECKING:
    from collections.abc import Container

    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula

_AND_ONLY = "the server joins conditions by `and` only"
_NOTHING = "no request finds nothing"
_EQUALS_ONLY = "the server cannot filter by what a value is not"


def report_obstacles(analysis: Analysis) -> None:
    """Report each part of a checked filter that keeps it from being one request."""
    formula, binder = analysis.formula, analysis.binder
    seen: dict[str, Atom] = {}
    for literal in formula.operands if type(formula) is And else (formula,):
        if type(literal) is not Atom:
            _report_joined(literal, binder)
            continue
        reason = obstacle(literal)
        if reason is not None:
            _report(literal, reason, binder)
            continue
        first = seen.setdefault(literal.parameter.wire, literal)
        # Two values that contradict each other have a finding already.
        if first is not literal and (analysis.can_match or literal.parameter.multiple):
            later = max(literal, first, key=lambda each: each.first)
            _report(later, _once_only(literal), binder)


def report_clauses(analysis: Analysis) -> None:
    """Report what the clauses ask for that no request can."""
    binder, bound = analysis.binder, analysis.bound
    for order in bound.order[1:]:
        if is_sortable(order.parameter):
            _refuse("the server sorts by one attribute", binder.span(order.token), binder)
    for count in bound.counts():
        if not analysis.clause_value(count.number):
            continue  # `skip 0`, or no value for a placeholder, which is reported
        reason = "the server cannot skip images"
        if count.per is not None:
            reason = f"the server cannot count the images of each `{count.per.name}`"
        _refuse(reason, binder.span(count.first, count.last), binder)


def obstacle(literal: Formula) -> str | None:
    """Return why no request can ask for a literal; ``None`` if one can."""
    if type(literal) is not Atom:
        return _EQUALS_ONLY
    parameter = literal.parameter
    if not parameter.pushable:
        return f"the server cannot filter by `{parameter.name}`"
    if literal.relation == "present":
        return "the server cannot filter by whether an attribute is present"
    if literal.relation == "=" or parameter.is_time:
        return None
    return f"the server compares `{parameter.name}` by `=` only, not by `{literal.relation}`"


def why_left(part: Formula, asked: Container[str]) -> str:
    """Return why a request leaves a part of its residual to the client.

    Args:
        part: a condition, or a list or range that was written as one.
        asked: the wire names in the request.
    """
    literals = part.operands if isinstance(part, And | Or) else (part,)
    for literal in literals:
        reason = obstacle(literal)
        if reason is not None:
            return reason
    if type(part) is Or and len(literals) > 1:
        return _alternatives(part)
    for literal in literals:
        if type(literal) is Atom and literal.parameter.wire in asked:
            return _once_only(literal)
    return _AND_ONLY


def _once_only(atom: Atom) -> str:
    return f"one request compares `{atom.parameter.name}` once"


def _report_joined(formula: Formula, binder: Binder) -> None:
    """Report a disjunction or negation in a conjunction."""
    operand = formula.operand if type(formula) is Not else formula
    for leaf in leaves(formula):
        if isinstance(leaf, Deferred):
            binder.report_unbound(leaf)
    if isinstance(operand, Unknown):
        return
    _report(formula, _alternatives(formula) if type(formula) is Or else _EQUALS_ONLY, binder)


def _alternatives(formula: Or) -> str:
    if not formula.operands:
        return _NOTHING
    names = {leaf.parameter.name for leaf in leaves(formula) if type(leaf) is Atom}
    return f"{_AND_ONLY} and takes one value of `{names.pop()}`" if len(names) == 1 else _AND_ONLY


def _report(formula: Formula, reason: str, binder: Binder) -> None:
    binder.report(
        "not-expressible",
        f"{reason}; `plan` does it, with several requests or on the client",
        binder.span(formula.first, formula.last),
    )


def _refuse(reason: str, span: tuple[int, int], binder: Binder) -> None:
    binder.report("not-expressible", f"{reason}; `plan` does it, on the client", span)
