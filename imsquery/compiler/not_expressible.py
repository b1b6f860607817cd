"""Reasons why a filter, or a part of it, is not a single request."""

from __future__ import annotations

from bisect import bisect_left

from imsquery.covering.boxes import slot
from imsquery.covering.parts import report_no_plan
from imsquery.diagnostics.edits import clip
from imsquery.language.lexer import spell
from imsquery.language.operators import KEYED, NOCASE
from imsquery.schema.parameters import LIST
from imsquery.schema.wire import MAX_LIST, compares_by, write_list, write_pair
from imsquery.semantics.clauses import is_sortable
from imsquery.semantics.formula import And, Atom, Deferred, Not, Or, Unknown, leaves
from imsquery.semantics.lists import as_list

TYPE_CHECKING = False  # typing is not worth loading for a finding
if TYPE_CHECKING:
    from collections.abc import Container

    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import Formula

    Fix = tuple[str, list[tuple[int, int, str]]]

_AND_ONLY = "the server joins conditions by `and` only"
_NOTHING = "no request finds nothing"
_BY_PLAN = "; `plan` does it, with several requests or on the client"
_EQUALS_ONLY = "the server cannot filter by what a value is not"


def report_obstacles(analysis: Analysis) -> None:
    """Check a filter, and report each part that keeps it from being one request."""
    analysis.check()
    report_no_plan(analysis)
    report = _Report(analysis)
    formula = analysis.formula
    seen: dict[str, Atom] = {}
    for part in formula.operands if type(formula) is And else (formula,):
        literal = part if type(part) is Atom else as_list(part)
        if literal is None:
            report.joined(part)
            continue
        reason = obstacle(literal)
        if reason is not None:
            fixes = _fixes(literal, analysis) if literal.relation == KEYED else []
            report.part(literal, reason, *fixes)
            continue
        first = seen.setdefault(slot(literal), literal)
        # Two values that contradict each other have a finding already.
        if first is not literal and (analysis.can_match or literal.parameter.multiple):
            report.part(max(literal, first, key=lambda each: each.first), _once_only(literal))


class _Report:
    """Reports parts of a checked filter; of one that no plan finds, that has been said."""

    def __init__(self, analysis: Analysis) -> None:
        self._binder = analysis.binder
        self._without_plan = sorted(
            (each.span.start, each.span.end)
            for each in analysis.findings
            if each.code == "not-observable"
        )

    def joined(self, formula: Formula) -> None:
        """Report a disjunction or negation in a conjunction."""
        operand = formula.operand if type(formula) is Not else formula
        for leaf in leaves(formula):
            if isinstance(leaf, Deferred):
                self._binder.report_unbound(leaf)
        if not isinstance(operand, Unknown):
            reason = _alternatives(formula) if type(formula) is Or else _EQUALS_ONLY
            self.part(formula, reason)

    def part(self, formula: Formula, reason: str, *fixes: Fix) -> None:
        """Report a part; the way to find it nevertheless is named only if there is one."""
        start, end = self._binder.span(formula.first, formula.last)
        within = bisect_left(self._without_plan, (start, 0))
        if any(last <= end for _, last in self._without_plan[within : within + 1]):
            return
        way = "" if self._without_plan else _BY_PLAN
        self._binder.report("not-expressible", f"{reason}{way}", (start, end), *fixes)


def _fixes(keyed: Atom, analysis: Analysis) -> list[Fix]:
    """Offer to compare the only tag of a filter as a whole, if the key can be one."""
    row, binder = keyed.parameter, analysis.binder
    is_bound = "PLACEHOLDER" in binder.tokens.kinds[keyed.first : keyed.last]
    wires = [leaf.parameter.wire for leaf in leaves(analysis.formula) if type(leaf) is Atom]
    if is_bound or wires.count(row.wire) > 1 or row.kind.advise(str(keyed.value)) is not None:
        return []
    phrase = f"{row.name} = {spell(str(keyed.value))}"
    return [(f"write `{clip(phrase)}`", [(*binder.span(keyed.first, keyed.last), phrase)])]


def report_clauses(analysis: Analysis) -> None:
    """Report what the clauses ask for that no request can."""
    binder, bound = analysis.binder, analysis.bound
    way = "; `plan` does it, on the client" if analysis.has_plan else ""
    for order in () if binder.spec.takes_sort_keys else bound.order[1:]:
        if is_sortable(order.parameter):
            message = f"the server sorts by one attribute{way}"
            binder.report("not-expressible", message, binder.span(order.token))
    for count in bound.counts():
        if not analysis.clause_value(count.number):
            continue  # `skip 0`, or no value for a placeholder, which is reported
        reason = "the server cannot skip images"
        if count.per is not None:
            reason = f"the server cannot count the images of each `{count.per.name}`"
        span = binder.span(count.first, count.last)
        binder.report("not-expressible", f"{reason}{way}", span)


def obstacle(literal: Formula) -> str | None:
    """Return why no request can ask for a literal; ``None`` if one can."""
    if not isinstance(literal, Atom):
        return _EQUALS_ONLY
    parameter = literal.parameter
    if not parameter.pushable:
        return f"the server cannot filter by `{parameter.name}`"
    if literal.relation == "present":
        return "the server cannot filter by whether an attribute is present"
    if write_pair(parameter, literal.relation, literal.value) is not None:
        return None
    if literal.relation == KEYED:
        return "the server compares whole tags, not their keys"
    if literal.relation.endswith(NOCASE):
        return f"the server compares `{parameter.name}` with its letter case"
    if compares_by(parameter, literal.relation):
        return f"no request can have this value of `{parameter.name}`"
    known = [f"`{each}`" for each in parameter.forms]
    listed = " and ".join(filter(None, [", ".join(known[:-1]), known[-1]]))
    return f"the server compares `{parameter.name}` by {listed} only, not by `{literal.relation}`"


def why_left(part: Formula, asked: Container[str]) -> str:
    """Return why a request leaves a part of its residual to the client.

    Args:
        part: a condition, or a list or range that was written as one.
        asked: the conditions in the request, by :func:`slot`.
    """
    listed = as_list(part)
    literals = part.operands if isinstance(part, And | Or) and not listed else (listed or part,)
    for literal in literals:
        reason = obstacle(literal)
        if reason is not None:
            return reason
    if type(part) is Or and len(literals) > 1:
        return _alternatives(part)
    for literal in literals:
        if isinstance(literal, Atom) and slot(literal) in asked:
            return _once_only(literal)
    return _AND_ONLY


def _once_only(atom: Atom) -> str:
    return f"one request compares `{atom.parameter.name}` once"


def _alternatives(formula: Or) -> str:
    if not formula.operands:
        return _NOTHING
    rows = {leaf.parameter for leaf in leaves(formula) if type(leaf) is Atom}
    if len(rows) > 1 or not rows:
        return _AND_ONLY
    row = rows.pop()
    if LIST not in row.forms:
        return f"{_AND_ONLY} and takes one value of `{row.name}`"
    values = [str(leaf.value) for leaf in leaves(formula) if type(leaf) is Atom]
    if len({*values}) > MAX_LIST:
        return f"a request takes up to {MAX_LIST} values of `{row.name}`"
    return _AND_ONLY if write_list(values) else f"no list of `{row.name}` can have these values"
