"""What repairs look at, and how they spell fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery._tables import KEYWORDS
from imsquery.lexer import END
from imsquery.scanning import WORD_OPERATORS, Piece, spaced, without

if TYPE_CHECKING:
    from imsquery.recovery import Recovery

    Fix = tuple[str, list[tuple[int, int, str]]]

VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})
CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})
ENDS = CLAUSES | {"AND", "OR", "RPAR", END}
CONNECTIVES = frozenset({"AND", "OR"})
AFTER_NAMES = frozenset({"OPERATOR", "IN", "BETWEEN", "MATCH", "IS"})
NEGATABLE = frozenset({"IN", "BETWEEN", "MATCH"})
SORT = frozenset({"sort", "sorted", "ordered"})
ORDER_BY = frozenset({"order_by", "orderby", "sort_by", "sortby"})
KEYWORD_KINDS = frozenset(KEYWORDS.values())
ABSENT = frozenset({"null", "nil", "none", "empty", "missing", "undefined"})
# Words behind a name by which other languages ask whether it is there.
PRESENCE = {
    "exists": "present", "exist": "present", "notnull": "present", "isnotnull": "present",
    "null": "absent", "isnull": "absent", "missing": "absent", "undefined": "absent",
}  # fmt: skip


def clip(text: str) -> str:
    """Shorten what was written, for a message."""
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004


def last_span(recovery: Recovery) -> tuple[int, int]:
    """Give the place of what was read last, for a fault that is that nothing follows."""
    if not recovery.read:
        return (0, 0)
    return recovery.read[-1].start, recovery.read[-1].end


def extent(first: Piece, last: Piece) -> tuple[int, int]:
    """Give the place of several tokens."""
    return first.start, last.end


def removal(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that takes tokens out."""
    return "remove it", [without(recovery.text, start, end)]


def writing(recovery: Recovery, start: int, end: int, new: str) -> Fix:
    """Give the fix that writes something in the place of tokens, or between two."""
    verb = "add" if start == end else "write"
    return f"{verb} `{clip(new)}`", [spaced(recovery.text, start, end, new)]


def equals_sign(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that writes ``=``, with a space on either side."""
    text = recovery.text
    before = "" if text[start - 1].isspace() else " "
    after = "" if text[end : end + 1].isspace() else " "
    return "write `=`", [(start, end, f"{before}={after}")]


def ends_condition(recovery: Recovery, ahead: int) -> bool:
    """Tell whether a condition ends before a token to come, whatever may be missing there."""
    piece = recovery.peek(ahead)
    if piece.kind in ENDS or piece.kind == "COMMA" or piece.lexeme.lower() in SORT | ORDER_BY:
        return True
    return begins_condition(recovery, ahead)


def begins_condition(recovery: Recovery, ahead: int = 0) -> bool:
    """Tell whether a condition begins with what is to come."""
    kind = recovery.peek(ahead).kind
    following = recovery.peek(ahead + 1).kind
    if kind == "NOT":
        return following not in NEGATABLE | ENDS
    if kind in {"LPAR", "ALL", "NONE"}:
        return True
    if kind not in {"WORD", "LIMIT"}:
        return False
    if following in AFTER_NAMES or (following == "LPAR" and kind == "WORD"):
        return True
    if following == "NOT":
        third = recovery.peek(ahead + 2)
        says_presence = third.kind == "PRESENCE" or third.lexeme.lower() in PRESENCE.keys() | ABSENT
        return third.kind in NEGATABLE or says_presence
    if following == "WORD" and recovery.peek(ahead + 1).lexeme.lower() in PRESENCE:
        return True
    if following == "WORD" and recovery.peek(ahead + 1).lexeme.lower() in WORD_OPERATORS:
        return recovery.peek(ahead + 2).kind in VALUES
    algebra, lexeme = recovery.algebra, recovery.peek(ahead).lexeme
    if following in VALUES and algebra.takes_arguments(lexeme):
        return True
    return algebra.stands_alone(lexeme)
