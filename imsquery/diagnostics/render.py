"""Findings drawn for people, or written for programs.

JSON is an object with the ``name`` of the text (that of a file, or ``query``) and its
``diagnostics``, a list with an object for each finding.  The keys are stable:

========================  =======================================================================
``code``                  the slug of the finding
``severity``              ``error`` or ``warning``
``message``               what is wrong
``notes``                 a list of texts: what else helps to understand it
``span``                  ``start`` and ``end``: code points from 0, half-open
``line``, ``column``      of the start: both from 1, columns in code points
``end_line``              of the end of the span, and so is ``end_column``
``fixes``                 each with ``title``, ``applicability`` and ``edits``: a ``span`` and
                          its new ``text``
``applicability``         ``safe`` if the meaning is certain, ``suggested`` if it is a guess
========================  =======================================================================

Commands that read several texts write a list of such objects.
"""

from __future__ import annotations

from collections import Counter

from imsquery.diagnostics.source import LineIndex, in_repository
from imsquery.diagnostics.terminal import ELLIPSIS, clip, shorten, visible, wrap

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic, Fix

_MOST_SHOWN = 40  # findings
_MOST_FIXES = 3  # of one finding
_MOST_NOTES = 3
_WIDTH = 100  # columns
_NARROWEST = 40
_LONGEST_MESSAGE = 400  # columns, of a note too
_LONGEST_NAME = 200
_NEARBY = 500  # code points around an edit from which its line is drawn
_TALLEST = 5  # lines of one span

_COLORS = {
    "error": "1;31",
    "warning": "1;33",
    "gutter": "1;34",
    "note": "1",
    "help": "1;36",
    "suggestion": "1;35",
    "new": "1;32",
}


def render(
    text: str,
    diagnostics: Iterable[Diagnostic],
    *,
    name: str = "query",
    color: bool = False,
    width: int = _WIDTH,
) -> str:
    """Draw findings under the lines of their text.

    Nothing in the text, the name or a message can drive the terminal: control characters, those
    that change the direction of writing, and invisible ones are shown by name.  Long lines are
    clipped around the finding.  If there are very many findings, the first are drawn, errors before
    warnings, and the rest are counted.

    A safe fix is called ``help``; one that is a guess is called ``suggestion``.

    Args:
        text: the text with the findings.
        diagnostics: in text order.
        name: of the text, such as a file name.
        color: whether to use ANSI colors, for a terminal.
        width: columns of a source line or note with its margin; at least 40.
    """
    found = list(diagnostics)
    canvas = _Canvas(text, shorten(name, _LONGEST_NAME), max(width, _NARROWEST), color=color)
    shown = _most_important(found)
    drawings = ["\n".join(canvas.draw(each)) for each in shown]
    if len(shown) < len(found):
        drawings.append(_count_hidden(found, shown))
    return "\n\n".join(drawings)


def count(found: Iterable[Diagnostic]) -> str:
    """Return the number of errors and warnings, as in ``3 errors and 1 warning``."""
    numbers = Counter(each.severity for each in found)
    listed = [
        _number(numbers[severity], severity)
        for severity in ("error", "warning")
        if numbers[severity]
    ]
    return " and ".join(listed)


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def summarize(found: Sequence[Diagnostic], *, fixable: bool = False) -> str:
    """Return the last line of a report; empty without findings.

    Args:
        found: the findings of all texts.
        fixable: whether the command has ``--fix`` and ``--unsafe-fixes``.
    """
    if not found:
        return ""
    parts = [f"Found {count(found)}", *(_fixable(found) if fixable else ())]
    codes = {each.code for each in found}
    code = "CODE" if len(codes) > 1 else codes.pop()
    return f"{'; '.join(parts)}. imsquery explain {code} says more."


def _fixable(found: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield how many findings can be fixed, by which option."""
    safe = sum(any(fix.applicability == "safe" for fix in each.fixes) for each in found)
    suggested = sum(bool(each.fixes) for each in found) - safe
    counts = ((safe, "--fix"), (suggested, "--unsafe-fixes"))
    listed = [f"{number:,} with {option}" for number, option in counts if number]
    if listed:
        yield ", ".join(listed).replace(" with", " fixable with", 1)


def summarize_left(left: Sequence[Diagnostic], *, unsafe: bool = False) -> str:
    """Return the last line about what fixes have left; empty if that is nothing.

    Args:
        left: the findings of the mended texts.
        unsafe: whether suggestions were applied.
    """
    if not left:
        return ""
    suggestions = 0 if unsafe else sum(bool(each.fixes) for each in left)
    tail = f"; {_number(suggestions, 'suggestion')} not applied" if suggestions else ""
    return f"{count(left)} left{tail}"


def render_json(text: str, diagnostics: Iterable[Diagnostic], name: str = "query") -> str:
    """Return findings as JSON in ASCII, with the keys listed above."""
    import json

    return json.dumps(report(text, diagnostics, name), indent=2)


def report(text: str, diagnostics: Iterable[Diagnostic], name: str = "query") -> dict[str, Any]:
    """Return findings as plain data, the way :func:`render_json` writes them."""
    index = LineIndex(text)
    found = []
    for each in diagnostics:
        plain = each.to_dict()
        fixes = plain.pop("fixes")
        line, column = index.position(each.span.start)
        end_line, end_column = index.position(each.span.end)
        found.append(
            {
                **plain,
                "line": line,
                "column": column,
                "end_line": end_line,
                "end_column": end_column,
                "fixes": fixes,
            }
        )
    return {"name": name, "diagnostics": found}


def render_github(text: str, diagnostics: Iterable[Diagnostic], name: str = "query") -> str:
    """Return findings as workflow commands, which GitHub shows next to the lines of a file.

    Each is a line of the form ``::error file=…,line=…,…::message``.
    """
    index = LineIndex(text)
    return "\n".join(_annotation(index, each, name) for each in diagnostics)


def _annotation(index: LineIndex, found: Diagnostic, name: str) -> str:
    line, column = index.position(found.span.start)
    last_line, last_column = index.position(found.span.end)
    properties = {"file": in_repository(name), "line": line, "endLine": last_line}
    if line == last_line:  # columns are only allowed within one line
        properties |= {"col": column, "endColumn": last_column}
    properties["title"] = found.code
    listed = ",".join(f"{key}={_escape(str(value))}" for key, value in properties.items())
    notes = (f"note: {each}" for each in found.notes)
    fixes = (f"{_label(fix, 'fix')}: {fix.title}" for fix in found.fixes)
    message = "; ".join([found.message, *notes, *fixes])
    return f"::{found.severity} {listed}::{visible(message).replace('%', '%25')}"


def _label(fix: Fix, safe: str) -> str:
    """Return what a fix is called, ``safe`` if it is."""
    return safe if fix.applicability == "safe" else "suggestion"


def _escape(value: str) -> str:
    """Return a property, escaped; what is visible has no line breaks."""
    return visible(value).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def _most_important(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings to draw, in text order: many warnings must not hide an error."""
    if len(found) <= _MOST_SHOWN:
        return found
    ranked = sorted(range(len(found)), key=lambda each: found[each].severity != "error")
    return [found[each] for each in sorted(ranked[:_MOST_SHOWN])]


def _count_hidden(found: Sequence[Diagnostic], shown: Sequence[Diagnostic]) -> str:
    hidden = Counter(each.severity for each in found)
    hidden.subtract(each.severity for each in shown)
    left = [
        f"{hidden[severity]:,} more {severity}{'s' * (hidden[severity] > 1)}"
        for severity in ("error", "warning")
        if hidden[severity]
    ]
    return f"{ELLIPSIS} and {' and '.join(left)}"


class _Canvas:
    """Draws the findings of one text."""

    def __init__(self, text: str, name: str, width: int, *, color: bool) -> None:
        self._text = text
        self._name = name
        self._width = width
        self._color = color
        self._index = LineIndex(text)

    def draw(self, found: Diagnostic) -> Iterator[str]:
        """Yield the lines of one finding."""
        start = min(found.span.start, len(self._text))
        end = max(start, min(found.span.end, len(self._text)))
        line, column = self._index.position(start)
        # The last character, not the one after it: that may be on the next line.
        last_line, last_column = self._index.position(max(start, end - 1))
        gutter = len(str(last_line))
        label = self._paint(f"{found.severity}[{found.code}]", found.severity)
        yield f"{label}: {shorten(found.message, _LONGEST_MESSAGE)}"
        yield f"{' ' * gutter}{self._paint('-->', 'gutter')} {self._name}:{line}:{column}"
        yield self._bar(gutter)
        if line == last_line:
            yield from self._one_line(found, line, column, end - start, gutter)
        else:
            yield from self._many_lines(found, line, column, last_line, last_column, gutter)
        for note in found.notes[:_MOST_NOTES]:
            yield from self._remark("note", shorten(note, _LONGEST_MESSAGE), gutter)
        for fix in found.fixes[:_MOST_FIXES]:
            yield from self._remark(_label(fix, "help"), shorten(fix.title, self._width), gutter)
            yield from self._fixed(fix, gutter)

    def _remark(self, label: str, words: str, gutter: int) -> Iterator[str]:
        """Yield a note, or the title of a fix, on as many lines as it takes."""
        margin = " " * (gutter + len(f" = {label}: "))
        first, *rest = wrap(words, self._width - len(margin))
        yield f"{' ' * gutter} {self._paint(f'= {label}:', label)} {first}".rstrip()
        yield from (f"{margin}{line}" for line in rest)

    def _room(self, gutter: int) -> int:
        """Return the columns for a source line, after the gutter and its bar."""
        return self._width - gutter - len(" | ")

    def _one_line(
        self, found: Diagnostic, line: int, column: int, length: int, gutter: int
    ) -> Iterator[str]:
        part = clip(self._source(line), column - 1, column - 1 + length, self._room(gutter))
        carets = "^" * max(1, part.end - part.start)
        yield self._line(line, part.shown, gutter)
        yield self._bar(gutter, " " * part.start + self._paint(carets, found.severity))

    def _many_lines(
        self,
        found: Diagnostic,
        line: int,
        column: int,
        last_line: int,
        last_column: int,
        gutter: int,
    ) -> Iterator[str]:
        """Draw a bracket on the left, from the first character to the last."""
        side = self._paint("|", found.severity)
        room = self._room(gutter) - len("| ")
        part = clip(self._source(line), column - 1, column - 1, room)
        yield self._line(line, f"  {part.shown}", gutter)
        yield self._bar(gutter, " " + self._paint("_" * (part.start + 1) + "^", found.severity))
        between = range(line + 1, last_line)
        if len(between) > _TALLEST - 2:
            between = range(line + 1, line + _TALLEST - 2)
        for each in between:
            yield self._line(each, f"{side} {shorten(self._source(each), room)}", gutter)
        if between.stop < last_line:
            yield f"{ELLIPSIS}{' ' * (gutter + 2)}{side}"
        part = clip(self._source(last_line), last_column - 1, last_column, room)
        yield self._line(last_line, f"{side} {part.shown}", gutter)
        width = max(part.start + 1, part.end)
        yield self._bar(gutter, side + self._paint("_" * width + "^", found.severity))

    def _fixed(self, fix: Fix, gutter: int) -> Iterator[str]:
        """Yield each line that a fix changes, with the fix applied."""
        fixed, first_line, edits = self._apply(fix)
        line_start = 0
        drawn = 0
        for offset, line in enumerate(fixed.split("\n")):
            here = [edit for edit in edits if line_start <= edit[0] <= line_start + len(line)]
            if here and drawn == _TALLEST:
                yield f"{' ' * gutter} {self._paint('+', 'new')} {ELLIPSIS}"
                return
            if here:
                written = line.removesuffix("\r")  # of a Windows line end
                start, end = (min(each - line_start, len(written)) for each in here[0])
                shown = self._highlighted(written, start, end, self._room(gutter))
                number = f"{first_line + offset:>{gutter}}"
                yield f"{self._paint(number, 'gutter')} {self._paint('+', 'new')} {shown}"
                drawn += 1
            line_start += len(line) + 1

    def _highlighted(self, line: str, start: int, end: int, room: int) -> str:
        part = clip(line, start, end, room)
        if not self._color:
            return part.shown.rstrip()
        before = visible(line[:start])
        whole = before + visible(line[start:end]) + visible(line[end:])
        if part.shown != whole:  # clipped: where the new text is has been lost
            return part.shown
        new = visible(line[start:end])
        return before + self._paint(new, "new") + visible(line[end:])

    def _apply(self, fix: Fix) -> tuple[str, int, list[tuple[int, int]]]:
        """Apply a fix to the text near its edits.

        Returns:
            That part of the text with the fix applied, the number of its first line, and the
            ranges of the new texts in it.
        """
        edits = sorted(fix.edits, key=lambda edit: edit.span)
        if not edits:
            return "", 1, []
        low, high = edits[0].span.start, max(edit.span.end for edit in edits)
        line, column = self._index.position(low)
        low -= min(column - 1, _NEARBY)
        line_end = self._text.find("\n", high, high + _NEARBY)
        ending = line_end if line_end >= 0 else min(high + _NEARBY, len(self._text))
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        length = 0
        for edit in edits:
            kept = self._text[low : edit.span.start]
            places.append((length + len(kept), length + len(kept) + len(edit.text)))
            parts += (kept, edit.text)
            length = places[-1][1]
            low = edit.span.end
        return "".join([*parts, self._text[low:ending]]), line, places

    def _source(self, line: int) -> str:
        return self._index.lines[line - 1].removesuffix("\r")

    def _line(self, number: int, shown: str, gutter: int) -> str:
        return f"{self._paint(f'{number:>{gutter}} |', 'gutter')} {shown}".rstrip()

    def _bar(self, gutter: int, shown: str = "") -> str:
        return f"{self._paint(' ' * gutter + ' |', 'gutter')} {shown}".rstrip()

    def _paint(self, shown: str, role: str) -> str:
        return f"\x1b[{_COLORS[role]}m{shown}\x1b[0m" if self._color and shown else shown
