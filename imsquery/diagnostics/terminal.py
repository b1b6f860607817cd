"""Any text as a terminal may safely show it, and how many columns each of its characters takes.

What could drive the terminal, hide, or turn the line round is shown by name instead: a text that
someone else wrote must not be able to forge a report about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAB = 4  # columns, wherever it stands: nothing else keeps the carets below in place
_MOST_MARKS = 3  # on one character; no script needs more, and a tower of them would hide the report
_MOST_POINTS = 1 + _MOST_MARKS  # that a column can hold
ELLIPSIS = "…"

# Categories of what draws nothing by itself: controls, formats such as those that turn the
# direction of writing, surrogates, private use, what is unassigned, and further line breaks.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that are blank nevertheless: fillers and selectors of variants.
_BLANK = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
    | {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)


def visible(text: str) -> str:
    """Give a text on one line, with all that could mislead shown by name."""
    return "".join(shown for shown, _ in cells(text))


def shorten(text: str, most: int) -> str:
    """Give what is visible of a text in ``most`` columns."""
    return clip(text[: most * _MOST_POINTS + 1], 0, 0, most).shown


def cells(text: str) -> Iterator[tuple[str, int]]:
    """Give for each character what is shown for it, and how many columns that takes."""
    marks = -1  # on the last character; there is none to bear one at the start
    for character in text:
        if " " <= character <= "~":
            marks = 0
            yield character, 1
            continue
        shown, width = _cell(character)
        if width == 0:
            marks += 1
            if marks == 0:
                shown, width = f"\u25cc{character}", 1  # a mark needs something to stand on
                marks = 1
            elif marks > _MOST_MARKS:
                shown, width = _named(character)
        else:
            marks = -1 if shown != character else 0
        yield shown, width


def _cell(character: str) -> tuple[str, int]:
    code = ord(character)
    if character == "\t":
        return " " * _TAB, _TAB
    if code < 0x20:  # noqa: PLR2004 -- C0 controls, which have pictures
        return chr(0x2400 + code), 1
    if code == 0x7F:  # noqa: PLR2004 -- delete, likewise
        return "\u2421", 1
    kind = category(character)
    if kind in _HIDDEN or code in _BLANK:
        return _named(character)
    if kind in {"Mn", "Me"} or 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:  # noqa: PLR2004
        return character, 0  # combining marks, and the latter parts of Hangul syllables
    return character, 2 if east_asian_width(character) in "WF" else 1


def _named(character: str) -> tuple[str, int]:
    shown = f"<U+{ord(character):04X}>"
    return shown, len(shown)


@frozen
class Clip:
    """A part of a line.

    Attributes:
        shown: what is drawn.
        start, end: columns of it that the focus takes up, counted from 0, half-open.
    """

    shown: str
    start: int
    end: int


def clip(line: str, start: int, end: int, width: int) -> Clip:
    """Show a line in a number of columns, with what it is about in view.

    Args:
        line: without its line break; of a long one only what is near the focus is looked at.
        start: offset of the focus, whose beginning is in view in any case.
        end: offset behind the focus.
        width: columns that there are.
    """
    reach = width * _MOST_POINTS + 1
    first = max(0, start - reach)
    drawn = [*cells(line[first : start + reach])]
    focus = start - first
    ahead = _columns(drawn[focus:])
    low, used = focus, 0
    room = max(width // 3, width - ahead)
    # Zero-width cells come along with what bears them.
    while low and (used + drawn[low - 1][1] <= room or drawn[low - 1][1] == 0):
        low -= 1
        used += drawn[low][1]
    is_cut_before = first + low > 0
    if is_cut_before:
        while low < focus and (used >= room or drawn[low][1] == 0):
            used -= drawn[low][1]
            low += 1
        used += 1
    high, total = focus, used
    while high < len(drawn) and total + drawn[high][1] <= width:
        total += drawn[high][1]
        high += 1
    is_cut_behind = first + high < len(line)
    if is_cut_behind:
        while high > focus and (total >= width or drawn[high - 1][1] == 0):
            high -= 1
            total -= drawn[high][1]
    shown = "".join(text for text, _ in drawn[low:high])
    last = min(max(end - first, focus), high)
    return Clip(
        ELLIPSIS * is_cut_before + shown + ELLIPSIS * is_cut_behind,
        used,
        used + _columns(drawn[focus:last]),
    )


def _columns(drawn: list[tuple[str, int]]) -> int:
    return sum(width for _, width in drawn)
