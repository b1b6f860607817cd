"""Comparisons as pairs of a request, and back.

Values of a list are joined by commas; one with a comma is in double quotes.  No list has values
with a double quote: services that know a way to escape it do not undo it in what they compare.
Source: OpenStack Glance, ``split_filter_value_for_quotes`` in ``glance/common/utils.py``.
"""

from __future__ import annotations

import re

from imsquery.schema.kinds import Integer, RefusedValue
from imsquery.schema.parameters import LIST

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.schema.parameters import Parameter

    Pair = tuple[str, str]

MAX_LIST = 100
"""Values in the list of one request: with an id each, it fits into any server's longest URL."""

_LONGEST_LIST = 4_096  # characters, for the same reason

_is_plain_item = re.compile(r'[^",]+').fullmatch
_is_quotable = re.compile(r'[^"\\]*').fullmatch
_item = re.compile(r'(?:"([^"\\]*)"|([^",]+))(?:,|\Z)')

# An operator that the server lacks -> the one that means it of the next value, and the step.
_NEXT = {">": (">=", 1), "<": ("<=", -1), ">=": (">", -1), "<=": ("<", 1)}
_LARGEST = 2**63 - 1
_PLAIN = {"=": ("", "")}


def write_pair(row: Parameter, relation: str, value: str | int) -> Pair | None:
    """Return the pair that asks for a comparison; ``None`` if the server does not take it.

    Args:
        row: what is compared.
        relation: an operator, or ``in`` for a list.
        value: the value, or a list as :func:`write_list` makes it.
    """
    text = str(value)
    if relation in row.prefixes:
        return row.wire, row.prefixes[relation] + text
    pair = _write_as(row, relation, text)
    if pair is None and relation == "=":
        listed = write_list([text])
        pair = None if listed is None else _write_as(row, LIST, listed)
    return pair or _write_next(row, relation, value)


def compares_by(row: Parameter, relation: str) -> bool:
    """Return whether the server has an operator, or one that means it of the next value."""
    return relation in row.forms or _NEXT.get(relation, ("", 0))[0] in row.forms


def _write_as(row: Parameter, relation: str, text: str) -> Pair | None:
    """Write a value after its operator, if the server reads it as that and not as another one."""
    if relation not in row.forms:
        return None
    if relation in _NEXT and not _is_taken(row, text):
        return None
    own, prefix = row.forms[relation]
    pair = own or row.wire, prefix + text
    return pair if read_pair(row, *pair) == (relation, text) else None


def _is_taken(row: Parameter, text: str) -> bool:
    """Return whether a server takes a number, which may be beyond the range of its parameter."""
    try:
        return not isinstance(row.kind, Integer) or row.kind.read(text) is not None
    except RefusedValue:
        return False


def _write_next(row: Parameter, relation: str, value: str | int) -> Pair | None:
    """Write an order comparison as the one with the next value: whole number, or second."""
    known, step = _NEXT.get(relation, ("", 0))
    if known not in row.forms:
        return None
    following = _next_second(str(value), step) if row.is_time else _next_number(row, value, step)
    return None if following is None else _write_as(row, known, str(following))


def _next_number(row: Parameter, value: str | int, step: int) -> int | None:
    if not isinstance(row.kind, Integer):
        return None
    following = int(value) + step
    return following if abs(following) <= _LARGEST else None


def _next_second(moment: str, step: int) -> str | None:
    from datetime import datetime, timedelta

    try:
        following = datetime.fromisoformat(moment) + timedelta(seconds=step)
    except OverflowError:
        return None
    return following.isoformat().replace("+00:00", "Z")


def write_list(values: Iterable[str]) -> str | None:
    """Return a list as a request has it; ``None`` if it is too long, or has a `"` in a value."""
    listed = sorted(set(values))
    items = [
        value if _is_plain_item(value) else f'"{value}"' if _is_quotable(value) else None
        for value in listed
    ]
    if len(items) > MAX_LIST or None in items:
        return None
    text = ",".join(filter(None, items))
    return text if len(text) <= _LONGEST_LIST else None


def read_pair(row: Parameter, name: str, text: str) -> tuple[str, str] | None:
    """Return the operator of a pair and what comes after it; ``None`` for an unknown operator.

    Args:
        row: what the pair compares.
        name: the wire name of the row, or one of its ``wires``.
        text: the value of the pair.
    """
    own = "" if name == row.wire else name
    if not own and is_plain(row):
        return "=", text
    forms = sorted(row.forms.items(), key=lambda form: form[0] == LIST)  # before an equality
    found = {prefix: relation for relation, (wire, prefix) in forms if wire == own}
    for prefix in sorted(filter(None, found), reverse=True):  # `lte:` before `lt`
        if text.startswith(prefix):
            return found[prefix], text[len(prefix) :]
    if "" in found:
        # What comes before a colon is read as an operator, where there are some.
        return None if any(found) and ":" in text else (found[""], text)
    return ("=", text) if "=" in found.values() else None


def is_plain(row: Parameter) -> bool:
    """Return whether a row has but an equality, which is written without an operator."""
    return row.forms == _PLAIN


def read_list(text: str) -> list[str] | None:
    """Return the values of a list in a request; ``None`` if it is not one."""
    values: list[str] = []
    position = 0
    while position < len(text):
        item = _item.match(text, position)
        if item is None:
            return None
        values.append(item[1] if item[2] is None else item[2])
        position = item.end()
    return values if values and not text.endswith(",") else None
