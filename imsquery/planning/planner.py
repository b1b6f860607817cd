"""Planning: any filter as a few requests, and what is left to the client.

Each alternative that a request can ask for gets a request of its own, as far as the budget goes, so
that nothing is fetched in vain.  A request is dropped if another one finds the same images, and two
requests that are one in two parts become one.  All choices depend on the conditions alone, never on
the order in which they were written, so that equal filters have equal plans.

1. The filter is simplified further.  Gone are parts that can match nothing in their context
   (:mod:`imsquery.semantics.analysis`, :func:`~imsquery.planning.implication.drop_contradictions`),
   conditions that every image satisfies (:func:`~imsquery.planning.implication.drop_certain`), and
   hidden conditions that make no difference (:func:`~imsquery.planning.implication.drop_moot`).
   Ranges are united (:mod:`imsquery.planning.intervals`).
2. :mod:`imsquery.planning.cover` finds the conditions of the requests.
3. The *residual* of a request is the filter once these conditions are known to hold
   (:func:`~imsquery.planning.implication.assume`).  A request is exact if its residual is ``all``.
4. Of two bounds of a time, a request asks for the one that images arrive after; its pages end at
   the other.
5. A limit becomes part of an exact request if the server sorts.  The server sorts by what never
   changes, the creation time or the id; and by anything else that it can if a single page is
   enough (:func:`imsquery.execution.ordering.read_order`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from imsquery.compiler.lowering import time_value
from imsquery.compiler.not_expressible import why_left
from imsquery.compiler.query_string import CompiledQuery, join
from imsquery.execution.job import Condition, Request
from imsquery.execution.ordering import Ordering, read_order
from imsquery.execution.run import MAX_PAGE
from imsquery.execution.window import PerGroup, Slice
from imsquery.language.operators import ORDER
from imsquery.limits import DEFAULT_LIMITS
from imsquery.planning.boxes import Box
from imsquery.planning.cover import TooManyHiddenError, cover
from imsquery.planning.implication import assume, drop_certain, drop_contradictions, drop_moot
from imsquery.planning.intervals import unite_ranges
from imsquery.planning.phrasing import phrase, phrase_atom
from imsquery.planning.plan import Plan
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import Analysis, analyze
from imsquery.semantics.formula import And, Atom, Or

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.source import Span
    from imsquery.execution.ordering import SortKey
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Count, Formula

    Part = tuple[Box, Formula, tuple[str, str] | None]

MAX_REQUESTS = 8


def plan(
    query: str | Query | Expr,
    *,
    max_requests: int = MAX_REQUESTS,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Plan:
    """Plan a query: any filter, in any order.

    >>> for request in plan("platform = CentOS or platform = Ubuntu and min_ram <= 4096").requests:
    ...     print(request.query_string, "|", request.residual)
    __platform=CentOS | all
    __platform=Ubuntu | min_ram <= 4096

    Args:
        query: the text, or a syntax tree.
        max_requests: maximum number of requests.  Each is paged through on its own, and planning
            takes time in proportion.  If the client sorts, running the plan may take one more
            request, for the image that ``after`` names.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.

    Returns:
        The plan; it has no requests if the filter can match nothing.

    Raises:
        QueryError: any error but ``contradiction``; ``not-observable`` if a condition that is not
            in image records cannot be asked for within ``max_requests``.
        ModuleNotFoundError: the filter uses ``matches``, but the extra ``re2`` is not installed.
        ValueError: ``max_requests`` is not a positive integer, or the spec lacks what plans need.
    """
    _check_arguments(max_requests, spec)
    analysis = analyze(query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits)
    analysis.check_expressions()
    after = analysis.clause_value(analysis.bound.after)
    after = None if after is None else str(after)
    clauses = _slice(analysis)
    identity = spec.find("id")
    formula = drop_certain(analysis.pruned, spec)
    formula = drop_moot(unite_ranges(drop_contradictions(formula)))
    parts = _parts(analysis, formula, max_requests, identity)
    ordering = read_order(analysis.bound, spec)
    if _fits_a_page(ordering, clauses, parts):
        ordering = evolve(ordering, by_server=True)
    lowering = _Lowering(analysis, ordering, clauses.total, after, spec)
    bounded = [_bounded(formula, *each, ordering.arrival) for each in parts]
    requests = [lowering.request(*each) for each in bounded]
    return Plan(
        text=analysis.text,
        filter=phrase(formula),
        requests=tuple(sorted(requests, key=lambda request: request.query_string)),
        order=ordering,
        after=after,
        clauses=clauses,
        locator=None if after is None or ordering.is_certain else lowering.locator(after),
        warnings=analysis.findings,
        spec=spec,
    )


def _check_arguments(max_requests: int, spec: Spec) -> None:
    if not spec.clauses.keys() >= {"limit", "after"}:
        msg = "the spec lacks the clauses `limit` and `after`, which paging needs"
        raise ValueError(msg)
    if type(max_requests) is not int or max_requests < 1:
        msg = f"max_requests must be a positive integer, got {max_requests!r}"
        raise ValueError(msg)


def _slice(analysis: Analysis) -> Slice:
    """Return the clauses that count images."""
    bound = analysis.bound

    def per_group(clause: Count | None) -> PerGroup | None:
        number = None if clause is None else analysis.clause_value(clause.number)
        if clause is None or clause.per is None or not number:
            return None
        return PerGroup(int(number), clause.per)

    skip = None if bound.skip is None else analysis.clause_value(bound.skip.number)
    limit = analysis.clause_value(bound.limit)
    return Slice(
        skip_per=per_group(bound.skip_per),
        limit_per=per_group(bound.limit_per),
        skip=int(skip or 0),
        limit=None if limit is None else int(limit),
    )


def _fits_a_page(ordering: Ordering, clauses: Slice, parts: list[tuple[Box, Formula]]) -> bool:
    """Return whether the first page of a single request has all results, and the image after."""
    total = clauses.total
    if len(parts) != 1 or total is None or total >= MAX_PAGE:
        return False
    return _is_all(parts[0][1]) and len(ordering.keys) == 1 and ordering.parameter.sortable


def _is_all(formula: Formula) -> bool:
    return isinstance(formula, And) and not formula.operands


def _parts(
    analysis: Analysis, formula: Formula, budget: int, identity: Parameter | None
) -> list[tuple[Box, Formula]]:
    """Return the conditions of each request with its residual."""
    try:
        boxes = cover(formula, budget, None if identity is None else identity.wire)
    except TooManyHiddenError:
        message = (
            f"too many combinations of parameters that are not in image records for {budget:,} "
            "requests; use fewer at a time or raise `max_requests`"
        )
        raise analysis.refuse("not-observable", message) from None
    parts = []
    for box in boxes:
        unasked = {atom.key for atom in box.unasked}
        residual = unite_ranges(assume(formula, box.conditions, unasked))
        if isinstance(residual, Or) and not residual.operands:
            continue
        if box.unasked:
            raise _two_values(analysis, box.unasked[0])
        parts.append((box, residual))
        if len(parts) > budget:
            raise _over_budget(analysis, boxes, budget)
    return parts


def _bounded(formula: Formula, box: Box, residual: Formula, arrival: SortKey) -> Part:
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
            left = unite_ranges(assume(formula, turned.conditions))
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


def _two_values(analysis: Analysis, atom: Atom) -> QueryError:
    name = atom.parameter.name
    message = (
        f"ask for one `{name}` at a time: it is not in image records, and a request takes one value"
    )
    return analysis.refuse("not-observable", message, atom)


def _over_budget(analysis: Analysis, boxes: list[Box], budget: int) -> QueryError:
    hidden = [
        atom for box in boxes for atom in box.conditions.values() if atom.parameter.observed is None
    ]
    first = min(hidden, key=lambda atom: atom.first)
    message = (
        f"raise `max_requests`: `{first.parameter.name}` is not in image records, so each "
        f"alternative needs its own request (up to {len(boxes):,}; {budget:,} allowed)"
    )
    return analysis.refuse("not-observable", message, first)


class _Lowering:
    """Lowers boxes to requests; all requests of a plan share its clauses."""

    def __init__(
        self,
        analysis: Analysis,
        ordering: Ordering,
        limit: int | None,
        after: str | None,
        spec: Spec,
    ) -> None:
        self._analysis = analysis
        self._limit = limit if ordering.by_server else None  # of images that are needed in all
        self._spec = spec
        self._clauses: dict[str, str] = {}
        if ordering.by_server and ordering.is_written:
            self._clauses[spec.clauses["order by"].wire] = ordering.parameter.wire
            direction = analysis.bound.order[0].direction
            if direction is not None:
                self._clauses[spec.clauses["direction"].wire] = direction
        if ordering.by_server and after is not None:
            self._clauses[spec.clauses["after"].wire] = after

    def request(self, box: Box, residual: Formula, until: tuple[str, str] | None) -> Request:
        pushed = sorted(box.conditions.items())
        pairs = {wire: _value(atom) for wire, atom in pushed}
        exact = _is_all(residual)
        if exact and self._limit is not None:
            pairs[self._spec.clauses["limit"].wire] = str(self._limit)
        ordered = sorted({**pairs, **self._clauses}.items())
        return Request(
            query=CompiledQuery(ordered, join(ordered), self._spec.path),
            residual=phrase(residual),
            pushed=tuple(
                Condition(phrase_atom(atom), self._analysis.span(atom), (wire, pairs[wire]))
                for wire, atom in pushed
            ),
            left=self._left(residual, box),
            limited=exact and self._limit is not None,
            until=until,
            formula=residual,
        )

    def locator(self, identity: str) -> Request:
        """Return the request for an image by its id, which shows its position in the order."""
        row = self._spec.find("id")
        assert row is not None  # noqa: S101 -- read_order refuses specs without one
        pairs = [(row.wire, identity)]
        nothing = Or((), 0, 0)
        return Request(
            query=CompiledQuery(pairs, join(pairs), self._spec.path),
            residual=phrase(nothing),
            pushed=(),
            left=(),
            limited=False,
            until=None,
            formula=nothing,
        )

    def _left(self, residual: Formula, box: Box) -> tuple[Condition, ...]:
        """Return the conditions of a residual; what was written as one, like a list, stays one."""
        found = {
            (self._analysis.span(part), phrase(part), why_left(part, box.conditions))
            for part in self._pieces(residual)
        }
        return tuple(Condition(text, span, why=why) for span, text, why in sorted(found))

    def _pieces(self, formula: Formula) -> Iterator[Formula]:
        """Yield the conditions of a simplified filter, joined where they share a span."""
        pending = [formula]
        while pending:
            node = pending.pop()
            if not isinstance(node, And | Or):
                yield node
                continue
            by_span: dict[Span, list[Formula]] = {}
            for operand in node.operands:
                if isinstance(operand, And | Or):
                    pending.append(operand)
                else:
                    by_span.setdefault(self._analysis.span(operand), []).append(operand)
            for same in by_span.values():
                yield type(node)(same, same[0].first, same[0].last)


def _value(atom: Atom) -> str:
    if atom.parameter.is_time:
        return time_value(atom.relation, atom.value)
    return str(atom.value)
