"""Comparisons with times as the service reads them: ``lt:2018-10-28T10:00:00Z``."""

from __future__ import annotations

import re

from attrs import field, frozen

from imsquery.compiler.lowering import time_value
from imsquery.diagnostics.suggest import nearest
from imsquery.language.operators import OPERATORS
from imsquery.language.times import Interval, read_time, respell_time, time_condition

RELATIONS = {time_value(relation, ""): relation for relation in OPERATORS.values()}
"""Operator as the service writes it, such as ``lt:`` -> relation."""

_SPELLINGS = {relation: operator for operator, relation in RELATIONS.items()}
_SYNONYMS = {
    "==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "ne": "!=", "le": "<=", "ge": ">=",
    "before": "<", "until": "<=", "after": ">", "since": ">=",
}  # fmt: skip

_prefixed = re.compile(r"([A-Za-z]+:)?(.*)", re.DOTALL).fullmatch
# Of a text without white space round it, or the search for where that begins would be quadratic.
_loose = re.compile(r"([A-Za-z]+|[<>=!]+)?\s*[:=]*\s*(.*)", re.DOTALL).fullmatch
_moment = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z| [0-9]{2}:[0-9]{2}:[0-9]{2})"
).fullmatch
# A `+` that was not encoded reads as a space.
_lost_plus = re.compile(r"(?<=:[0-9]{2}) (?=[0-9]{2}:?[0-9]{2}$)")


@frozen
class WireTime:
    """A value that was read.

    Attributes:
        condition: relation and moment, or ``None``; then the rest says why.
        instead: values that may have been meant.
    """

    condition: tuple[str, str] | None = None
    code: str = "bad-value"
    message: str = ""
    instead: list[str] = field(factory=list)


def read_wire_time(value: str) -> WireTime:
    """Read a comparison with a time; one without an operator is an equality."""
    operator, rest = _prefixed(value).groups()  # type: ignore[union-attr]  # matches any text
    relation = RELATIONS.get(operator) if operator else "="
    try:
        if relation is not None and _moment(rest):
            return WireTime((relation, read_time(rest).start))
    except OverflowError:
        return WireTime(None, "out-of-range", "the years are 1 to 9999")
    except ValueError:
        pass  # no such day or hour
    operators = ", ".join(RELATIONS)
    message = f"an operator ({operators}) and a UTC time such as 2018-10-28T10:00:00Z"
    return WireTime(None, "bad-value", message, _meant(value))


def _meant(value: str) -> list[str]:
    """Guess which comparisons another spelling means."""
    written, rest = _loose(value.strip()).groups()  # type: ignore[union-attr]  # matches any text
    interval = _meant_interval(rest)
    if interval is None:
        return []
    if not written:
        return [time_value(*_condition("=", interval))]
    return [time_value(*_condition(each, interval)) for each in _meant_relations(written.lower())]


def _meant_relations(written: str) -> list[str]:
    relation = RELATIONS.get(f"{written}:") or _SYNONYMS.get(written)
    if relation is not None:
        return [relation]
    if written in _SPELLINGS:
        return [written]
    names = [operator.rstrip(":") for operator in RELATIONS]
    return [RELATIONS[f"{name}:"] for name in nearest(written, names)]


def _meant_interval(rest: str) -> Interval | None:
    plain = _lost_plus.sub("+", rest)
    for spelled in (plain, *respell_time(plain)):
        try:
            return read_time(spelled)
        except (ValueError, OverflowError):
            continue
    return None


def _condition(relation: str, interval: Interval) -> tuple[str, str]:
    """Give the one comparison that comes nearest to one with an interval."""
    try:
        return time_condition(relation, interval)
    except (ValueError, OverflowError):
        return relation, interval.start
