"""Requests back to queries: the text that compiles to a URL or query string."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from imsquery.diagnostics.errors import QueryError
from imsquery.formatting.layout import short_name
from imsquery.language.lexer import spell
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Boolean
from imsquery.schema.spec import Spec
from imsquery.urls.checker import check_url, read_url
from imsquery.urls.pairs import Condition

if TYPE_CHECKING:
    from imsquery.schema.parameters import Function, Parameter

__all__ = ["check_url", "decompile", "read_url"]


def decompile(
    url_or_query_string: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Give the query that compiles to a request.

    Args:
        url_or_query_string: such as ``https://…/v2/cloudimages?limit=1#top`` or ``limit=1``.
        spec: the parameters and functions.
        allow_unlisted: take values that an open enumeration does not list.
        limits: how much text to take in.

    Returns:
        The text on one line, such as ``public() and supports(kvm) order by name``.

    Raises:
        QueryError: what the request asks for is not what it says, or nothing at all; spans and
            fixes are of the URL.
    """
    reading = read_url(url_or_query_string, spec=spec, allow_unlisted=allow_unlisted, limits=limits)
    if any(finding.severity == "error" for finding in reading.findings):
        raise QueryError(url_or_query_string, reading.findings)
    conditions = dict(sorted(reading.conditions.items()))
    clauses = _take_clauses(conditions, spec)
    calls = _take_common(conditions, spec)
    written = " and ".join(calls + _write_rest(conditions, spec))
    return " ".join([written, *clauses] if written else clauses or ["all"])


def _take_clauses(conditions: dict[str, Condition], spec: Spec) -> list[str]:
    """Take out what clauses say."""
    given = {
        clause: condition.value or ""
        for clause, row in spec.clauses.items()
        if (condition := conditions.pop(row.wire, None)) is not None
    }
    clauses = []
    if "order by" in given:
        key = short_name(given["order by"], spec)
        clauses.append(f"order by {key} {given.get('direction', '')}".rstrip())
    clauses += [f"{each} {spell(given[each])}" for each in ("limit", "after") if each in given]
    return clauses


def _take_common(conditions: dict[str, Condition], spec: Spec) -> list[str]:
    """Take out what functions of several conditions say, those of most conditions first."""
    functions = [each for same in spec.functions.values() for each in same]
    calls = []
    for function in sorted(functions, key=lambda each: -len(each.conditions)):
        found = _match(function, conditions, spec) if len(function.conditions) > 1 else None
        if found is not None:
            wires, arguments = found
            for wire in wires:
                del conditions[wire]
            calls.append(_call(function, arguments))
    return calls


def _write_rest(conditions: dict[str, Condition], spec: Spec) -> list[str]:
    """Write what is left, in canonical order; what one call can say stands together."""
    functions = sorted(
        (each for same in spec.functions.values() for each in same if len(each.conditions) == 1),
        key=lambda each: -len(each.parameters),
    )
    parts: list[str] = []
    while conditions:
        wire = next(iter(conditions))
        for function in functions:
            found = _match(function, {wire: conditions[wire]}, spec)
            if found is not None:
                parts.append(_call_for_all(function, found[1], conditions, spec))
                break
        else:
            parts.append(_compare(conditions[wire], spec))
        conditions.pop(wire, None)
    return parts


def _call_for_all(
    function: Function, arguments: list[str], conditions: dict[str, Condition], spec: Spec
) -> str:
    """Write a call; one that takes any number of arguments takes all that there are."""
    if not function.variadic:
        return _call(function, arguments)
    arguments = []
    for wire in [*conditions]:
        found = _match(function, {wire: conditions[wire]}, spec)
        if found is not None:
            del conditions[wire]
            arguments += found[1]
    return _call(function, arguments)


def _call(function: Function, arguments: list[str]) -> str:
    return f"{function.name}({', '.join(map(spell, arguments))})"


def _match(
    function: Function, conditions: dict[str, Condition], spec: Spec
) -> tuple[list[str], list[str]] | None:
    """Find the conditions that a call stands for: their wire names, and its arguments."""
    arguments: dict[str, str] = {}
    wires: list[str] = []
    for wire_template, value_template in function.conditions:
        for wire, condition in conditions.items():
            found = _fit(wire_template, wire) if condition.relation == "=" else None
            value = None if found is None else _fit(value_template, condition.value or "")
            if found is None or value is None or condition.parameter.is_time:
                continue
            if found and not _stands_for(function, condition.parameter, spec):
                continue
            found = {**found, **value}
            if all(arguments.get(each, text) == text for each, text in found.items()):
                arguments |= found
                wires.append(wire)
                break
        else:
            return None
    return wires, [arguments[key] for key in sorted(arguments)]


def _stands_for(function: Function, row: Parameter, spec: Spec) -> bool:
    """Tell whether an argument can stand for a member of the family.

    Among several conditions it is a board type, which the table does not list: a listed feature
    is better read apart.
    """
    is_listed = row.wire in spec.parameters
    return row.kind.standalone and not (is_listed and len(function.conditions) > 1)


def _fit(template: str, text: str) -> dict[str, str] | None:
    """Give what stands in a text where a template has its arguments."""
    match = _pattern(template).fullmatch(text)
    return match and {name[1:]: each for name, each in match.groupdict().items()}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Make the expression of a template; what an argument fits, it fits at its shortest."""
    parts = re.split(r"\{(\d)\}", template)
    for index in range(1, len(parts), 2):
        parts[index] = f"(?P<a{parts[index]}>.+?)"
    return re.compile(
        "".join(part if index % 2 else re.escape(part) for index, part in enumerate(parts)),
        re.DOTALL,
    )


def _compare(condition: Condition, spec: Spec) -> str:
    """Write a condition as a predicate."""
    row, value = condition.parameter, condition.value or ""
    name = short_name(row.wire, spec)
    if row.is_time:
        return f"{name} {condition.relation} {_coarse(condition.relation, value)}"
    if isinstance(row.kind, Boolean):
        return name if value == "true" else f"not {name}"
    return f"{name} = {spell(value)}"


def _coarse(relation: str, moment: str) -> str:
    """Write a time as a day where that says the same: before its start, or not before it."""
    if relation in {"<", ">="}:
        return moment.removesuffix("T00:00:00Z")
    return moment
