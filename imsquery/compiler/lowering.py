"""A filter compiled to the one request that means it, or all that stands in the way."""

from __future__ import annotations

from imsquery.compiler.query_string import CompiledQuery, join
from imsquery.language.parser import parse_with, tokenize
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import And, Atom, Deferred
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.language.algebra import Algebra
    from imsquery.language.syntax import Query
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Formula

_TIME_OPERATORS = {"<": "lt:", "<=": "lte:", ">": "gt:", ">=": "gte:", "=": "eq:", "!=": "neq:"}

_CACHE_SIZE = 512
_cache: dict[tuple[str, Spec, bool], CompiledQuery] = {}


def compile(  # noqa: A001 -- the public name
    query: str | Query,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> CompiledQuery:
    """Compile a query to one canonical query string.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.  Without a time
            zone it is UTC.
        allow_unlisted: take values that an open enumeration does not list, with a warning.
        limits: how much text to take in.

    Returns:
        The request.  That of a text seen before may be the same object.

    Raises:
        QueryError: with every finding, those of ``target="compile"`` included.
    """
    text = query if isinstance(query, str) else _unparse(query)
    # A result depends on nothing else: limits only refuse, and a text that read the clock, or was
    # given one, is not kept.
    key = (text, spec, allow_unlisted)
    if now is None and limits is DEFAULT_LIMITS:
        known = _cache.get(key)
        if known is not None:
            return known
    tokens = tokenize(text, limits)
    binder, bound = parse_with(Binder(tokens, spec, now=now, allow_unlisted=allow_unlisted), tokens)
    compiled = finish(bound, binder, spec)
    if now is None and limits is DEFAULT_LIMITS and not binder.volatile:
        _remember(key, compiled)
    return compiled


def _unparse(query: Query) -> str:
    from imsquery.language.unparse import unparse

    return unparse(query)


def _remember(key: tuple[str, Spec, bool], compiled: CompiledQuery) -> None:
    """Keep a result; the oldest goes.  Threads may race: each step is one operation on a dict."""
    if len(_cache) >= _CACHE_SIZE:
        try:  # noqa: SIM105 -- contextlib is no light import
            _cache.pop(next(iter(_cache)), None)
        except (RuntimeError, StopIteration):  # another thread changed the dict: it made room, too
            pass
    _cache[key] = compiled


def finish(
    bound: BoundQuery | None,
    algebra: Algebra,
    spec: Spec,
    resolve: Callable[[Deferred], Formula] | None = None,
) -> CompiledQuery:
    """Lower a bound query to a request.

    Args:
        bound: the query, or ``None`` where nothing could be read.
        algebra: what bound it; takes further findings.
        spec: the parameters.
        resolve: gives what a condition with placeholders stands for.

    Raises:
        QueryError: the algebra has findings, or the query is not one request.
    """
    pairs = lower(bound, algebra, spec, resolve) if bound is not None else ()
    warnings: tuple[Diagnostic, ...] = ()
    if algebra.findings:
        from imsquery.diagnostics.errors import QueryError
        from imsquery.diagnostics.model import in_text_order

        if any(finding.severity == "error" for finding in algebra.findings):
            raise QueryError(algebra.tokens.text, algebra.findings)
        warnings = in_text_order(algebra.findings)
    return CompiledQuery(pairs, join(pairs), spec.path, warnings)


def lower(
    bound: BoundQuery,
    algebra: Algebra,
    spec: Spec,
    resolve: Callable[[Deferred], Formula] | None = None,
) -> Sequence[tuple[str, str]]:
    """Give the pairs of a bound query in canonical order, and report why it has none."""
    # Most filters that are one request are written as one: those need no simplification.
    pairs = _pairs(bound.filter, spec)
    if pairs is None:
        formula = simplify(bound.filter, resolve)
        pairs = _pairs(formula, spec)
        if pairs is None:
            from imsquery.compiler.not_expressible import report_obstacles

            pairs = {}
            alive = check_consistency(formula, bound.filter, algebra, spec)
            report_obstacles(formula, algebra, alive=alive)
    if bound.order is not None or bound.limit is not None or bound.after is not None:
        _lower_clauses(bound, pairs, algebra, spec, resolve)
    return sorted(pairs.items())


def _pairs(formula: Formula, spec: Spec) -> dict[str, str] | None:
    """Give the pairs of a conjunction that compares each parameter once; ``None`` for all else.

    Where it gives pairs, :func:`check_consistency` would find nothing: two facts that contradict
    each other are about one parameter, and how parameters depend on each other is looked at here.
    """
    pairs: dict[str, str] = {}
    exclusive = spec.exclusive
    demanding: list[Parameter] = []
    for atom in formula.operands if type(formula) is And else (formula,):
        if type(atom) is not Atom:
            return None
        parameter = atom.parameter
        wire = parameter.wire
        if wire in pairs or not parameter.pushable:
            return None
        value = atom.value
        if parameter.is_time:
            if atom.relation == "present":
                return None
            pairs[wire] = time_value(atom.relation, value)
        elif atom.relation != "=":
            return None
        else:
            pairs[wire] = value if type(value) is str else str(value)
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


def time_value(relation: str, moment: str | int) -> str:
    """Write a comparison with a time as the service reads it: ``lt:2018-10-28T00:00:00Z``."""
    return f"{_TIME_OPERATORS[relation]}{moment}"


_NONE: frozenset[str] = frozenset()


def _lower_clauses(
    bound: BoundQuery,
    pairs: dict[str, str],
    algebra: Algebra,
    spec: Spec,
    resolve: Callable[[Deferred], Formula] | None,
) -> None:
    clauses = spec.clauses
    if bound.order is not None:
        if bound.order.parameter.sortable:
            pairs[clauses["order by"].wire] = bound.order.parameter.wire
            if bound.order.direction is not None:
                pairs[clauses["direction"].wire] = bound.order.direction
        else:
            _report_sort_key(bound, algebra, spec)
    for which in ("limit", "after"):
        value = getattr(bound, which)
        if isinstance(value, Deferred) and resolve is not None:
            atom = resolve(value)
            value = atom.value if isinstance(atom, Atom) else None
        if isinstance(value, Deferred):
            from imsquery.semantics.analysis import report_unbound

            report_unbound(value, algebra)
        elif value is not None:
            pairs[clauses[which].wire] = str(value)


def _report_sort_key(bound: BoundQuery, algebra: Algebra, spec: Spec) -> None:
    assert bound.order is not None  # noqa: S101 -- the caller's case
    name = bound.order.parameter.name
    algebra.report(
        "unknown-sort-key",
        f"the server cannot sort by `{name}`, only by {', '.join(spec.sort_keys)}; "
        "`plan` sorts on the client",
        algebra.span(bound.order.token),
    )
