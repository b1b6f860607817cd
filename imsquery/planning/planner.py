"""Planning: any filter as a few requests, and what is left to the client.

Each alternative that a request can ask for gets a request of its own, as far as the budget goes, so
that nothing is fetched in vain.  A request is dropped if another one finds the same images, and two
requests that are one in two parts become one.  All choices depend on the conditions alone, never on
the order in which they were written, so that equal filters have equal plans.

1. The filter is simplified further.  Gone are parts that can match nothing in their context
   (:mod:`imsquery.semantics.analysis`, :func:`~imsquery.covering.implication.drop_contradictions`),
   conditions that every image satisfies (:func:`~imsquery.covering.implication.drop_certain`), and
   hidden conditions that make no difference (:func:`~imsquery.covering.implication.drop_moot`).
   Ranges are united (:mod:`imsquery.covering.intervals`).
2. :mod:`imsquery.covering.cover` finds the conditions of the requests.
3. The *residual* of a request is the filter once these conditions are known to hold
   (:func:`~imsquery.covering.implication.assume`).  A request is exact if its residual is ``all``.
4. Of two bounds of a time, a request asks for the one that images arrive after; its pages end at
   the other (:mod:`imsquery.planning.ends`).
5. A limit becomes part of an exact request if the server sorts.  The server sorts by what never
   changes, the creation time or the id; and by anything else that it can if a single page is
   enough (:func:`imsquery.execution.ordering.read_order`).
"""

from __future__ import annotations

from operator import itemgetter

from imsquery.compiler.query_string import CompiledQuery, join
from imsquery.covering.parts import MAX_REQUESTS, Parted, enough, find_parts, narrow
from imsquery.execution.job import MAX_PAGE, Condition, Request
from imsquery.execution.ordering import Ordering, read_order
from imsquery.execution.window import PerGroup, Slice
from imsquery.limits import DEFAULT_LIMITS
from imsquery.planning.ends import bounded
from imsquery.planning.left import Leftovers
from imsquery.planning.phrasing import Phrasing
from imsquery.planning.plan import Plan
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.wire import write_pair
from imsquery.semantics.analysis import Analysis, inspect
from imsquery.semantics.formula import And, Atom, Or, is_scope
from imsquery.semantics.lists import spread

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from imsquery.covering.boxes import Box
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Count, Formula
    from imsquery.semantics.values import Bindable


def plan(
    query: str | Query | Expr,
    *,
    max_requests: int = MAX_REQUESTS,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Plan:
    """Plan a query: any filter, in any order.

    >>> for request in plan("platform = CentOS or platform = Ubuntu and min_ram <= 4096").requests:
    ...     print(request.query_string, "|", request.residual)
    __platform=CentOS | all
    __platform=Ubuntu | min_ram <= 4096

    Args:
        query: the text, or a syntax tree.
        max_requests: maximum number of requests.  Each is paged through on its own, and planning
            takes time in proportion to it and to the number of conditions.  If the client sorts,
            running the plan may take one more request, for the image that ``after`` names.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text, and on the length of a list of values.
        values: those of placeholders, by name without `$`; see :meth:`PreparedQuery.bind`.

    Returns:
        The plan; it has no requests if the filter can match nothing.

    Raises:
        QueryError: any error but ``contradiction``; ``not-observable`` if a condition that is not
            in image records cannot be asked for within ``max_requests``.
        ModuleNotFoundError: the filter uses ``matches``, but the extra ``re2`` is not installed.
        TypeError: a value has another type, or there is no placeholder of its name.
        ValueError: ``max_requests`` is not a positive integer, or the spec lacks what plans need.
    """
    _check_arguments(max_requests, spec)
    analysis = inspect(
        query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
    )
    formula = narrow(analysis)
    parted = Parted(formula, spec)
    parts = find_parts(parted, analysis, max_requests)
    analysis.raise_errors(but="contradiction")
    analysis.require_extras()
    after = analysis.clause_value(analysis.bound.after)
    after = None if after is None else str(after)
    clauses = _slice(analysis)
    ordering = read_order(analysis.bound, spec)
    if _fits_a_page(ordering, clauses, parts):
        ordering = ordering.evolve(by_server=True, asked=len(ordering.keys))
    elif after is not None and not ordering.is_settled:
        ordering = ordering.evolve(by_server=False)  # its place among those that tie is another
    lowering = _Lowering(analysis, formula, ordering, clauses.total, after, spec)
    requests = [lowering.request(*bounded(formula, *each, ordering.arrival)) for each in parts]
    return Plan(
        text=analysis.text,
        filter=lowering.filter,
        requests=tuple(sorted(requests, key=lambda request: request.query_string)),
        order=ordering,
        after=after,
        clauses=clauses,
        locator=None if after is None or ordering.is_settled else lowering.locator(after, parts),
        warnings=analysis.findings,
        spec=spec,
        enough=enough(parted, [box for box, _ in parts], max_requests),
    )


def _check_arguments(max_requests: int, spec: Spec) -> None:
    if not spec.clauses.keys() >= {"limit", "after"}:
        msg = "the spec lacks the clauses `limit` and `after`, which paging needs"
        raise ValueError(msg)
    identity = spec.names.get("id")
    if spec.default_order is None or identity is None or identity.observed is None:
        msg = "the spec lacks a creation time to sort by, or an id in its records"
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
    return _is_all(parts[0][1]) and ordering.is_whole


def _is_all(formula: Formula) -> bool:
    return isinstance(formula, And) and not formula.operands


class _Lowering:
    """Lowers boxes to requests; all requests of a plan share its clauses."""

    def __init__(
        self,
        analysis: Analysis,
        formula: Formula,
        ordering: Ordering,
        limit: int | None,
        after: str | None,
        spec: Spec,
    ) -> None:
        self._analysis = analysis
        self._formula = formula
        self._phrasing = Phrasing()
        self._leftovers = Leftovers(analysis.binder, self._phrasing)
        self.filter = self._phrasing.phrase(formula)
        self._limit = limit if ordering.by_server else None  # of images that are needed in all
        self._spec = spec
        self._clauses: list[tuple[str, str]] = []
        if ordering.by_server and ordering.is_written:
            keys = analysis.bound.order[: ordering.asked]
            written = [(each.parameter.wire, each.direction) for each in keys]
            self._clauses += spec.write_order(written)
        if ordering.by_server and after is not None:
            self._clauses.append((spec.clauses["after"].wire, after))

    def request(self, box: Box, residual: Formula, until: tuple[str, str] | None) -> Request:
        pushed = sorted(
            ((_pair(atom), atom) for atom in box.conditions.values()), key=itemgetter(0)
        )
        pairs = [pair for pair, _ in pushed]
        is_whole = residual.key == self._formula.key  # nothing that is pushed helps
        text = self.filter if is_whole else self._phrasing.phrase(residual)
        exact = _is_all(residual)
        if exact and self._limit is not None:
            pairs.append((self._spec.clauses["limit"].wire, str(self._limit)))
        ordered = sorted([*pairs, *self._clauses], key=itemgetter(0))
        return Request(
            query=CompiledQuery(ordered, join(ordered), self._spec.path),
            residual=text,
            pushed=tuple(
                Condition(self._phrasing.phrase(spread(atom)), self._analysis.span(atom), pair)
                for pair, atom in pushed
            ),
            left=self._leftovers.of(residual, text, box),
            limited=exact and self._limit is not None,
            until=until,
            _formula=residual,
        )

    def locator(self, identity: str, parts: list[tuple[Box, Formula]]) -> Request:
        """Return the request for an image by its id, which shows its position in the order.

        It is as wide as the requests of the plan.
        """
        asked = write_pair(self._spec.names["id"], "=", identity)
        atoms = {each.key: each for box, _ in parts for each in box.conditions.values()}
        scopes = [_pair(each) for each in atoms.values() if is_scope(each)]
        pairs = sorted([*([asked] if asked else []), *scopes])
        nothing = Or((), 0, 0)
        return Request(
            query=CompiledQuery(pairs, join(pairs), self._spec.path),
            residual=self._phrasing.phrase(nothing),
            pushed=(),
            left=(),
            limited=False,
            until=None,
            _formula=nothing,
        )


def _pair(atom: Atom) -> tuple[str, str]:
    pair = write_pair(atom.parameter, atom.relation, atom.value)
    assert pair is not None  # noqa: S101 -- boxes have only what requests can ask for
    return pair
