"""Any filter as requests, and what the client is left to look at.

Each alternative that a request can ask for gets a request of its own, as far as the budget goes,
so that nothing is fetched that need not be; none is made for what another finds as well, and two
that make up one are made as one.  All choices are by the conditions alone, never by the order in
which they were written, so that equal filters have equal plans.

1. What can match nothing where it stands goes (:mod:`imsquery.semantics.analysis`,
   :func:`~imsquery.planning.implication.drop_contradictions`), and what holds for every image
   (:func:`~imsquery.planning.implication.drop_certain`); ranges become simpler
   (:mod:`imsquery.planning.intervals`).  What no record shows goes where its answer makes no
   difference (:func:`~imsquery.planning.implication.drop_moot`).
2. :mod:`imsquery.planning.cover` finds the conditions of the requests.
3. Each request gets the filter as it stands once these conditions are known to hold
   (:func:`~imsquery.planning.implication.assume`): the *residual*.  Where that is nothing, the
   request is exact.
4. A limit becomes part of a request only where it is exact and the server makes the order.  That
   it does where it can, and where several requests can be merged by it
   (:meth:`imsquery.execution.ordering.Ordering.joining`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.compiler.lowering import time_value
from imsquery.compiler.not_expressible import why_left
from imsquery.compiler.query_string import CompiledQuery, join
from imsquery.execution.job import Condition, Request
from imsquery.execution.ordering import Ordering, read_order
from imsquery.limits import DEFAULT_LIMITS
from imsquery.planning.cover import TooManyHiddenError, cover
from imsquery.planning.implication import assume, drop_certain, drop_contradictions, drop_moot
from imsquery.planning.intervals import unite_ranges
from imsquery.planning.phrasing import phrase, phrase_atom
from imsquery.planning.plan import Plan
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import Analysis, analyze
from imsquery.semantics.formula import And, Atom, Deferred, Or

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.source import Span
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.planning.boxes import Box
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula

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
        max_requests: how many requests there may be, at most; each is paged through by itself, and
            planning takes time in proportion.  Where the client makes the order, one more may be
            made for the image that ``after`` names.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
        allow_unlisted: take values that an open enumeration does not list.
        limits: how much text to take in.

    Returns:
        The plan; one without requests for a filter that can match nothing.

    Raises:
        QueryError: every finding that is an error, but for ``contradiction``; ``not-observable``
            where a condition that no record shows cannot be asked for within the budget.
        ModuleNotFoundError: the filter uses ``matches``, and the extra ``re2`` is not installed.
        ValueError: ``max_requests`` is no number from 1, or the spec lacks what plans need.
    """
    if not spec.clauses.keys() >= {"limit", "after"}:
        msg = "a spec without the clauses `limit` and `after`, by which pages are asked for"
        raise ValueError(msg)
    if type(max_requests) is not int or max_requests < 1:
        msg = f"max_requests is {max_requests!r}; it is a whole number from 1"
        raise ValueError(msg)
    binding = analyze(query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits)
    binding.check_expressions()
    limit, after = binding.bound.limit, binding.bound.after
    assert not isinstance(limit, Deferred)  # noqa: S101 -- reported as errors
    assert not isinstance(after, Deferred)  # noqa: S101 -- likewise
    identity = spec.find("id")
    formula = drop_certain(binding.pruned, identity)
    formula = drop_moot(unite_ranges(drop_contradictions(formula)))
    parts = _parts(binding, formula, max_requests, identity)
    ordering = read_order(binding.bound, spec).joining(len(parts))
    lowering = _Lowering(binding, ordering, limit, after, spec)
    requests = [lowering.request(*each) for each in parts]
    return Plan(
        text=binding.text,
        filter=phrase(formula),
        requests=tuple(sorted(requests, key=lambda request: request.query_string)),
        order=ordering,
        limit=limit,
        after=after,
        locator=None if after is None or ordering.by_server else lowering.locator(after),
        warnings=binding.findings,
        spec=spec,
    )


def _parts(
    binding: Analysis, formula: Formula, most: int, identity: Parameter | None
) -> list[tuple[Box, Formula]]:
    """Give the conditions of each request, with the residual."""
    try:
        boxes = cover(formula, most, None if identity is None else identity.wire)
    except TooManyHiddenError:
        message = (
            f"too many combinations of what no image shows for {most} requests: ask for fewer at a "
            "time, or raise `max_requests`"
        )
        raise binding.refuse("not-observable", message) from None
    parts = []
    for box in boxes:
        unsaid = {atom.key for atom in box.unsaid}
        residual = unite_ranges(assume(formula, box.conditions, unsaid))
        if isinstance(residual, Or) and not residual.operands:
            continue
        if box.unsaid:
            raise _two_values(binding, box.unsaid[0])
        parts.append((box, residual))
        if len(parts) > most:
            raise _too_few(binding, boxes, most)
    return parts


def _two_values(binding: Analysis, atom: Atom) -> QueryError:
    name = atom.parameter.name
    message = (
        f"one request takes one `{name}`, and no image shows whether it has another as well: "
        "ask for one at a time"
    )
    return binding.refuse("not-observable", message, atom)


def _too_few(binding: Analysis, boxes: list[Box], most: int) -> QueryError:
    hidden = [
        atom for box in boxes for atom in box.conditions.values() if atom.parameter.observed is None
    ]
    first = min(hidden, key=lambda atom: atom.first)
    message = (
        f"no image shows its `{first.parameter.name}`, so that each alternative needs a request "
        f"of its own, {len(boxes):,} at most, and there may be {most}; raise `max_requests`"
    )
    return binding.refuse("not-observable", message, first)


class _Lowering:
    """Makes requests of conditions."""

    def __init__(
        self,
        binding: Analysis,
        ordering: Ordering,
        limit: int | None,
        after: str | None,
        spec: Spec,
    ) -> None:
        self._binding = binding
        self._limit = limit if ordering.by_server else None
        self._spec = spec
        self._clauses: dict[str, str] = {}
        if ordering.by_server and ordering.is_written:
            self._clauses[spec.clauses["order by"].wire] = ordering.parameter.wire
            written = binding.bound.order
            if written is not None and written.direction is not None:
                self._clauses[spec.clauses["direction"].wire] = written.direction
        if ordering.by_server and after is not None:
            self._clauses[spec.clauses["after"].wire] = after

    def request(self, box: Box, residual: Formula) -> Request:
        pushed = sorted(box.conditions.items())
        pairs = {wire: _value(atom) for wire, atom in pushed}
        exact = isinstance(residual, And) and not residual.operands
        if exact and self._limit is not None:
            pairs[self._spec.clauses["limit"].wire] = str(self._limit)
        ordered = sorted({**pairs, **self._clauses}.items())
        return Request(
            query=CompiledQuery(ordered, join(ordered), self._spec.path),
            residual=phrase(residual),
            pushed=tuple(
                Condition(phrase_atom(atom), self._binding.span(atom), (wire, pairs[wire]))
                for wire, atom in pushed
            ),
            left=self._left(residual, box),
            limited=exact and self._limit is not None,
            formula=residual,
        )

    def locator(self, identity: str) -> Request:
        """Ask for an image by its id, for the sake of its place in the order alone."""
        row = self._spec.find("id")
        assert row is not None  # noqa: S101 -- else there would be no order
        pairs = [(row.wire, identity)]
        nothing = Or((), 0, 0)
        return Request(
            query=CompiledQuery(pairs, join(pairs), self._spec.path),
            residual=phrase(nothing),
            pushed=(),
            left=(),
            limited=False,
            formula=nothing,
        )

    def _left(self, residual: Formula, box: Box) -> tuple[Condition, ...]:
        """Give what the client looks at; what was written as one, such as a list, stays one."""
        found = {
            (self._binding.span(part), phrase(part), why_left(part, box.conditions))
            for part in self._pieces(residual)
        }
        return tuple(Condition(text, span, why=why) for span, text, why in sorted(found))

    def _pieces(self, formula: Formula) -> Iterator[Formula]:
        """Give the conditions of a simplified filter; of one place, those that are joined there."""
        pending = [formula]
        while pending:
            node = pending.pop()
            if not isinstance(node, And | Or):
                yield node
                continue
            places: dict[Span, list[Formula]] = {}
            for operand in node.operands:
                if isinstance(operand, And | Or):
                    pending.append(operand)
                else:
                    places.setdefault(self._binding.span(operand), []).append(operand)
            for same in places.values():
                yield type(node)(same, same[0].first, same[0].last)


def _value(atom: Atom) -> str:
    if atom.parameter.is_time:
        return time_value(atom.relation, atom.value)
    return str(atom.value)
