"""What no one request can ask for, and why."""

from __future__ import annotations

from imsquery.semantics.formula import And, Atom, Deferred, Not, Or, Unknown, leaves

TYPE_CHECKING = False  # a finding is no reason to load typing
if TYPE_CHECKING:
    from collections.abc import Container

    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula

_AND_ONLY = "the server joins conditions by `and` only"
_NOTHING = "no request finds nothing: `none` cannot be asked for"
_EQUALS_ONLY = "the server finds what equals a value, never what does not"


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
        # Two values that contradict each other are reported as that.
        if first is not literal and (analysis.can_match or literal.parameter.multiple):
            later = max(literal, first, key=lambda each: each.first)
            _report(later, _once_only(literal), binder)


def obstacle(literal: Formula) -> str | None:
    """Say why no request asks for an atom or its opposite; ``None`` where one does."""
    if type(literal) is not Atom:
        return _EQUALS_ONLY
    parameter = literal.parameter
    if not parameter.pushable:
        return f"the server cannot filter by `{parameter.name}`"
    if literal.relation == "present":
        return "the server cannot tell whether an attribute is there"
    if literal.relation == "=" or parameter.is_time:
        return None
    return f"the server compares `{parameter.name}` by `=` only, not by `{literal.relation}`"


def why_left(part: Formula, asked: Container[str]) -> str:
    """Say why the client looks at a part of what a request leaves to do.

    Args:
        part: a condition, or what was written as one: a list, the two ends of a range.
        asked: the wire names of the request.
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
    """Report a part of a conjunction that is no atom: alternatives, or what is not to hold."""
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
        f"{reason}; `plan` does it with more requests or on the client",
        binder.span(formula.first, formula.last),
    )
