"""Analysed queries as the pairs of a single request, or refused with all that prevents one."""

from __future__ import annotations

from operator import itemgetter

from imsquery.compiler.query_string import CompiledQuery, join
from imsquery.semantics.clauses import is_sortable
from imsquery.semantics.formula import And, Atom

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import Formula, Order


def finish(analysis: Analysis) -> CompiledQuery:
    """Return the request of a query.

    Raises:
        QueryError: there are errors, or the query is not a single request.
    """
    pairs = lower(analysis)
    warnings: tuple[Diagnostic, ...] = ()
    binder = analysis.binder
    if binder.findings:
        from imsquery.diagnostics.model import in_text_order

        analysis.raise_errors()
        warnings = in_text_order(binder.findings)
    return CompiledQuery(pairs, join(pairs), binder.spec.path, warnings)


def lower(analysis: Analysis) -> Sequence[tuple[str, str]]:
    """Return the pairs of a query in canonical order, and report what prevents a request."""
    bound = analysis.bound
    spec = analysis.binder.spec
    # Most filters that are a single request need no simplification.
    pairs = _pairs(bound.filter, spec)
    if pairs is None:
        pairs = _pairs(analysis.formula, spec)
        if pairs is None:
            return _lower_rest(analysis)
        analysis.report_expressions()  # simplification may have dropped some
    if not spec.companions.keys().isdisjoint(pairs):
        analysis.check_consistency()  # which warns of what does not go with them
    found = sorted(pairs.items())
    if bound.order or bound.limit is not None or bound.after is not None:
        return _with_clauses(analysis, found)
    if bound.counts():
        _report_clauses(analysis)
    return found


def _pairs(formula: Formula, spec: Spec) -> dict[str, str] | None:
    """Return the pairs of a conjunction that compares each parameter once, or else ``None``.

    If there are pairs, ``check_consistency`` would find nothing: facts that contradict each other
    are about the same parameter, and relations between parameters are checked here.
    """
    pairs: dict[str, str] = {}
    exclusive = spec.exclusive
    demanding: list[Parameter] = []
    for atom in formula.operands if type(formula) is And else (formula,):
        if type(atom) is not Atom:
            return None
        parameter = atom.parameter
        wire = parameter.wire
        prefix = parameter.prefixes.get(atom.relation)
        if prefix is None or wire in pairs:
            return None
        pairs[wire] = f"{prefix}{atom.value}"
        if wire in exclusive or parameter.requires is not None:
            demanding.append(parameter)
    for parameter in demanding:
        if not exclusive.get(parameter.wire, _NONE).isdisjoint(pairs):
            return None
        if parameter.requires is not None:
            wire, value = parameter.requires
            if pairs.get(wire) != value:
                return None
    return pairs


_NONE: frozenset[str] = frozenset()


def _lower_rest(analysis: Analysis) -> Sequence[tuple[str, str]]:
    """Lower what the fast way leaves: lists, ranges and repeated parameters, and what is wrong."""
    pairs = _all_pairs(analysis.formula)
    if pairs is None:
        from imsquery.compiler.not_expressible import report_obstacles

        report_obstacles(analysis)
    else:
        analysis.check_consistency()
        analysis.report_expressions()
    return _with_clauses(analysis, pairs or [])


def _all_pairs(formula: Formula) -> list[tuple[str, str]] | None:
    """Return the pairs of a simplified conjunction in canonical order, however they are written."""
    from imsquery.schema.wire import write_pair
    from imsquery.semantics.lists import as_list

    pairs: dict[tuple[str, str], None] = {}
    asked: set[str] = set()
    for part in formula.operands if type(formula) is And else (formula,):
        atom = part if type(part) is Atom else as_list(part)
        pair = atom and write_pair(atom.parameter, atom.relation, atom.value)
        if not (atom and pair) or (pair[0] in asked and not atom.parameter.repeats):
            return None
        asked.add(pair[0])
        pairs[pair] = None
    return sorted(pairs)


def _with_clauses(
    analysis: Analysis, pairs: Sequence[tuple[str, str]]
) -> Sequence[tuple[str, str]]:
    """Add what the clauses ask for; sort keys are not sorted."""
    binder, bound = analysis.binder, analysis.bound
    spec = binder.spec
    found = [*pairs]
    keys = bound.order
    if keys:
        binder.check_order(bound)
        keys = keys if spec.takes_sort_keys else keys[:1]
        written = [(key.parameter.wire, key.direction) for key in keys if key.parameter.sortable]
        if written:
            found += spec.write_order(written)
        if len(written) < len(keys):
            _report_sort_keys(keys, analysis)
    for which, clause in (("limit", bound.limit), ("after", bound.after)):
        if clause is not None:
            value = analysis.clause_value(clause)
            if value is not None:
                found.append((spec.clauses[which].wire, str(value)))
    if len(bound.order) > len(keys) or bound.counts():
        _report_clauses(analysis)
    found.sort(key=itemgetter(0))
    return found


def _report_clauses(analysis: Analysis) -> None:
    from imsquery.compiler.not_expressible import report_clauses

    report_clauses(analysis)


def _report_sort_keys(keys: Sequence[Order], analysis: Analysis) -> None:
    binder = analysis.binder
    for order in keys:
        if order.parameter.sortable or not is_sortable(order.parameter):
            continue
        binder.report(
            "unknown-sort-key",
            f"the server cannot sort by `{order.parameter.name}`, only by "
            f"{', '.join(binder.spec.sort_keys)}"
            f"{'; `plan` sorts on the client' * analysis.has_plan}",
            binder.span(order.token),
        )
