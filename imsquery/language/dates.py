"""Times as people write them elsewhere, and what is impossible about one.

Loaded only for a text that is not a time literal.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import month_name, monthrange
from datetime import datetime, timedelta

from imsquery.frozen import Frozen
from imsquery.language.clock import named_interval, reads_clock, respell_clock
from imsquery.language.times import format_time, is_within_second, respell_time
from imsquery.late import Late

_LONGEST = 40
_numeric = Late(
    r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?:[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
).fullmatch
_epoch = Late("([0-9]{10})([0-9]{3})?").fullmatch
_duration = Late("[0-9]+[a-z]+", re.ASCII).fullmatch
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- UTC, as all times here
_parts = Late(
    r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?"
    r"(?:[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?(?:[Zz]|[+-][0-9:]+)?)?"
).fullmatch
_CENTURIES = frozenset({"19", "20"})
_hour = Late("[^Tt ]+[Tt ][0-9]{1,2}(?![0-9:])").match
_MONTHS, _HOURS, _SIXTY = 12, 24, 60


class Respelling(Frozen):
    """The literals that a text may mean, likeliest first.

    Attributes:
        literals: at most two.
        is_certain: there is one, and it says the same.
        is_within_second: the text is a moment within the second that the literal says.
    """

    literals: list[str]
    is_certain: bool
    is_within_second: bool = False


def respell(text: str) -> Respelling:
    """Return what another way to write a time may mean."""
    literals = respell_time(text) or respell_clock(text)
    plain = _plain(text)
    if literals:
        is_part = is_within_second(text)
        is_certain = not (is_part or _hour(plain))  # an hour, or its first minute
        return Respelling(literals, len(literals) == 1 and is_certain, is_part)
    interval = named_interval(plain)
    if interval:  # `> last week` may mean since then, elsewhere
        return Respelling([interval], is_certain=False)
    match = _epoch(plain)
    if match is not None:
        # Ten digits are seconds since 1970, thirteen are milliseconds.
        is_part = match[2] not in {None, "000"}
        moment = format_time(_EPOCH + timedelta(seconds=int(match[1])))
        is_hour = plain[:2] in _CENTURIES and respell_time(plain[:8])  # of a day: 2018102810
        return Respelling([moment], not (is_part or is_hour), is_part)
    if _duration(plain) and reads_clock(f"now-{plain}"):
        return Respelling([f"now-{plain}"], is_certain=False)
    days = [day for day in _days(plain) if not impossible_part(day)]
    return Respelling(days, len(days) == 1)


def impossible_part(text: str) -> str:
    """Return the part of a date or time that does not exist, such as ``month 13``."""
    plain = _plain(text)
    match = _parts(_days(plain)[0] if _numeric(plain) else plain)
    if match is None:
        return ""
    year, month, day, hour, minute, second = (int(each or -1) for each in match.groups())
    if not 1 <= month <= _MONTHS:
        return f"month {month}"
    if day != -1 and year and not 1 <= day <= monthrange(year, month)[1]:
        return f"day {day} in {month_name[month]} {year:04}"
    limits = (("hour", hour, _HOURS), ("minute", minute, _SIXTY), ("second", second, _SIXTY))
    return next((f"{name} {value}" for name, value, end in limits if value >= end), "")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:_LONGEST]).strip()


def _days(plain: str) -> list[str]:
    """Return the days that ``05/06/2018`` may be; a month before its day only if it can be one."""
    match = _numeric(plain)
    if match is None:
        return []
    one, _, other, year, clock = match.groups()
    time = f"T{clock:0>{len(clock.partition(':')[2]) + 3}}" if clock else ""
    pairs = dict.fromkeys([(one, other), (other, one)])
    months = [(day, month) for day, month in pairs if int(month) <= _MONTHS] or [(one, other)]
    return [f"{year}-{month:0>2}-{day:0>2}{time}" for day, month in months]
