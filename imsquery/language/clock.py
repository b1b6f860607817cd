"""Time literals that depend on the clock: ``now-7d``, ``today``, ``last_month``.

Words may be in any letter case, units are in lower case: ``1m`` is a minute here, ``1M`` a month
elsewhere.  Months and years follow the calendar, and stop at the last day of the month.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from imsquery.late import Late

_offset = Late(
    r"(?:(now)(?:([+-])([0-9]{1,9})(s|mo|m|h|d|w|y))?|(today)(?:([+-])([0-9]{1,9})(mo|d|w|y))?)",
    re.ASCII | re.IGNORECASE,
).fullmatch
_DAY = timedelta(days=1)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MONTHS = {"mo": 1, "y": 12}
_WORDS = {
    "yesterday": ("day", -1),
    "this_week": ("week", 0),
    "last_week": ("week", -1),
    "this_month": ("month", 0),
    "last_month": ("month", -1),
    "this_year": ("year", 0),
    "last_year": ("year", -1),
}


def reads_clock(text: str) -> bool:
    """Return whether a literal is relative to now."""
    return text[:1] in "ntylNTYL" and (text.lower() in _WORDS or _match(text) is not None)


def _match(text: str) -> re.Match[str] | None:
    match = _offset(text)
    unit = match and (match[4] or match[8])
    return match if not unit or unit.islower() else None


def read_clock(text: str, now: datetime) -> tuple[datetime, str]:
    """Read a literal that depends on the clock.

    Args:
        text: the literal.
        now: the time, in UTC and whole seconds.

    Returns:
        The start of what it means, and the unit of how long that is.

    Raises:
        ValueError: it is not one.
        OverflowError: it is outside the years 1 to 9999.
    """
    if text.lower() in _WORDS:
        unit, count = _WORDS[text.lower()]
        return _start(now, unit, count), unit
    match = _match(text)
    if match is None:
        msg = "not a time"
        raise ValueError(msg)
    is_now = match[1] is not None
    sign, amount, unit = match.group(2, 3, 4) if is_now else match.group(6, 7, 8)
    moment = now if is_now else _midnight(now)
    if amount:
        moment = _move(moment, int(sign + amount), unit)
    return moment, "second" if is_now else "day"


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)


def _start(now: datetime, unit: str, count: int) -> datetime:
    """Return the start of the day, week, month or year some of these from now."""
    day = _midnight(now)
    if unit == "day":
        return day + count * _DAY
    if unit == "week":
        return day + (7 * count - day.weekday()) * _DAY
    if unit == "month":
        return add_months(day.replace(day=1), count)
    return add_months(day.replace(month=1, day=1), 12 * count)


def _move(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in _MONTHS:
        return add_months(moment, amount * _MONTHS[unit])
    return moment + timedelta(**{_UNITS[unit]: amount})


def add_months(moment: datetime, count: int) -> datetime:
    """Return the time some months later, on the last day of the month at the latest."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    first = moment.replace(year=year, month=month + 1, day=1)
    for day in range(moment.day, 28, -1):
        try:
            return first.replace(day=day)
        except ValueError:  # the month is shorter
            continue
    return first.replace(day=min(moment.day, 28))


_ago = Late(
    "(now|today)?([+-][0-9]+)"
    "(s(?:ec(?:ond)?s?)?|mo(?:nths?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?|y(?:(?:ea)?rs?)?)"
).fullmatch
_unclear = Late(r"((?i:now|today)?[+-]?([0-9]+))M").fullmatch
_hours_of_day = Late("today[+-][0-9]+[smh]").fullmatch
_moved_word = Late(f"({'|'.join(_WORDS)})[+-].*").fullmatch


def respell_clock(text: str) -> list[str]:
    """Guess the literal that another relative time means: ``tomorrow``, ``-7d``, ``-7D``."""
    if _unclear(text[:40]):
        return []
    lowered = text[:40].lower()
    meant = {"tomorrow": "today+1d"}.get(lowered, "")
    match = _ago(lowered)
    if match is not None:
        unit = match[3][: 2 if match[3].startswith("mo") else 1]
        meant = f"{match[1] or 'now'}{match[2]}{unit}"
    return [meant] if reads_clock(meant) else []


def named_interval(text: str) -> str:
    """Return the literal for an interval in words, such as ``last week``; empty for any other."""
    name = "_".join(text[:40].lower().replace("-", " ").split())
    return name if name in _WORDS else ""


def expected_clock(text: str) -> str:
    """Return what was expected of a literal that nearly is one; empty for any other."""
    unclear = _unclear(text[:40])
    if unclear:
        return f"`{unclear[2]}m` (minutes) or `{unclear[2]}mo` (months)"
    lowered = text[:40].lower()
    if _hours_of_day(lowered):
        return "`d`, `w`, `mo` or `y` after `today`"
    moved = _moved_word(lowered)
    return f"nothing after `{moved[1]}`" if moved else ""
