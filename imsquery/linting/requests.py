"""A request as a file has it, whatever the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from imsquery.compiler.query_string import encode
from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen
from imsquery.linting.placeholders import has_placeholder
from imsquery.urls.notation import QUERY_STRING, Notation
from imsquery.urls.reader import Pair

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.spec import Spec


_LONGEST_INDENT = 200
_is_line_end = re.compile(r"\r?\n|$").match


class Request(Frozen):
    """A request that was found in a file.

    Attributes:
        span: where it is.
        pairs: its parameters.
        spec: what these are called there.
        findings: about how it is written.
        place: where what is found in it is in the file; ``None`` if offsets are those of the file.
        first: the start of an earlier request with the same text, whose findings it has.
    """

    span: Span
    pairs: Sequence[Pair]
    spec: Spec
    findings: Sequence[Diagnostic] = ()
    place: Callable[[Diagnostic], Diagnostic] | None = None
    first: int | None = None


class Entry(Frozen):
    """An entry of a row: a parameter, what fills in any parameters, or something else.

    Attributes:
        start, end: where it is.
        name: ``None`` if it is not a parameter, or if it is not known which.
        value: ``None`` if it is not known.
        name_span, value_span: what a fix replaces; ``None`` if it is not a parameter.
        notation: how parts of it are written.
    """

    start: int
    end: int
    name: str | None = None
    value: str | None = None
    name_span: Span | None = None
    value_span: Span | None = None
    notation: Notation = QUERY_STRING


def unknown_entry(start: int, end: int) -> Entry:
    """Return what may be any parameters."""
    return Entry(start, end, None, None, Span(start, end), Span(end, end))


def pairs_in_row(
    entries: Sequence[Entry], separator: str, start: int | None = None, end: int | None = None
) -> list[Pair]:
    """Return the parameters of a row.

    Args:
        entries: everything in the row, in its order.
        separator: what to write between two.
        start: the start of the separator before the first entry, if there is one.
        end: the end of the separator after the last entry, if there is one.
    """
    pairs = []
    for index, entry in enumerate(entries):
        first = entry.start if start is None else start
        last = entry.end if end is None else end
        before = entries[index - 1].end if index else first
        after = entries[index + 1].start if index + 1 < len(entries) else last
        pairs += pair_of(entry, before, after, separator)
    return pairs


def line_start(text: str, start: int, end: int) -> int:
    """Return the end of the line before a part that is alone on its line, else its own start.

    A comment after it stays in its own line: the one before could be the end of a text.
    """
    line = text.rfind("\n", max(0, start - _LONGEST_INDENT), start)
    if line < 0 or text[line:start].strip() or not _is_line_end(text, end):
        return start
    return line - text.startswith("\r\n", line - 1)


def line_end(text: str) -> str:
    """Return how the lines of a file end."""
    return "\r\n" if "\r\n" in text else "\n"


def pair_of(entry: Entry, before: int, after: int, separator: str) -> list[Pair]:
    """Return an entry as a parameter, if it is one.

    Args:
        entry: what was read.
        before: the start of the separator before it, else of the entry.
        after: the end of the separator after it, else of the entry.
        separator: what to write between two.
    """
    if entry.name_span is None or entry.value_span is None:
        return []
    value = entry.value
    if value is not None and (has_placeholder(value) or not _is_text(value)):
        value = None
    span, raw = Span(entry.start, entry.end), encode(value or "")
    places = (span, entry.name_span, entry.value_span, before, after, separator, raw)
    return [Pair(entry.name, value, *places, entry.notation)]


def _is_text(value: str) -> bool:
    """Return whether a value has no byte of a file that is not text."""
    return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)
