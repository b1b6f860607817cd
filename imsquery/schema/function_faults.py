"""What is wrong with the functions of a spec: see :mod:`imsquery.schema.faults`."""

from __future__ import annotations

import re

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import has_surrogate, is_name
from imsquery.language.operators import KEYED
from imsquery.schema.kinds import RefusedValue, Tag
from imsquery.schema.parameters import HOLE
from imsquery.schema.written import objection, spans_time

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imsquery.schema.parameters import Function, Parameter

    Place = tuple[str | int, ...]
    Fault = tuple[Place, str]

_hole = re.compile(HOLE)


def faults_of_overloads(functions: Sequence[Function]) -> Iterator[Fault]:
    """Yield functions whose calls could be of another."""
    for number, one in enumerate(functions):
        for other in functions[:number]:
            if one.name == other.name and _overlap(one, other):
                message = f"two functions {one.name!r} take the same number of arguments"
                yield ("functions", number), message


def _overlap(one: Function, other: Function) -> bool:
    few, many = sorted((one, other), key=lambda each: len(each.parameters))
    return few.variadic or len(few.parameters) == len(many.parameters)


def faults_of_function(
    function: Function, rows: Mapping[str, Parameter], family: str
) -> Iterator[Fault]:
    """Yield what is wrong with a function by itself."""
    name = function.name
    if not (name.isascii() and is_name(name)) or name in KEYWORDS or name != name.lower():
        yield ("name",), f"not a function name: {name!r}; use a name in lower case"
    if function.relation not in {"=", KEYED}:
        yield ("relation",), f"{name}: unknown relation {function.relation!r}"
    if function.variadic and len(function.parameters) != 1:
        yield ("variadic",), f"{name}: only a function of one argument can take more of it"
    if not function.conditions:
        yield ("conditions",), f"{name} has no conditions"
    yield from _faults_of_holes(function)
    for number, (wire, value) in enumerate(function.conditions):
        for message in _faults_of_condition(function, wire, value, rows, family):
            yield ("conditions", number), message


def _faults_of_holes(function: Function) -> Iterator[Fault]:
    name, used = function.name, set[int]()
    for number, (wire, value) in enumerate(function.conditions):
        for text in (wire, value):
            used.update(map(int, _hole.findall(text)))
            rest = _hole.sub("", text)
            if "{" in rest or "}" in rest:
                message = f"{name}: {text!r} has a brace that is not part of an argument"
                yield ("conditions", number), f"{message} such as {{0}}"
        for argument in map(int, _hole.findall(wire + value)):
            if argument >= len(function.parameters):
                yield ("conditions", number), f"{name} has no argument {{{argument}}}"
    for place, shown in enumerate(function.parameters):
        if place not in used:
            yield ("parameters",), f"{name} does not use its argument {shown!r}"


def _faults_of_condition(
    function: Function, wire: str, value: str, rows: Mapping[str, Parameter], family: str
) -> Iterator[str]:
    name = function.name
    if "{" in wire:
        if not family or not wire.startswith(family) or not _hole.fullmatch(wire[len(family) :]):
            yield f"{name}: {wire!r} names no parameter; only flags of a family have an argument"
        elif value.lower() != "true" or function.relation != "=":
            yield f"{name}: {wire} is a flag, whose only value is true"
        return
    row = rows.get(wire)
    if row is None:
        yield f"{name} refers to the unknown parameter {wire!r}"
    elif row.clause is not None:
        yield f"{name}: {wire} is a clause, which no condition can be about"
    elif function.relation == KEYED:
        yield from _faults_of_key(name, row, value)
    elif "{" not in value and (why := objection(row, value)):
        yield f"{name}: invalid value for {wire}: {value!r}; {why}"
    elif "{" not in value and row.is_time and row.observed is None and spans_time(value):
        yield f"{name}: {wire} is not in image records; write {value!r} to the second"
    elif has_surrogate(value):
        yield f"{name}: invalid value for {wire}: {value!r}"


def _faults_of_key(name: str, row: Parameter, value: str) -> Iterator[str]:
    if not isinstance(row.kind, Tag):
        yield f"{name}: {row.wire} has no keys"
        return
    try:
        row.kind.read_key(value)
    except RefusedValue as refused:
        yield f"{name}: invalid key {value!r}; expected {refused.message}"
