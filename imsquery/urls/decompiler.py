"""The query that compiles to a request."""

from __future__ import annotations

import re
from functools import cache

from imsquery.diagnostics.errors import QueryError
from imsquery.formatting.layout import short_name
from imsquery.language.syntax import (
    And,
    Call,
    Comparison,
    Everything,
    Literal,
    Membership,
    Not,
    Order,
    Presence,
    Query,
    Standalone,
)
from imsquery.language.unparse import unparse
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Boolean
from imsquery.schema.parameters import LIST
from imsquery.schema.spec import Spec
from imsquery.urls.checker import check_url, read_url
from imsquery.urls.values import Criterion

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.language.syntax import Expr
    from imsquery.schema.parameters import Function, Parameter

__all__ = ["check_url", "decompile"]


def decompile(
    url_or_query_string: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Return the query that compiles to a request, or with several tags, the one that means it.

    Args:
        url_or_query_string: such as ``https://…/v2/cloudimages?limit=1#top`` or ``limit=1``.
        spec: the parameters and functions.
        allow_unlisted: accept values that an open enumeration does not list.
        limits: bounds on the text.

    Returns:
        The text on one line, such as ``public() and supports(kvm) order by name``.

    Raises:
        QueryError: the request has errors; spans and fixes are of the URL.
    """
    reading = read_url(url_or_query_string, spec=spec, allow_unlisted=allow_unlisted, limits=limits)
    if any(finding.severity == "error" for finding in reading.findings):
        raise QueryError(url_or_query_string, reading.findings)
    criteria = dict(sorted(reading.criteria.items()))
    order, limit, after = _take_clauses(criteria, reading.further, spec)
    parts = [*_take_calls(criteria, spec), *_take_rest(criteria, spec)]
    for criterion in dict.fromkeys(reading.further):
        if criterion.parameter.clause is None:
            parts += _take_rest({criterion.parameter.wire: criterion}, spec)
    written = And(parts) if len(parts) > 1 else parts[0] if parts else Everything()
    return unparse(Query(written, order, limit, after))


def _take_clauses(
    criteria: dict[str, Criterion], further: Sequence[Criterion], spec: Spec
) -> tuple[tuple[Order, ...], Literal | None, Literal | None]:
    """Take out what clauses express: ``order by``, ``limit`` and ``after``."""
    values = {
        clause: criterion.value or ""
        for clause, row in spec.clauses.items()
        if (criterion := criteria.pop(row.wire, None)) is not None
    }
    keys, directions = (
        [each.value or "" for each in further if each.parameter.clause == clause]
        + [values[clause] for _ in range(clause in values)]
        for clause in ("order by", "direction")
    )
    if not keys and directions and spec.default_order is not None:
        keys = [spec.default_order.wire]
    read = spec.read_order(keys, directions)
    order = tuple(Order(short_name(key, spec), way) for key, way in read)
    limit, after = (
        Literal(values[each]) if each in values else None for each in ("limit", "after")
    )
    return order, limit, after


def _take_calls(criteria: dict[str, Criterion], spec: Spec) -> list[Expr]:
    """Take out what functions of several conditions express, those of the most conditions first."""
    functions = _functions(spec)
    calls: list[Expr] = []
    for function in sorted(functions, key=lambda each: -len(each.conditions)):
        found = _match(function, criteria, spec) if len(function.conditions) > 1 else None
        if found is not None:
            wires, arguments = found
            for wire in wires:
                del criteria[wire]
            calls.append(_call(function, arguments))
    return calls


def _functions(spec: Spec) -> list[Function]:
    """Return the functions that a request can express."""
    return [each for same in spec.functions.values() for each in same if each.relation == "="]


def _take_rest(criteria: dict[str, Criterion], spec: Spec) -> list[Expr]:
    """Take out the rest in canonical order, each variadic function as one call."""
    functions = sorted(
        (each for each in _functions(spec) if len(each.conditions) == 1),
        key=lambda each: -len(each.parameters),
    )
    parts: list[Expr] = []
    while criteria:
        wire = next(iter(criteria))
        for function in functions:
            found = _match(function, {wire: criteria[wire]}, spec)
            if found is not None:
                parts.append(_call_for_all(function, found[1], criteria, spec))
                break
        else:
            parts.append(_predicate(criteria[wire], spec))
        criteria.pop(wire, None)
    return parts


def _call_for_all(
    function: Function, arguments: list[str], criteria: dict[str, Criterion], spec: Spec
) -> Call:
    """Return a call; a variadic function takes all arguments there are."""
    if not function.variadic:
        return _call(function, arguments)
    arguments = []
    for wire in [*criteria]:
        found = _match(function, {wire: criteria[wire]}, spec)
        if found is not None:
            del criteria[wire]
            arguments += found[1]
    return _call(function, arguments)


def _call(function: Function, arguments: list[str]) -> Call:
    return Call(function.name, tuple(map(Literal, arguments)))


def _match(
    function: Function, criteria: dict[str, Criterion], spec: Spec
) -> tuple[list[str], list[str]] | None:
    """Find the criteria that a call expands to: their wire names, and its arguments."""
    arguments: dict[str, str] = {}
    wires: list[str] = []
    for wire_template, value_template in function.conditions:
        for wire, criterion in criteria.items():
            is_equal = criterion.relation == "="
            found = _fit(wire_template, criterion.parameter.wire) if is_equal else None
            value = None if found is None else _fit(value_template, criterion.value or "")
            if found is None or value is None or criterion.parameter.is_time:
                continue
            if found and not _is_argument(function, criterion.parameter, spec):
                continue
            found = {**found, **value}
            if all(arguments.get(each, text) == text for each, text in found.items()):
                arguments |= found
                wires.append(wire)
                break
        else:
            return None
    return wires, [arguments[key] for key in sorted(arguments, key=int)]


def _is_argument(function: Function, row: Parameter, spec: Spec) -> bool:
    """Return whether an argument can be a member of the open family.

    In a function of several conditions it is a board type, which is not listed; a listed feature
    reads better as a condition of its own.
    """
    is_listed = row.wire in spec.parameters
    return row.kind.standalone and not (is_listed and len(function.conditions) > 1)


def _fit(template: str, text: str) -> dict[str, str] | None:
    """Return the arguments of a template that result in a text, if any do."""
    match = _pattern(template).fullmatch(text)
    return match and {name[1:]: each for name, each in match.groupdict().items()}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Compile a template; each argument matches as little as possible."""
    parts = re.split(r"\{(\d+)\}", template)
    for index in range(1, len(parts), 2):
        parts[index] = f"(?P<a{parts[index]}>.+?)"
    return re.compile(
        "".join(part if index % 2 else re.escape(part) for index, part in enumerate(parts)),
        re.DOTALL,
    )


def _predicate(criterion: Criterion, spec: Spec) -> Expr:
    row, value = criterion.parameter, criterion.value or ""
    name = short_name(row.wire, spec)
    if row.is_time:
        time = Comparison(name, criterion.relation, Literal(_coarse(criterion.relation, value)))
        # No server finds an image by what it lacks.
        is_partial = criterion.relation == "!=" and not row.total and row.observed is not None
        return And((time, Presence(name))) if is_partial else time
    if criterion.relation == LIST:
        return Membership(name, tuple(map(Literal, criterion.values)))
    if isinstance(row.kind, Boolean) and (value == "true" or row.total):
        return Standalone(name) if value == "true" else Not(Standalone(name))
    return Comparison(name, criterion.relation, Literal(value))


def _coarse(relation: str, moment: str) -> str:
    """Shorten a moment to its day where the two mean the same."""
    return moment.removesuffix("T00:00:00Z") if relation in {"<", ">="} else moment
