"""Values in rows of a spec, read as if they were written in a filter."""

from __future__ import annotations

from imsquery.language.clock import reads_clock
from imsquery.language.lexer import has_surrogate
from imsquery.language.times import read_time
from imsquery.schema.kinds import RefusedValue
from imsquery.schema.units import reread

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.schema.parameters import Parameter


def read_written(row: Parameter, text: str) -> str | int | None:
    """Return the value that a text is for ``=``; ``None`` if a filter could not be so written."""
    if has_surrogate(text):
        return None
    if row.is_time:
        return text if _is_time(text) else None
    try:
        return row.kind.read(text)
    except RefusedValue as refused:
        try:
            return reread(refused, text, row, "=")
        except RefusedValue:
            return None


def _is_time(text: str) -> bool:
    try:
        read_time(text)
    except ValueError:
        return reads_clock(text)
    except OverflowError:
        return False
    return True


def spans_time(text: str) -> bool:
    """Return whether a time is more than a second, such as a day."""
    return not reads_clock(text) and read_time(text).end is not None


def reads_as_text(row: Parameter, text: str) -> bool:
    """Return whether a text is a value as it is: no number, no time, no other spelling."""
    return not row.is_time and read_written(row, text) == text


def objection(row: Parameter, text: str) -> str:
    """Return why a filter should not compare a parameter with a text; empty if it may."""
    value = read_written(row, text)
    if value is None:
        return f"expected {row.kind.describe()}"
    advice = row.kind.advise(text) if row.kind.advises else None
    if advice is None and row.doubts:
        advice = row.doubt(str(value))
    return "" if advice is None else advice.message
