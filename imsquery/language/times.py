"""Time literals: half-open UTC intervals at the precision they are written in.

A time is a string as the service prints it, ``2018-10-28T10:00:00Z``; such strings sort by time.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from imsquery.language.operators import ORDER
from imsquery.late import Late

_literal = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(Z|[+-][0-9]{2}:[0-5][0-9])?)?)?)?"
).fullmatch
_DAY = timedelta(days=1)
_STEPS = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "day": _DAY, "week": 7 * _DAY
}  # fmt: skip
# The length of a literal without its zone -> its precision, and how to complete it.
_PRECISIONS = {
    len("2018"): ("year", "-01-01T00:00:00"),
    len("2018-10"): ("month", "-01T00:00:00"),
    len("2018-10-28"): ("day", "T00:00:00"),
    len("2018-10-28T10:00"): ("minute", ":00"),
    len("2018-10-28T10:00:00"): ("second", ""),
}
_read_moment = datetime.fromisoformat


class Interval:
    """``[start, end)``; ``end`` is ``None`` for a literal of one second.

    The end is computed on demand, since most comparisons need the start alone.
    """

    __slots__ = ("_unit", "start")

    def __init__(self, start: str, unit: str) -> None:
        self.start = start
        self._unit = unit

    @property
    def end(self) -> str | None:
        """The end; raises :class:`OverflowError` after the year 9999."""
        return None if self._unit == "second" else self.after

    @property
    def after(self) -> str:
        """The end, that of a second included; raises as :attr:`end` does."""
        moment = _read_moment(self.start[:-1])
        if self._unit in _STEPS:
            return format_time(moment + _STEPS[self._unit])
        first = moment.replace(day=1) + 31 * _DAY
        if self._unit == "year":
            first = moment.replace(month=12) + 31 * _DAY
        return format_time(first.replace(day=1))


def time_condition(relation: str, interval: Interval) -> tuple[str, str]:
    """Return the comparison with a second that a comparison with a literal means.

    Raises:
        OverflowError: the end of the interval is after the year 9999.
        ValueError: it takes two, since the relation is ``=`` or ``!=`` and the literal is coarser.
    """
    if relation in {"<", ">="}:
        return relation, interval.start
    end = interval.end
    if end is None:
        return relation, interval.start
    if relation in {"<=", ">"}:
        return ("<" if relation == "<=" else ">="), end
    msg = "two conditions"
    raise ValueError(msg)


def format_time(moment: datetime) -> str:
    """Print a UTC time as the service does."""
    return moment.isoformat(timespec="seconds")[:19] + "Z"


def read_time(text: str, now: datetime | None = None) -> Interval:
    """Read a time literal.

    Args:
        text: such as ``2018``, ``2018-10-28T10:00:00+08:00``, ``now-7d``, ``last_month``.
        now: the time that some depend on; without it they are invalid.

    Raises:
        ValueError: it is not a time in an accepted spelling.
        OverflowError: it is outside the years 1 to 9999.
    """
    match = _literal(text)
    if match is None:
        return _read_clock(text, now)
    zone = match[1]
    plain = text[: match.start(1)] if zone else text
    unit, rest = _PRECISIONS[len(plain)]
    plain += rest
    if zone and zone != "Z":
        plain += zone
    try:
        moment = _read_moment(plain)
    except ValueError:
        if plain.startswith("0000"):
            raise OverflowError from None
        raise
    if moment.tzinfo is not None:
        return Interval(format_time(in_utc(moment)), unit)
    return Interval(plain.replace(" ", "T") + "Z", unit)


def _read_clock(text: str, now: datetime | None) -> Interval:
    if now is None:
        msg = "not a time"
        raise ValueError(msg)
    from imsquery.language.clock import read_clock

    moment, unit = read_clock(text, in_utc(now))
    return Interval(format_time(moment), unit)


def in_utc(moment: datetime) -> datetime:
    """Convert a time to UTC, naive and in whole seconds; one without a zone is in UTC already."""
    if not isinstance(moment, datetime):  # users need not check types
        msg = f"expected a datetime, not {type(moment).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def spell_date(value: date, relation: str = "=") -> str:
    """Spell a Python date (a day) or datetime (a second) as a literal.

    Times of images are whole seconds: those before a datetime with microseconds are those before
    the next second.

    Args:
        value: the date or datetime.
        relation: what it is compared by.

    Raises:
        ValueError: it is outside the years 1 to 9999 in UTC, or equals no time of an image.
    """
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.microsecond and relation not in ORDER:
        msg = f"{value} has a fraction of a second, and times of images have none"
        raise ValueError(msg)
    try:
        moment = in_utc(value)
        if value.microsecond and relation in {"<", ">="}:
            moment += _STEPS["second"]
    except OverflowError:
        msg = f"{value} is outside the years 1 to 9999 in UTC"
        raise ValueError(msg) from None
    return format_time(moment)


_loose = Late(
    r"([0-9]{4})[-/.]?([0-9]{1,2})(?:[-/.]?([0-9]{1,2})"
    r"(?:[Tt ]([0-9]{1,2})(?::?([0-9]{2})(?::?([0-9]{2})(?:[.,][0-9]+)?)?)?"
    r"\s*([Zz]|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?)?"
).fullmatch


def is_within_second(text: str) -> bool:
    """Return whether a time has a fraction of a second other than zero."""
    fraction = re.search(r":[0-9]{2}[.,]([0-9]+)", unicodedata.normalize("NFKC", text[:40]))
    return fraction is not None and fraction[1].strip("0") != ""


def respell_time(text: str) -> list[str]:
    """Guess the literal that another common spelling of a time means: none, or one."""
    match = _loose(unicodedata.normalize("NFKC", text[:40]).strip())
    if match is None:
        return []
    year, month, day, hour, minute, second, zone = match.groups()
    spelled = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
    if hour:
        spelled += f"T{hour.zfill(2)}:{minute or '00'}" + (f":{second}" if second else "")
    if zone:
        sign = zone.upper()
        spelled += sign if sign == "Z" else f"{zone[:3]}:{zone[3:].lstrip(':') or '00'}"
    try:
        read_time(spelled)
    except (ValueError, OverflowError):
        return []
    return [spelled]
