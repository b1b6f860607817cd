"""Text that a terminal may safely show, and how many columns it takes.

A text that someone else wrote must not be able to drive the terminal, hide, reverse the line or
forge a report.  What could do so is shown by name (:func:`visible`) or escaped (:func:`escape`).
"""

from __future__ import annotations

from itertools import repeat
from unicodedata import category, east_asian_width

from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TAB = 4  # columns, at any position: nothing else keeps the carets below in place
_MOST_MARKS = 3  # on one character; no script needs more, and a tower of them would hide the report
_MOST_POINTS = 1 + _MOST_MARKS  # that a column can hold
ELLIPSIS = "…"

# Categories that draw nothing by themselves: controls, formats such as those that change the
# direction of writing, surrogates, private use, unassigned code points, and other line breaks.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that are blank nevertheless: fillers and variation selectors.
_BLANK = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
    | {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)

_Cells = list[tuple[str, int]]  # what is shown for each character, and its width


def escape(text: str, spell: Callable[[str], str], *, ascii_only: bool = False) -> str:
    """Return a text with each character replaced that a terminal would obey or not show.

    Args:
        text: any text, line breaks included: they are replaced, too.
        spell: what to write for such a character.
        ascii_only: replace all other characters that are not ASCII, too.
    """
    if text.isprintable() and (text.isascii() or not ascii_only):
        return text
    return "".join(each if _is_shown(each, ascii_only) else spell(each) for each in text)


def _is_shown(character: str, ascii_only: bool) -> bool:  # noqa: FBT001 -- once for each character
    return category(character) not in _HIDDEN and (character.isascii() or not ascii_only)


def visible(text: str) -> str:
    """Return a text on one line, with whatever could mislead shown by name."""
    return measured(text)[0]


def measured(text: str) -> tuple[str, int]:
    """Return what is visible of a text, and its width in columns."""
    if _is_plain(text):
        return text, len(text)
    drawn = [*cells(text)]
    return "".join(shown for shown, _ in drawn), _columns(drawn)


def shorten(text: str, most: int) -> str:
    """Return what is visible of a text in ``most`` columns."""
    return clip(text[: most * _MOST_POINTS + 1], 0, 0, most).shown


def wrap(text: str, width: int) -> list[str]:
    """Return what is visible of a text, in lines broken at spaces; there is at least one.

    A word that is wider than a line is a line of its own.
    """
    lines: list[str] = []
    room = 0
    for word in visible(text).split(" "):
        columns = measured(word)[1]
        if lines and columns < room:
            lines[-1] += f" {word}"
            room -= columns + 1
        else:
            lines.append(word)
            room = width - columns
    return lines


def _is_plain(text: str) -> bool:
    """Return whether each character is drawn as it is, in one column."""
    return text.isascii() and text.isprintable()


def cells(text: str) -> Iterator[tuple[str, int]]:
    """Return what is shown for each character, and how many columns that takes."""
    return zip(text, repeat(1)) if _is_plain(text) else _cells(text)


def _cells(text: str) -> Iterator[tuple[str, int]]:
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
                shown, width = f"\u25cc{character}", 1  # a mark needs a base
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
    byte = ord(character) - 0xDC00
    # Decoding turns a byte that is not UTF-8 into half of a surrogate pair; PEP 383.
    shown = f"<0x{byte:02X}>" if 0 <= byte <= 0xFF else f"<U+{ord(character):04X}>"  # noqa: PLR2004
    return shown, len(shown)


class Clip(Frozen):
    """Part of a line.

    Attributes:
        shown: what is drawn.
        start, end: columns of the focus within it, counted from 0, half-open.
    """

    shown: str
    start: int
    end: int


def clip(line: str, start: int, end: int, width: int) -> Clip:
    """Show as much of a line as fits, with its focus in view.

    Args:
        line: without its line break; only the part near the focus is looked at.
        start: offset of the focus, which is always in view; past the end, it is the end.
        end: offset after the focus, which may be cut off.
        width: columns available.
    """
    start, width = min(start, len(line)), max(width, 1)
    if len(line) <= width and _is_plain(line):
        return Clip(line, start, min(max(end, start), len(line)))
    reach = width * _MOST_POINTS + 1
    first = max(0, start - reach)
    drawn = [*cells(line[first : start + reach])]
    focus = start - first
    room = max(width // 3, width - _columns(drawn[focus:]))
    low, before = _fit_before(drawn, focus, room, is_whole=first == 0)
    high = _fit_after(drawn, focus, width - before, is_whole=first + len(drawn) == len(line))
    shown = "".join(text for text, _ in drawn[low:high])
    is_cut_before, is_cut_after = first + low > 0, first + high < len(line)
    last = min(max(end - first, focus), high)
    return Clip(
        ELLIPSIS * is_cut_before + shown + ELLIPSIS * is_cut_after,
        before,
        before + _columns(drawn[focus:last]),
    )


def _fit_before(drawn: _Cells, focus: int, room: int, *, is_whole: bool) -> tuple[int, int]:
    """Return where to begin, and the columns before the focus, an ellipsis included."""
    low, used = focus, 0
    # Zero-width cells come along with their base.
    while low and (used + drawn[low - 1][1] <= room or drawn[low - 1][1] == 0):
        low -= 1
        used += drawn[low][1]
    if is_whole and low == 0:
        return low, used
    while low < focus and (used >= room or drawn[low][1] == 0):
        used -= drawn[low][1]
        low += 1
    return low, used + 1


def _fit_after(drawn: _Cells, focus: int, room: int, *, is_whole: bool) -> int:
    """Return where to end, with room for an ellipsis if something is cut off."""
    high, used = focus, 0
    while high < len(drawn) and used + drawn[high][1] <= room:
        used += drawn[high][1]
        high += 1
    if is_whole and high == len(drawn):
        return high
    while high > focus and (used >= room or drawn[high - 1][1] == 0):
        high -= 1
        used -= drawn[high][1]
    return high


def _columns(drawn: _Cells) -> int:
    return sum(width for _, width in drawn)
