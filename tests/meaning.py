"""The meaning of filters by the definition of the language: an interpreter of syntax trees.

Slow and plain on purpose.  It shares only the tree with the package, and the table of names,
attributes and types.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, assert_never

from imsquery import CLOUDIMAGES, Parameter
from imsquery.language import syntax

Record = Mapping[str, Any]
Hidden = Mapping[str, Any]

SUPPORTS = CLOUDIMAGES.family
FUNCTIONS = {
    "public": [("__imagetype", "gold"), ("visibility", "public"), ("protected", "true")],
    "owned_by": [("owner", "{}")],
    "shared": [("member_status", "{}"), ("visibility", "shared"), ("__imagetype", "shared")],
    "bare_metal": [
        ("__imagetype", "gold"), (SUPPORTS + "{}", "true"), ("virtual_env_type", "Ironic"),
    ],
}  # fmt: skip


def row_of(name: str) -> Parameter:
    row = CLOUDIMAGES.find(name)
    assert row is not None
    return row


def holds(  # noqa: C901, PLR0912 -- one case for each kind of node
    expr: syntax.Expr, record: Record, hidden: Hidden | None = None
) -> bool:
    """Return whether a record satisfies a filter.

    Args:
        expr: the filter; its values are valid.
        record: as the API returns it.
        hidden: what only the server knows: ``flavors``, ``member_status``, ``whole_image``.
    """
    secret = hidden or {}
    match expr:
        case syntax.Everything():
            return True
        case syntax.Nothing():
            return False
        case syntax.And(operands):
            return all(holds(each, record, secret) for each in operands)
        case syntax.Or(operands):
            return any(holds(each, record, secret) for each in operands)
        case syntax.Not(operand):
            return not holds(operand, record, secret)
        case syntax.Comparison(name, operator, value):
            folds = expr.ignoring_case
            return compares(row_of(name), operator, text(value), record, secret, folds=folds)
        case syntax.Membership(name, values):
            assert isinstance(values, tuple)
            folds = expr.ignoring_case
            found = any(
                compares(row_of(name), "=", text(each), record, secret, folds=folds)
                for each in values
            )
            return found is not expr.negated
        case syntax.Between(name, low, high):
            inside = compares(row_of(name), ">=", text(low), record, secret) and compares(
                row_of(name), "<=", text(high), record, secret
            )
            return inside is not expr.negated
        case syntax.Match(name, operator, value):
            said = [each for each in shown(row_of(name), record, secret) if isinstance(each, str)]
            wanted = text(value)
            if expr.ignoring_case and operator == "matches":
                wanted = f"(?i){wanted}"
            elif expr.ignoring_case:
                wanted, said = wanted.casefold(), [each.casefold() for each in said]
            return any(matches(operator, wanted, each) for each in said) is not expr.negated
        case syntax.Presence(name):
            return is_present(row_of(name), record) is not expr.negated
        case syntax.Standalone(name):
            return compares(row_of(name), "=", "true", record, secret)
        case syntax.Call(name, arguments):
            return calls(name, [text(each) for each in arguments], record, secret)
        case _:
            assert_never(expr)


def text(value: syntax.Value) -> str:
    assert isinstance(value, syntax.Literal)
    return value.text


def calls(name: str, arguments: list[str], record: Record, hidden: Hidden) -> bool:
    if name == "supports":
        conditions = [(SUPPORTS + each, "true") for each in arguments]
    elif name == "tagged" and len(arguments) == 1:
        return any(has_key(str(tag), arguments[0]) for tag in shown(row_of("tag"), record, {}))
    elif name == "tagged":
        conditions = [("tag", "=".join(arguments))]
    else:
        conditions = [
            (wire.format(*arguments), value.format(*arguments)) for wire, value in FUNCTIONS[name]
        ]
    return all(compares(row_of(wire), "=", value, record, hidden) for wire, value in conditions)


def has_key(tag: str, key: str) -> bool:
    """Return whether a tag is a key, or is one with a value."""
    separator = "=" if "=" in tag else "."
    return key in (tag, tag.split(separator, maxsplit=1)[0])


def is_present(row: Parameter, record: Record) -> bool:
    if row.wire == "tag":
        return bool(shown(row, record, {}))
    # Every image has an architecture and a project, even if its record does not have them.
    if row.wire in {"architecture", "enterprise_project_id"}:
        return True
    return record.get(str(row.observed)) is not None


def shown(row: Parameter, record: Record, hidden: Hidden) -> list[str | int | datetime]:
    """Return the values that an image has for a parameter."""
    match row.wire:
        case "flavor_id":
            return list(hidden.get("flavors", ()))
        case "member_status":
            return [hidden["member_status"]] if "member_status" in hidden else []
        case "__whole_image":
            return [str(hidden.get("whole_image", False)).lower()]
        case "architecture":
            return ["arm" if str(record.get("__support_arm")).lower() == "true" else "x86"]
        case "tag":
            tags = record.get("tags")
            listed = tags if isinstance(tags, list | tuple) else []
            found = [tag for tag in listed if isinstance(tag, str)]
            return [*found, *(tag.replace(".", "=", 1) for tag in found if "=" not in tag)]
        case _:
            return shown_plainly(row, record)


def shown_plainly(row: Parameter, record: Record) -> list[str | int | datetime]:
    said = record.get(str(row.observed))
    if row.wire == "enterprise_project_id" and not isinstance(said, str):
        return ["0"]
    read = typed(row, said)
    return [] if read is None else [read]


def typed(row: Parameter, said: Any) -> str | int | datetime | None:
    kind = row.kind.name
    if type(said) is int:
        return said if is_number(row) else None
    if type(said) is bool:
        return str(said).lower() if kind in {"boolean", "flag"} else None
    if not isinstance(said, str):
        return None
    if is_number(row):
        return int(said) if re.fullmatch(r"[+-]?[0-9]{1,19}", said) else None
    if kind in {"boolean", "flag"}:
        return said.lower() if said.lower() in {"true", "false"} else None
    return moment(said) if kind == "time" else said


def moment(said: str) -> datetime | None:
    """Read a time in either of the service's formats, without its fraction of a second."""
    pieces = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?Z?", said, re.ASCII)
    try:
        return pieces and datetime.strptime(f"{pieces[1]} {pieces[2]}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:  # not in the calendar, or not a time of day
        return None


def is_number(row: Parameter) -> bool:
    return row.kind.name == "integer" or row.wire == "__os_bit"


def compares(
    row: Parameter,
    operator: str,
    literal: str,
    record: Record,
    hidden: Hidden,
    *,
    folds: bool = False,
) -> bool:
    if operator == "!=":
        return not compares(row, "=", literal, record, hidden, folds=folds)
    if operator == "=" and literal == "all_granted_eps":
        return True
    said = shown(row, record, hidden)
    if row.kind.name == "time":
        start, end = interval(literal)
        return any(in_time(operator, each, start, end) for each in said)
    if row.kind.name == "version" and operator != "=":
        return any(in_version(operator, literal, str(each)) for each in said)
    if folds and not (row.kind.choices or is_number(row)):
        return any(str(each).casefold() == literal.casefold() for each in said)
    value: str | int = number(row, literal) if is_number(row) else literal
    if row.kind.choices:
        spellings = {choice.lower(): choice for choice in row.kind.choices}
        value = int(literal) if is_number(row) else spellings.get(literal.lower(), literal)
    return any(ordered(operator, each, value) for each in said)


def in_version(operator: str, literal: str, said: str) -> bool:
    """Compare the first run of digits joined by dots, as long as the literal is."""
    found = re.search(r"[0-9]+(\.[0-9]+)*", said)
    if found is None:
        return False
    wanted = [int(part) for part in literal.split(".")]
    parts = [int(part) for part in found[0].split(".")] + [0] * len(wanted)
    return ordered(operator, parts[: len(wanted)], wanted)


def natural(said: str) -> list[tuple[int, int]]:
    """Return what a text sorts by in natural order: code points, and numbers in place of zeros."""
    pieces = re.findall(r"[0-9]+|[^0-9]", said)
    return [
        (48, int(each)) if each.isascii() and each.isdigit() else (ord(each), 0) for each in pieces
    ]


def sorts_by(row: Parameter, said: Any) -> Any:
    """Return what a value sorts by on the client."""
    return natural(said) if row.kind.name == "version" else said


BYTES = {
    "bytes": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4, "PB": 1024**5,
    "EB": 1024**6,
}  # fmt: skip


def number(row: Parameter, literal: str) -> int:
    """Read a number, which may have a unit."""
    pieces = re.fullmatch(r"([-+]?[0-9.]+) *([A-Za-z]*)", literal)
    assert pieces is not None
    if not pieces[2]:
        return int(pieces[1])
    amount = Fraction(pieces[1]) * 1024 ** "bkmgtpe".index(pieces[2][0].lower())
    exact = amount / BYTES[str(row.unit)]
    assert exact.denominator == 1
    return int(exact)


def ordered(operator: str, left: Any, right: Any) -> bool:
    if operator == "=":
        return bool(left == right)
    return bool(
        {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    )


def interval(literal: str) -> tuple[datetime, datetime]:
    """Return the first second of a literal, and the first one after it."""
    formats = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d", 16: "%Y-%m-%dT%H:%M", 20: "%Y-%m-%dT%H:%M:%SZ"}
    start = datetime.strptime(literal, formats[len(literal)])  # noqa: DTZ007
    days = {4: 366 if start.year % 4 == 0 else 365, 7: monthrange(start.year, start.month)[1]}
    steps = {
        10: timedelta(days=1),
        16: timedelta(minutes=1),
        20: timedelta(seconds=1),
    }
    return start, start + steps.get(len(literal), timedelta(days=days.get(len(literal), 0)))


def in_time(operator: str, said: Any, start: datetime, end: datetime) -> bool:
    return bool(
        {
            "=": start <= said < end,
            "<": said < start,
            "<=": said < end,
            ">": said >= end,
            ">=": said >= start,
        }[operator]
    )


def matches(operator: str, wanted: str, said: str) -> bool:
    match operator:
        case "contains":
            return wanted in said
        case "startswith":
            return said.startswith(wanted)
        case "endswith":
            return said.endswith(wanted)
        case "matches":
            return re.search(wanted, said) is not None
        case _:
            return globs(wanted, said)


def globs(pattern: str, said: str) -> bool:
    """Match by dynamic programming: all ends that each piece of the pattern can reach."""
    reached = {0}
    pieces = re.findall(r"\\[*?]|[\s\S]", pattern)
    for piece in pieces:
        if piece == "*":
            reached = set(range(min(reached, default=len(said) + 1), len(said) + 1))
        elif piece == "?":
            reached = {end + 1 for end in reached if end < len(said)}
        else:
            reached = {end + 1 for end in reached if said[end : end + 1] == piece[-1]}
    return len(said) in reached
