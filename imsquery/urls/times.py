"""Comparisons with times as the service reads them: ``lt:2018-10-28T10:00:00Z``."""

from __future__ import annotations

import re

from imsquery.diagnostics.suggest import nearest
from imsquery.frozen import Frozen
from imsquery.language.dates import respell
from imsquery.language.operators import OPERATORS
from imsquery.language.times import Interval, read_time, time_condition
from imsquery.schema.parameters import TIME_OPERATORS

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

RELATIONS = {prefix: relation for relation, prefix in TIME_OPERATORS.items()}
"""Operator as the service writes it, such as ``lt:`` -> relation."""

_SYNONYMS = {
    "=<": "<=", "=>": ">=", "ne": "!=", "le": "<=", "ge": ">=",
    "before": "<", "until": "<=", "after": ">", "since": ">=",
}  # fmt: skip

# Matches at the start of any text: an operator in any spelling, and the signs after it. White space
# is stripped first, or the search for where it begins would be quadratic.
_operator = re.compile(r"\A([A-Za-z]+|[<>=!]*)\s*[:=]*\s*")
_moment = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z| [0-9]{2}:[0-9]{2}:[0-9]{2})"
).fullmatch
# A `+` that was not encoded reads as a space.
_lost_plus = re.compile(r"(?<=:[0-9]{2}) (?=[0-9]{2}:?[0-9]{2}$)")


class WireTime(Frozen):
    """A value that was read.

    Attributes:
        condition: relation and moment; ``None`` if the value is invalid.
        code: of the finding, if the value is invalid.
        message: what was expected instead.
        instead: values that may have been meant.
    """

    condition: tuple[str, str] | None = None
    code: str = "bad-value"
    message: str = ""
    instead: Sequence[str] = ()


def read_wire_time(value: str) -> WireTime:
    """Read a comparison with a time; without an operator it is an equality."""
    operator, colon, moment = value.partition(":")
    relation = RELATIONS.get(operator + colon)
    if relation is None:
        relation, moment = "=", value
    try:
        if _moment(moment):
            return WireTime((relation, read_time(moment).start))
    except OverflowError:
        return WireTime(None, "out-of-range", "a year from 1 to 9999")
    except ValueError:
        pass  # no such day or hour
    expected = f"an operator ({', '.join(RELATIONS)}) and a UTC time such as 2018-10-28T10:00:00Z"
    return WireTime(None, "bad-value", expected, _meant(value))


def _meant(value: str) -> list[str]:
    """Guess the comparisons that another spelling means."""
    _, written, rest = _operator.split(value.strip(), maxsplit=1)
    interval = _meant_interval(rest)
    if interval is None:
        return []
    meant = (_nearest_condition(each, interval) for each in _meant_relations(written.lower()))
    return [f"{TIME_OPERATORS[relation]}{moment}" for relation, moment in meant]


def _meant_relations(written: str) -> list[str]:
    if not written:
        return ["="]
    relation = RELATIONS.get(f"{written}:") or OPERATORS.get(written) or _SYNONYMS.get(written)
    if relation is not None:
        return [relation]
    names = [operator.rstrip(":") for operator in RELATIONS]
    return [RELATIONS[f"{name}:"] for name in nearest(written, names)]


def _meant_interval(rest: str) -> Interval | None:
    plain = _lost_plus.sub("+", rest)
    literals = respell(plain).literals
    for spelled in (plain, *(literals if len(literals) == 1 else ())):
        try:
            return read_time(spelled)
        except (ValueError, OverflowError):
            continue
    return None


def _nearest_condition(relation: str, interval: Interval) -> tuple[str, str]:
    """Return the single comparison closest to a comparison with an interval."""
    try:
        return time_condition(relation, interval)
    except (ValueError, OverflowError):
        return relation, interval.start
