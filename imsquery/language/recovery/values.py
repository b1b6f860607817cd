"""At a value and after one: wherever the tables take a value, and in lists and ranges of them."""

from __future__ import annotations

import re
from itertools import pairwise

from imsquery.language.lexer import END, NAME_KINDS, quote
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.recovery.clauses import clause_operator, dangling
from imsquery.language.recovery.piece import (
    CONNECTIVES,
    ENDS,
    KEYWORD_KINDS,
    VALUES,
    Part,
    Piece,
    extent,
)
from imsquery.language.recovery.scanner import UNCLOSED
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import AGO, BETWEEN_ENDS
from imsquery.language.times import reads_clock, respell_clock, respell_time

_few_digits = re.compile("[0-9]{1,3}").fullmatch
_three_more = re.compile(",[0-9]{3}").fullmatch


# -- at a value


def at_value(recovery: Recovery) -> bool:
    """Mend what is where a value is expected."""
    piece, before = recovery.peek(), recovery.before()
    if piece.kind in KEYWORD_KINDS and recovery.begins_value():
        message = f"`{piece.lexeme.lower()}` is a keyword; quote it to use it as a value"
        # A keyword that may be a name may be a value, too; others may be meant as such.
        is_safe = piece.kind in NAME_KINDS
        recovery.rewrite([piece], quote(piece.lexeme), message, "add quotes", is_safe=is_safe)
        return True
    if piece.kind == "COMMA" and before in {"LPAR", "COMMA"}:
        recovery.remove(piece)
    elif piece.kind == "RPAR" and before == "COMMA":
        recovery.remove(recovery.read[-1], message="expected a value after `,`")
    elif piece.kind == "RPAR" and before == "LPAR":
        _empty_list(recovery)
    elif piece.kind == "LPAR" and (_range(recovery) or _unwrap(recovery)):
        return True
    elif piece.kind == "OPERATOR" and before == "AFTER":
        return clause_operator(recovery)
    elif piece.kind in ENDS or piece.kind == "COMMA":
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"expected a value after `{shown}`", recovery.last_place)
        recovery.give_up()
    else:
        return False
    return True


def _empty_list(recovery: Recovery) -> None:
    """Read ``in ()`` as what it says: nothing is in it."""
    negated = recovery.before(3) == "NOT"
    pieces = [*recovery.read[-4 if negated else -3 :], recovery.peek()]
    new, what = ("all", "everything") if negated else ("none", "nothing")
    message = f"a list needs at least one value; use `{new}` to match {what}"
    recovery.change(message, (pieces, new), span=extent(pieces[-2], pieces[-1]))


def _range(recovery: Recovery) -> bool:
    """Read ``= (low to high)``, in brackets elsewhere, as ``between``; ``*`` is an open end."""
    opening, low, to, high, closing = recovery.ahead(5)
    operator = recovery.read[-1]
    if to.lexeme.lower() != "to" or closing.kind != "RPAR" or not _equates(operator, "="):
        return False
    ends = [each for each in (low, high) if each.lexeme != "*"]
    if not ends or {each.kind for each in ends} - VALUES:
        return False
    rest: list[Part]
    new, rest = "between", [([opening], ""), low, ([to], "and"), high, ([closing], "")]
    if high not in ends:
        new, rest = ">=", [([opening], ""), low, ([to, high, closing], "")]
    elif low not in ends:
        new, rest = "<=", [([opening, low, to], ""), high, ([closing], "")]
    span = extent(opening, closing)
    recovery.change(f"use `{new}` for this range", ([operator], new), *rest, span=span)
    return True


def _equates(operator: Piece, *relations: str) -> bool:
    return operator.kind == "OPERATOR" and OPERATORS[operator.lexeme] in relations


def _unwrap(recovery: Recovery) -> bool:
    """Read a value in parentheses, or a list after ``=``."""
    opening, value, closing = recovery.ahead(3)
    operator = recovery.read[-1]
    if value.kind in VALUES and closing.kind == "RPAR":
        recovery.change(
            "remove the parentheses around a single value",
            *(([opening], ""), value, ([closing], "")),
            span=extent(opening, closing),
            title="remove the parentheses",
            is_safe=True,
        )
        return True
    is_list = value.kind in VALUES and closing.kind in {"COMMA", "OR"} and recovery.begins_value(3)
    if not (is_list and _equates(operator, *EQUALITY)) or recovery.begins_condition(3):
        return False
    new = _list_operator(operator)
    message = f"use `{new}`, not `{operator.lexeme}`, with a list"
    recovery.rewrite([operator], new, message, is_safe=False)  # HCL: all of the tags
    return True


def _list_operator(operator: Piece) -> str:
    return "in" if _equates(operator, "=") else "not in"


# -- after a value


def after_value(recovery: Recovery) -> bool:
    """Mend what goes on with a value that was read as a whole one."""
    kind = recovery.peek().kind
    if kind == "LPAR":
        return _called_clock(recovery) or _time_ago(recovery)
    if kind == "COMMA":
        return _grouped_digits(recovery)
    if kind == "OPERATOR":
        return _quote_chain(recovery)
    return kind in _MORE_WORDS and (_spaced_time(recovery) or _several_words(recovery))


_MORE_WORDS = (KEYWORD_KINDS - ENDS) | {"WORD"}


def _may_end(recovery: Recovery, ahead: int) -> bool:
    """Return whether a value may end before a token to come; in a range the other end follows."""
    if not recovery.is_in_range:
        return True
    return _joins_ends(recovery, ahead) and not recovery.begins_condition(ahead + 1)


def _joins_ends(recovery: Recovery, ahead: int = 0) -> bool:
    """Return whether a token to come joins the two ends of a range."""
    joint = recovery.peek(ahead)
    is_joint = joint.kind in CONNECTIVES | {"COMMA"} or joint.lexeme.lower() in BETWEEN_ENDS
    return is_joint and recovery.begins_value(ahead + 1)


def _called_clock(recovery: Recovery) -> bool:
    """Remove the parentheses of ``now()``."""
    word, opening, closing = recovery.read[-1], recovery.peek(), recovery.peek(1)
    if word.kind != "WORD" or closing.kind != "RPAR" or not reads_clock(word.lexeme):
        return False
    message = f"remove the parentheses after `{word.lexeme.lower()}`"
    recovery.change(message, word, ([opening, closing], ""), is_safe=True)
    return True


def _time_ago(recovery: Recovery) -> bool:
    """Read ``ago(7d)``."""
    word, opening, span, closing = recovery.read[-1], *recovery.ahead(3)
    kinds = [word.kind, opening.kind, span.kind, closing.kind]
    if kinds != ["WORD", "LPAR", "WORD", "RPAR"] or word.lexeme.lower() != AGO:
        return False
    meant = f"now-{span.lexeme}"
    if reads_clock(meant):
        recovery.rewrite([word, opening, span, closing], meant)
        return True
    return False


def _grouped_digits(recovery: Recovery) -> bool:
    """Read ``4,096``, which is not a list."""
    first = recovery.read[-1]
    ahead, end = 0, first.end
    while recovery.peek(ahead).start == end:
        end = recovery.peek(ahead + 1).end
        if not _three_more(recovery.text, recovery.peek(ahead).start, end):
            break
        ahead += 2
    if ahead == 0 or not _few_digits(first.lexeme) or not _may_end(recovery, ahead):
        return False
    if recovery.begins_condition(ahead - 1):
        return False
    pieces = [first, *recovery.ahead(ahead)]
    digits = recovery.text[first.start : pieces[-1].end].replace(",", "")
    recovery.rewrite(pieces, digits, "write numbers without separators", is_safe=False)
    return True


def _quote_chain(recovery: Recovery) -> bool:
    """Quote a value that contains ``=``, such as ``tag = a=b``."""
    value, equals = recovery.read[-1], recovery.peek()
    if value.kind != "WORD" or not _equates(equals, "=") or _ends_in_operator(recovery):
        return False
    ahead = 0
    while _equates(recovery.peek(ahead), "="):
        ahead += 1
        if recovery.peek(ahead).kind != "WORD":
            break
        ahead += 1
    if not _may_end(recovery, ahead):
        return False
    parts = [value, *recovery.ahead(ahead)]
    new = "".join(part.lexeme for part in parts)
    return _add_quotes(recovery, parts, new, f"quote values that contain `{equals.lexeme}`")


def _ends_in_operator(recovery: Recovery) -> bool:
    """Return whether a chain ends in ``=``, before what is not a part of its value."""
    ahead = 0
    while recovery.peek(ahead).kind in {"OPERATOR", "WORD"}:
        last = recovery.peek(ahead)
        ahead += 1
    following = recovery.peek(ahead)
    touches = last.end == following.start != len(recovery.text)
    return last.kind == "OPERATOR" and (touches or following.kind in VALUES)


def _spaced_time(recovery: Recovery) -> bool:
    """Join the words of ``now - 7d``, and quote those of ``2018-10-28 10:00``."""
    count, clock = 0, ""
    for ahead in range(_MOST_SPACES):
        if recovery.peek(ahead).kind != "WORD" or recovery.begins_condition(ahead):
            break
        words = [word.lexeme for word in (recovery.read[-1], *recovery.ahead(ahead + 1))]
        compact = "".join(words)
        clocks = [compact] if reads_clock(compact) else respell_clock(compact)
        if clocks or respell_time(" ".join(words)):
            count, clock = ahead + 1, "".join(clocks)
    if count == 0:
        return False
    parts = [recovery.read[-1], *recovery.ahead(count)]
    if not clock:
        return _add_quotes(recovery, parts, " ".join(part.lexeme for part in parts), _SPACES)
    recovery.rewrite(parts, clock, f"write times such as `{clock}` without spaces")
    return True


_MOST_SPACES = 3  # in a time: `now - 7 days`
_SPACES = "quote values that contain spaces"


def _several_words(recovery: Recovery) -> bool:
    """Quote a value of several words, such as ``name = CentOS 7``; in a list they are apart."""
    first = recovery.read[-1]
    if first.kind != "WORD" or recovery.is_in_list or recovery.is_after_clause:
        return False
    ahead = 0
    while recovery.peek(ahead).kind in _MORE_WORDS and not recovery.begins_condition(ahead):
        if recovery.is_in_range and _joins_ends(recovery, ahead):
            break
        ahead += 1
    goes_on = recovery.peek(ahead).kind in {"OPERATOR", "STRING", "PLACEHOLDER", "BROKEN"}
    if ahead == 0 or goes_on or not _may_end(recovery, ahead):
        return False
    parts = [first, *recovery.ahead(ahead)]
    value = first.lexeme
    for before, part in pairwise(parts):
        touches = before.end == part.start and not (before.is_sign or part.is_sign)
        value += ("" if touches else " ") + part.lexeme
    return _add_quotes(recovery, parts, value, _SPACES)


def _add_quotes(recovery: Recovery, pieces: list[Piece], value: str, message: str) -> bool:
    # Where the value ends is a guess.
    recovery.rewrite(pieces, quote(value), message, "add quotes", is_safe=False)
    return True


# -- in a list, and in a range


def enclose(recovery: Recovery, message: str) -> bool:
    """Put the values to come in parentheses."""
    items = [recovery.peek(), *_more_values(recovery, 1)]
    parts: list[Part] = [((), "("), *items, ((), ")")]
    span = extent(items[0], items[-1])
    recovery.change(message, *parts, span=span, title="add parentheses")
    return True


def _more_values(recovery: Recovery, ahead: int) -> list[Piece]:
    """Return the commas and values that go on with a list."""
    items: list[Piece] = []
    while recovery.peek(ahead).kind == "COMMA" and recovery.peek(ahead + 1).kind in VALUES:
        if recovery.begins_condition(ahead + 1):
            break
        items += [recovery.peek(ahead), recovery.peek(ahead + 1)]
        ahead += 2
    return items


def after_in(recovery: Recovery) -> bool:
    """Put a list in parentheses."""
    return recovery.peek().kind in VALUES and enclose(recovery, "put lists in parentheses")


def in_list(recovery: Recovery) -> bool:
    """Mend what follows a value of a list."""
    piece, following = recovery.peek(), recovery.peek(1).kind
    is_joint = piece.kind in CONNECTIVES
    if piece.kind in VALUES and not recovery.begins_condition():
        recovery.add(",")
    elif is_joint and following in {"COMMA", "RPAR"}:
        dangling(recovery, piece)
    elif is_joint and _is_item(recovery, 1):
        word = piece.lexeme.lower()
        message = f"use `,`, not `{word}`, between the values of a list"
        recovery.rewrite([piece], ",", message)
    elif is_joint or piece.kind == END or recovery.begins_clause():
        opening = next(each for each in reversed(recovery.read) if each.kind == "LPAR")
        recovery.is_straight = False
        recovery.add(")", UNCLOSED, span=extent(opening, opening))
    else:
        return False
    return True


def _is_item(recovery: Recovery, ahead: int) -> bool:
    """Return whether a token to come is a value of a list, rather than a condition after it."""
    following = recovery.peek(ahead + 1).kind
    if following == "LPAR":
        return not recovery.begins_condition(ahead)
    return recovery.begins_value(ahead) and following in CONNECTIVES | {"COMMA", "RPAR"}


def in_range(recovery: Recovery) -> bool:
    """Mend what should be ``and`` between two ends."""
    piece = recovery.peek()
    if _joins_ends(recovery):
        message = f"use `and`, not `{piece.lexeme.lower()}`, between the ends of `between`"
        recovery.rewrite([piece], "and", message)
        return True
    if piece.kind in VALUES and not recovery.begins_condition():
        recovery.add("and")
        return True
    return False


def list_after_equals(recovery: Recovery) -> bool:
    """Read ``name = a, b`` as ``name in (a, b)``."""
    operator, first = recovery.read[-2:]
    items = [first, *_more_values(recovery, 0)]
    new = _list_operator(operator)
    parts: list[Part] = [([operator], new), ((), "("), *items, ((), ")")]
    span = extent(first, items[-1])
    recovery.change(f"use `{new} (…)` for several values", *parts, span=span)
    return True
