"""Query strings as the service reads them: conditions, order and page, or a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from attrs import frozen

from imsquery.schema.kinds import Boolean, Enumeration, Integer
from imsquery.schema.parameters import LIST, TIME_OPERATORS
from imsquery.schema.spec import DESCENDING, directed
from imsquery.schema.wire import read_list, read_pair
from imsquery.urls.times import read_wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

DEFAULT_LIMIT = 500  # images on a page; source: the reference
MAX_LIMIT = 1_000  # Glance's api_limit_max; the reference names no limit

_BAD_CONDITION = "IMG.0017"
_BAD_MARKER = "IMG.0027"
_BAD_SIZE = "IMG.0055"
# The error code for a value that is not on the list of a parameter, by its short name.
# Source: the reference, "Error Codes".
_NOT_LISTED = {"imagetype": "IMG.0024", "os_type": "IMG.0122", "architecture": "IMG.0212"}

_bad_escape = re.compile(rb"%(?![0-9A-Fa-f]{2})").search
_decimal = re.compile(r"[0-9]{1,18}").fullmatch
MAX_INTEGER = 10**18 - 1  # of as many digits
_LONGEST_TIME = 40  # characters; the longest valid one has 24


class Refusal(Exception):  # noqa: N818 -- an answer of the service, not a fault of this program
    """A request that the service refuses.

    Attributes:
        status: the HTTP status.
        code: the error code of the service, such as ``IMG.0024``.
        message: what is wrong.
    """

    def __init__(self, message: str, code: str = _BAD_CONDITION, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status


@frozen
class Condition:
    """A comparison of one attribute.

    Attributes:
        name: a wire name of the spec, or the name of a custom attribute.
        relation: ``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, or ``in`` for a list of values, one
            of which it must be; of an attribute with several values, ``has`` for a list that must
            all be there, ``any`` for one of which one must be.
        value: what to compare with.
    """

    name: str
    relation: str
    value: str | int | list[str] | list[str | int]


@frozen
class Request:
    """A parsed request.

    Attributes:
        conditions: all of them must hold.
        order: wire name of each sort key, and whether its order is descending.
        limit: maximum number of images on the page.
        marker: the id of the image before the page.
    """

    conditions: Sequence[Condition]
    order: Sequence[tuple[str, bool]]
    limit: int
    marker: str | None


def unknown_marker() -> Refusal:
    """Return the refusal of a marker that is not the id of an image."""
    return Refusal("The marker is invalid: there is no such image.", _BAD_MARKER)


def read_request(query: bytes, spec: Spec) -> Request:
    """Parse the query string of a request.

    Args:
        query: as it was sent, without ``?``.
        spec: the parameters.

    Raises:
        Refusal: with ``IMG.0017``, or the error code of the parameter.
    """
    conditions: list[Condition] = []
    clauses: dict[str, list[str]] = {}
    pairs = read_pairs(query)
    for name, value in dict(pairs).items():  # the last of each name
        row = find_row(spec, name)
        every = list(dict.fromkeys(value for other, value in pairs if other == name))
        if name in spec.older_order:
            clauses[name] = [value for other, value in pairs if other == name]
        elif row is None:
            conditions.append(Condition(name, "=", value))
        elif row.clause is not None:
            is_taken = row.repeats and row.clause in _ORDERING
            values = [each for other, each in pairs if other == name]
            clauses[row.clause] = values if is_taken else [value]
        elif row.json == "strings" and LIST not in row.forms:
            conditions.append(Condition(row.wire, "has", every))
        elif value not in row.scopes:
            read = every if row.repeats else [value]
            conditions += [_read_condition(row, name, each) for each in read]
    asked = {each.name for each in conditions}
    conditions += [each for each in spec.once(_unasked) if each.name not in asked]
    order = _read_sort_keys(clauses, spec)
    limit = _read_limit(clauses.get("limit", [str(DEFAULT_LIMIT)])[-1])
    return Request(conditions, order, limit, clauses["after"][-1] if "after" in clauses else None)


def _unasked(spec: Spec) -> list[Condition]:
    """Return the conditions of which images are listed unless a request asks for others."""
    rows = spec.parameters.values()
    return [Condition(row.wire, "=", row.default) for row in rows if row.selects and row.default]


_ORDERING = {"order by", "direction"}


def _read_sort_keys(clauses: Mapping[str, Sequence[str]], spec: Spec) -> Sequence[tuple[str, bool]]:
    """Return the sort keys of a request, each with whether its order is descending."""
    is_older = not clauses.keys().isdisjoint(spec.older_order)
    if is_older and "order by" in clauses:
        raise Refusal("The sort keys are invalid: they are in two forms.")
    names = spec.older_order if is_older else ("order by", "direction")
    keys, directions = (clauses.get(each, []) for each in names)
    if len(directions) not in {0, 1, len(keys)}:
        raise Refusal("The number of sort directions is invalid: it takes one for each key.")
    read = directed if is_older else spec.read_order
    found = [
        (key, DESCENDING if direction is None else direction)
        for key, direction in read(keys or [default_order(spec)], directions)
    ]
    for key, direction in found:
        _check_choice(spec, "order by", key, spec.clauses["order by"].kind.choices)
        _check_choice(spec, "direction", direction, ("asc", DESCENDING))
    return [(key, direction == DESCENDING) for key, direction in found]


def read_pairs(query: bytes) -> list[tuple[str, str]]:
    """Split a query string into names and values.

    Raises:
        Refusal: its percent-encoding is invalid.
    """
    if _bad_escape(query):
        raise Refusal("The URL is invalid: `%` needs two hexadecimal digits.")
    pairs = []
    for piece in query.split(b"&"):
        name, _, value = piece.replace(b"+", b" ").partition(b"=")
        try:
            pair = unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            raise Refusal("The URL is invalid: it is not UTF-8.") from None
        if piece:
            pairs.append(pair)
    return pairs


def find_row(spec: Spec, name: str) -> Parameter | None:
    """Return the parameter with a wire name that the service knows, the open family included."""
    row = spec.parameters.get(name) or spec.wires.get(name)
    if row is None and spec.ending(name):
        row = spec.find(name)
    if row is None or name not in {row.wire, *row.wires}:
        return None
    return row if row.pushable or row.sortable or row.clause is not None else None


def default_order(spec: Spec) -> str:
    """Return the default sort key: the creation time."""
    return next(row.wire for row in spec.parameters.values() if row.sortable and row.is_time)


def sort_keys(request: Request, spec: Spec) -> dict[str, bool]:
    """Return each sort key of a request, and of its ties, with whether it is descending.

    No two images have all alike.
    """
    # What ties is sorted by id, as Glance does after the time: in the direction of a single key,
    # or else down.
    is_descending = len(request.order) > 1 or request.order[0][1]
    ties = [default_order(spec), "id"] if spec.takes_sort_keys else ["id"]
    asked = dict(request.order)
    return asked | dict.fromkeys(ties, is_descending) | asked


def _read_condition(row: Parameter, name: str, text: str) -> Condition:
    """Read a pair by the operators that a row says the server takes."""
    if row.operators == _TIMES:
        return _read_time(row, text)
    # What the table does not filter by, the service compares as it does any attribute.
    asked = read_pair(row, name, text) if row.forms else ("=", text)
    if asked is None:
        raise Refusal(f"The {row.name} is invalid: its operator is unknown.")
    relation, value = asked
    if row.is_time:
        moment = _read_time(row, f"{TIME_OPERATORS['=']}{value}").value
        return Condition(row.wire, relation, moment)
    if relation == LIST:
        values = read_list(value)
        if values is None:
            raise Refusal(f"The {row.name} is invalid: it takes values joined by commas.")
        return Condition(
            row.wire, "any" if row.multiple else LIST, [_read_value(row, each) for each in values]
        )
    if row.multiple:
        return Condition(row.wire, "has", [value])
    return Condition(row.wire, relation, _read_value(row, value))


_TIMES = {relation: f"{prefix}{{}}" for relation, prefix in TIME_OPERATORS.items()}


def _read_value(row: Parameter, value: str) -> str | int:
    if isinstance(row.kind, Integer):
        return _read_integer(row, value)
    if isinstance(row.kind, Boolean):
        return _read_boolean(row, value)
    if isinstance(row.kind, Enumeration):
        _check_listed(row, row.kind, value)
    return value


def _read_time(row: Parameter, value: str) -> Condition:
    read = read_wire_time(value[: _LONGEST_TIME + 1])
    if read.condition is None or len(value) > _LONGEST_TIME:
        raise Refusal(f"The {row.name} is invalid: it takes {read.message}.")
    return Condition(row.wire, *read.condition)


def _read_integer(row: Parameter, value: str) -> int | str:
    if _decimal(value):
        return int(value)
    if row.json == "integer":
        raise Refusal(f"The {row.name} is invalid: it takes a whole number.", _BAD_SIZE)
    return value  # the attribute is text, and no image has this one


def _read_boolean(row: Parameter, value: str) -> str:
    lowered = value.lower()  # clients send `True`, too, and records contain it
    if lowered in {"true", "false"}:
        return lowered
    if row.kind.name == "boolean":
        raise Refusal(f"The {row.name} is invalid: it takes {row.kind.describe()}.")
    return value


def is_closed(row: Parameter) -> bool:
    """Return whether the service refuses values that are not on the list of a parameter."""
    kind = row.kind
    return isinstance(kind, Enumeration) and (not kind.is_open or row.name in _NOT_LISTED)


def _check_listed(row: Parameter, kind: Enumeration, value: str) -> None:
    if value in kind.values or not is_closed(row):
        return
    listed = ", ".join(kind.values)
    code = _NOT_LISTED.get(row.name, _BAD_CONDITION)
    raise Refusal(f"The {row.name} is invalid: it takes one of {listed}.", code)


def _check_choice(spec: Spec, clause: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        row = spec.clauses.get(clause, spec.clauses["order by"])
        raise Refusal(f"The {row.name} is invalid: it takes one of {', '.join(choices)}.")


def _read_limit(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise Refusal("The limit is invalid: it takes a whole number.")
    digits = value.lstrip("0") or "0"
    return min(int(digits), MAX_LIMIT) if len(digits) <= len(str(MAX_LIMIT)) else MAX_LIMIT
