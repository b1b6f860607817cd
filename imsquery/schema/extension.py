"""What an extended spec must hold to: every row can be written, and every look-up finds one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import has_surrogate, is_word
from imsquery.schema.kinds import Enumeration, Integer, RefusedValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.schema.parameters import Function, Parameter

# Stands in a URL as it is: wire names are written out without being encoded.
_wire = re.compile(r"[A-Za-z0-9._-]+").fullmatch
_argument = re.compile(r"\{(.*?)\}")


def check_extension(
    parameters: Mapping[str, Parameter],
    functions: Mapping[str, Sequence[Function]],
    clauses: Iterable[str],
) -> None:
    """Refuse rows that would fail, or give wrong requests, once they are used.

    Args:
        parameters: wire name -> its row.
        functions: name -> its overloads.
        clauses: what some row must set.

    Raises:
        TypeError: a value is no string, or an end of a range no integer.
        ValueError: anything else.
    """
    for row in parameters.values():
        _check_names(row)
        _check_kind(row)
        for other in (*row.excludes, *(row.requires or ())[:1]):
            if other not in parameters:
                _refuse(f"{row.wire} names {other!r}, which is no parameter")
    left = {row.clause for row in parameters.values()}
    for clause in clauses:
        if clause not in left:
            _refuse(f"no parameter is left for the clause {clause!r}")
    for same in functions.values():
        arities = [(len(each.parameters), each.variadic) for each in same]
        if len(set(arities)) < len(arities):
            _refuse(f"two functions {same[0].name!r} take the same number of arguments")
        for function in same:
            _check_function(function, parameters)


def _refuse(message: str) -> None:
    raise ValueError(message)


def _check_names(row: Parameter) -> None:
    if not _wire(row.wire):
        _refuse(f"not a wire name: {row.wire!r}; it has letters, digits, `_`, `.` and `-`")
    for name in (row.wire, *row.aliases):
        # A clause is set by its keyword, and is a name only to say so.
        if not _is_name(name) and row.clause is None:
            _refuse(f"no filter can name {name!r}")


def _is_name(name: str) -> bool:
    return name.isascii() and is_word(name) is not None and name.lower() not in KEYWORDS


def _check_kind(row: Parameter) -> None:
    kind = row.kind
    if isinstance(kind, Enumeration):
        _check_values(row.wire, kind.values)
    if isinstance(kind, Integer):
        ends = [end for end in (kind.least, kind.most) if end is not None]
        if any(type(end) is not int for end in ends):
            msg = f"the range of {row.wire} is from one integer to another, or None"
            raise TypeError(msg)
        if ends != sorted(ends):
            _refuse(f"the range of {row.wire} is empty: from {ends[0]} to {ends[1]}")


def _check_values(wire: str, values: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for value in values:
        if not value or has_surrogate(value):
            _refuse(f"{wire} cannot have the value {value!r}")
        other = seen.setdefault(value.casefold(), value)
        if other != value:
            _refuse(f"two values of {wire} differ in letter case only: {other!r} and {value!r}")


def _check_function(function: Function, parameters: Mapping[str, Parameter]) -> None:
    name = function.name
    if not _is_name(name) or name != name.lower():
        _refuse(f"no filter can call {name!r}: a function has a name in lower case")
    for wire, value in function.conditions:
        for argument in _argument.findall(wire + value):
            if not (argument.isdigit() and int(argument) < len(function.parameters)):
                _refuse(f"{name} has no argument {{{argument}}}")
        if "{" in wire:
            continue
        row = parameters.get(wire)
        if row is None:
            _refuse(f"{name} names {wire!r}, which is no parameter")
        elif "{" not in value and not _is_read_as_it_is(row, value):
            _refuse(f"{name}: {value!r} is no value of {wire}")


def _is_read_as_it_is(row: Parameter, value: str) -> bool:
    try:
        return str(row.kind.read(value)) == value
    except RefusedValue:
        return False
