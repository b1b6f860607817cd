"""Checks on an extended spec: filters can name every row, and every reference finds one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import has_surrogate, is_name
from imsquery.language.operators import KEYED
from imsquery.schema.kinds import Enumeration, Integer, RefusedValue, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.schema.parameters import ForeignName, Function, Parameter

# Wire names are written into URLs without encoding.
_wire = re.compile(r"[A-Za-z0-9._-]+").fullmatch
_argument = re.compile(r"\{(.*?)\}")


def check_extension(
    parameters: Mapping[str, Parameter],
    functions: Mapping[str, Sequence[Function]],
    foreign_names: Iterable[ForeignName],
    clauses: Iterable[str],
) -> None:
    """Refuse rows that would fail, or make wrong requests, once a filter uses them.

    Args:
        parameters: wire name -> its row.
        functions: name -> its overloads.
        foreign_names: names of other tools.
        clauses: the clauses that need a row.

    Raises:
        TypeError: an end of a range is not an integer.
        ValueError: anything else.
    """
    for row in parameters.values():
        _check_names(row)
        _check_kind(row)
        for other in (*row.excludes, *(row.requires or ())[:1], *(row.goes_with or ())[:1]):
            if other not in parameters:
                _refuse(f"{row.wire} refers to the unknown parameter {other!r}")
    settable = {row.clause for row in parameters.values()}
    for clause in clauses:
        if clause not in settable:
            _refuse(f"no parameter sets the clause {clause!r}")
    for same in functions.values():
        arities = [(len(each.parameters), each.variadic) for each in same]
        if len(set(arities)) < len(arities):
            _refuse(f"two functions {same[0].name!r} have the same number of arguments")
        for function in same:
            _check_function(function, parameters)
    for foreign in foreign_names:
        for meaning in foreign.meanings:
            # Any other meaning is a condition.
            if _wire(meaning) and meaning not in parameters:
                _refuse(f"{foreign.names[0]} refers to the unknown parameter {meaning!r}")


def _refuse(message: str) -> None:
    raise ValueError(message)


def _check_names(row: Parameter) -> None:
    if not _wire(row.wire):
        _refuse(f"not a wire name: {row.wire!r}; use letters, digits, `_`, `.` and `-`")
    for name in (row.wire, *row.aliases):
        # A clause is set by its keyword; its name only has to be recognized.
        if not _is_name(name) and row.clause is None:
            _refuse(f"not a name in filters: {name!r}")


def _is_name(name: str) -> bool:
    is_clause = KEYWORDS.get(name.lower()) == "LIMIT"
    return name.isascii() and is_name(name) and not is_clause


def _check_kind(row: Parameter) -> None:
    kind = row.kind
    if isinstance(kind, Enumeration):
        _check_values(row.wire, kind.values)
    if isinstance(kind, Integer):
        ends = [end for end in (kind.least, kind.most) if end is not None]
        if any(type(end) is not int for end in ends):
            msg = f"the ends of the range of {row.wire} must be integers or None"
            raise TypeError(msg)
        if ends != sorted(ends):
            _refuse(f"the range of {row.wire} is empty: from {ends[0]} to {ends[1]}")


def _check_values(wire: str, values: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for value in values:
        if not value or has_surrogate(value):
            _refuse(f"invalid value for {wire}: {value!r}")
        other = seen.setdefault(value.casefold(), value)
        if other != value:
            _refuse(f"two values of {wire} differ only in letter case: {other!r} and {value!r}")


def _check_function(function: Function, parameters: Mapping[str, Parameter]) -> None:
    name = function.name
    if not _is_name(name) or name in KEYWORDS or name != name.lower():
        _refuse(f"not a function name: {name!r}; use a name in lower case")
    if function.relation not in {"=", KEYED}:
        _refuse(f"{name}: unknown relation {function.relation!r}")
    for wire, value in function.conditions:
        for argument in _argument.findall(wire + value):
            if not (argument.isdigit() and int(argument) < len(function.parameters)):
                _refuse(f"{name} has no argument {{{argument}}}")
        if "{" in wire:
            continue
        row = parameters.get(wire)
        if row is None:
            _refuse(f"{name} refers to the unknown parameter {wire!r}")
        elif function.relation == KEYED and not isinstance(row.kind, Tag):
            _refuse(f"{name}: {wire} has no keys")
        elif "{" not in value and not _reads_as_written(row, value):
            _refuse(f"{name}: invalid value for {wire}: {value!r}")


def _reads_as_written(row: Parameter, value: str) -> bool:
    try:
        return str(row.kind.read(value)) == value
    except RefusedValue:
        return False
