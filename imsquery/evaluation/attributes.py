"""Values of parameters in image records: an attribute read by the parameter's type.

Reading never raises, whatever the record holds.  A value of another type is present but equals
nothing; if the parameter has a default, it counts as that.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import date, datetime

from imsquery.schema.kinds import Boolean, Integer, Tag
from imsquery.schema.versions import Version, natural_key

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Read = Callable[[Any], str | int | None]
    Missing = TypeVar("Missing")

LONGEST_NUMBER = 600
"""Longest text that is read as a number: more digits are slow to convert."""

_decimal = re.compile(r"[+-]?[0-9]+").fullmatch
is_plain_time = re.compile(
    r"[12][0-9][0-9][0-9]-(?:0[1-9]|1[0-2])"
    r"-(?:0[1-9]|1[0-9]|2[0-8]|(?<!02-)(?:29|30)|(?<=0[13578]-|1[02]-)31)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
).fullmatch
"""Matches a time that reads as it is written, as most do."""
_SIGNS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z"))  # of such a time
_LENGTH = len("2018-10-28T10:00:00Z")
_time = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]((?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2})(?:\.[0-9]+)?Z?"
).fullmatch


def read_number(value: Any) -> int | None:
    """Read an integer, written as a number or as text."""
    if value.__class__ is int:
        number: int = value
        return number
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER and _decimal(value):
        return int(value)
    return None


def read_time(value: Any) -> str | None:
    """Read a UTC time in either of the service's formats, without its fraction of a second."""
    if value.__class__ is str and is_plain_time(value):
        text: str = value
        return text
    match = _time(value) if isinstance(value, str) else None
    return f"{match[1]}T{match[2]}Z" if match and _is_date(match[1]) else None


def _is_date(text: str) -> bool:
    """Return whether the calendar has a day that has the form of one."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_truth(value: Any) -> str | None:
    """Read ``true`` or ``false``, as text in any letter case or as a JSON Boolean."""
    if value is True or value is False:
        return "true" if value else "false"
    lowered = value.lower() if isinstance(value, str) else None
    return lowered if lowered in {"true", "false"} else None


def read_text(value: Any) -> str | None:
    """Read text as it is."""
    return value if isinstance(value, str) else None


def place_reader(parameter: Parameter) -> Callable[[Any], Any]:
    """Return the function that reads what an order comparison compares from an attribute."""
    plain, place = reader(parameter), parameter.kind.place
    return lambda value: None if (read := plain(value)) is None else place(read)


def sort_values(
    parameter: Parameter, records: Sequence[Mapping[str, Any]], missing: Missing
) -> list[str | int | Missing]:
    """Read what records are sorted by; texts with a version in them are in natural order.

    Args:
        parameter: the parameter.
        records: the records.
        missing: what is returned for a record without a value.
    """
    name, plain = parameter.observed, reader(parameter)
    if name is None:
        return [missing] * len(records)
    found: list[Any] = [record.get(name) for record in records]
    if plain is read_time and _are_plain(found):
        return found
    if isinstance(parameter.kind, Version):
        texts = map(plain, found)
        return [missing if text is None else natural_key(str(text)) for text in texts]
    return [missing if (value := plain(each)) is None else value for each in found]


def _are_plain(values: list[Any]) -> bool:
    """Return whether all values are times that are read as they are written."""
    if {*map(type, values)} != {str} or {*map(len, values)} != {_LENGTH}:
        return False
    text = "".join(values)
    if any(text[place::_LENGTH] != sign * len(values) for place, sign in _SIGNS):
        return False
    # Later versions of Python take midnight as an hour of the day before.
    return text.isascii() and "T24" not in text and _are_moments(values)


def _are_moments(values: list[str]) -> bool:
    """Return whether the calendar and the clock have all times."""
    try:
        deque(map(datetime.fromisoformat, values), maxlen=0)
    except ValueError:
        return False
    return True


def spellings(parameter: Parameter, item: str) -> tuple[str, ...]:
    """Return the values that an item of a list is found by."""
    kind = parameter.kind
    return kind.spellings(item) if isinstance(kind, Tag) else (item,)


def sources(parameter: Parameter, value: str) -> tuple[str, ...]:
    """Return the items of a list that a value finds."""
    kind = parameter.kind
    return kind.sources(value) if isinstance(kind, Tag) else (value,)


def read_list(value: Any) -> list[str]:
    """Read the texts in a list."""
    if not isinstance(value, list | tuple):
        return []
    return [each for each in value if isinstance(each, str)]


def reader(parameter: Parameter) -> Read:
    """Return the function that reads a parameter with a single value from its attribute."""
    plain = _plain_reader(parameter)
    default, reading = parameter.default, parameter.reading
    if default is None:
        return plain
    if reading is None:
        return lambda value: default if (read := plain(value)) is None else read

    def read_mapped(value: Any) -> str:
        # The attribute belongs to another row, and is a truth value written as text.
        said = read_truth(value) or value
        return reading.get(said, default) if isinstance(said, str) else default

    return read_mapped


def _plain_reader(parameter: Parameter) -> Read:
    kind = parameter.kind
    if isinstance(kind, Integer):
        return read_number
    if isinstance(kind, Boolean):
        return read_truth
    return read_time if parameter.is_time else read_text


def read(parameter: Parameter, record: Mapping[str, Any]) -> str | int | None:
    """Read a parameter with a single value; ``None`` if the record does not show it."""
    if parameter.observed is None:
        return None
    return reader(parameter)(record.get(parameter.observed))


def is_always_present(row: Parameter, spec: Spec) -> bool:
    """Return whether every image has an attribute."""
    return row.total or row is spec.find("id")
