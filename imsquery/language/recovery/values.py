"""Values, lists of values, and the two ends of ``between``."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import spaced
from imsquery.language.lexer import END, quote
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.clauses import clause_operator
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.scanner import NEVER_CLOSED
from imsquery.language.recovery.state import (
    CONNECTIVES,
    ENDS,
    KEYWORD_KINDS,
    ORDER_BY,
    SORT,
    VALUES,
    begins_condition,
    clip,
    extent,
    last_span,
    removal,
    writing,
)
from imsquery.language.times import reads_clock, respell_clock

if TYPE_CHECKING:
    from imsquery.language.recovery.state import Recovery


_three = re.compile(",[0-9]{3}").fullmatch


def at_value(recovery: Recovery) -> bool:
    """Mend what stands where a value should."""
    piece = recovery.peek()
    before = recovery.before()
    is_list = recovery.accepts("STRING") and before in {"LPAR", "COMMA"}
    if piece.kind in KEYWORD_KINDS and _stands_for_value(recovery):
        return _quote_keyword(recovery)
    if is_list and piece.kind == "COMMA":
        recovery.drop()
        fix = removal(recovery, piece.start, piece.end)
        recovery.say("this `,` separates nothing", extent(piece, piece), fix)
        return True
    if piece.kind == "RPAR" and before == "COMMA":
        comma = recovery.take_back()
        fix = removal(recovery, comma.start, comma.end)
        recovery.say("no value follows this `,`", extent(comma, comma), fix)
        return True
    if piece.kind == "RPAR" and before == "LPAR":
        return _empty_list(recovery)
    if piece.kind == "LPAR" and (_range(recovery) or _unwrap(recovery)):
        return True
    if piece.kind == "OPERATOR" and before == "AFTER":
        return clause_operator(recovery)
    if piece.kind in ENDS or piece.kind == "COMMA":
        start, end = last_span(recovery)
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"a value is missing behind `{shown}`", (start, end))
        recovery.give_up()
        return True
    return False


def _stands_for_value(recovery: Recovery) -> bool:
    """Tell a keyword that is meant as a value from one that follows where a value is missing."""
    kind, following = recovery.peek().kind, recovery.peek(1).kind
    sorts = recovery.peek(1).lexeme.lower() in SORT | ORDER_BY
    if following in ENDS or following == "COMMA" or sorts:
        return True
    return kind not in {"AND", "OR", "NOT", "LIMIT", "AFTER"} and begins_condition(recovery, 1)


def _quote_keyword(recovery: Recovery) -> bool:
    piece = recovery.drop()[0]
    new = quote(piece.lexeme)
    recovery.say(
        f"`{piece.lexeme.lower()}` is a keyword; as a value it stands in quotes",
        extent(piece, piece),
        writing(recovery, piece.start, piece.end, new),
    )
    recovery.put(Piece("STRING", new, piece.start, piece.end))
    return True


def _empty_list(recovery: Recovery) -> bool:
    """Read ``in ()`` as what it says: nothing is in it."""
    closing = recovery.drop()[0]
    opening = recovery.take_back()
    recovery.take_back()
    negated = recovery.before() == "NOT"
    if negated:
        recovery.take_back()
    name = recovery.take_back()
    new = "all" if negated else "none"
    what = "everything" if negated else "nothing"
    recovery.say(
        f"a list has one value at least; `{new}` says that {what} matches",
        extent(opening, closing),
        writing(recovery, name.start, closing.end, new),
    )
    recovery.put(Piece(new.upper(), new, name.start, closing.end))
    return True


def _range(recovery: Recovery) -> bool:
    """Read ``= (low to high)``, in brackets elsewhere, as ``between``; ``*`` is no end there."""
    opening, low, to, high, closing = (recovery.peek(ahead) for ahead in range(5))
    operator = recovery.read[-1]
    if to.lexeme.lower() != "to" or closing.kind != "RPAR" or operator.kind != "OPERATOR":
        return False
    ends = [each for each in (low, high) if each.lexeme != "*"]
    if not ends or OPERATORS[operator.lexeme] != "=" or {each.kind for each in ends} - VALUES:
        return False
    recovery.take_back()
    recovery.drop(5)
    new = "between" if len(ends) > 1 else ">=" if ends[0] is low else "<="
    text = recovery.text
    written = " and ".join(text[each.start : each.end] for each in ends)
    apart = "" if text[opening.start - 1].isspace() else " "
    edits = [
        spaced(text, operator.start, operator.end, new),
        (opening.start, closing.end, apart + written),
    ]
    span = extent(opening, closing)
    recovery.say(f"a range is written `{new}`", span, (f"write `{new} {clip(written)}`", edits))
    kind = "BETWEEN" if new == "between" else "OPERATOR"
    pieces = [Piece(kind, new, operator.start, operator.end), ends[0]]
    if len(ends) > 1:
        pieces += [Piece("AND", "and", to.start, to.end), high]
    # What closes a parenthesis behind the range comes behind its bracket.
    last = pieces.pop()
    recovery.put(*pieces, Piece(last.kind, last.lexeme, last.start, closing.end))
    return True


def _unwrap(recovery: Recovery) -> bool:
    """Read a value in parentheses, or a list behind ``=``."""
    count = 1
    joints = {"COMMA", "OR"}
    while recovery.peek(count).kind in VALUES and recovery.peek(count + 1).kind in joints:
        count += 2
    opening, closing = recovery.peek(), recovery.peek(count + 1)
    if recovery.peek(count).kind not in VALUES or closing.kind != "RPAR":
        return False
    operator = recovery.read[-1]
    if count == 1:
        value = recovery.drop(3)[1]
        edits = [(opening.start, opening.end, ""), (closing.start, closing.end, "")]
        if not recovery.text[opening.start - 1].isspace() and operator.kind != "OPERATOR":
            edits[0] = (opening.start, opening.end, " ")
        message = "a single value stands in no parentheses"
        recovery.say(message, extent(opening, closing), ("remove them", edits))
        recovery.put(Piece(value.kind, value.lexeme, opening.start, closing.end))
        return True
    if operator.kind != "OPERATOR" or OPERATORS[operator.lexeme] not in {"=", "!="}:
        return False
    _make_list(recovery)
    return True


def _make_list(recovery: Recovery) -> None:
    """Turn ``=`` before a list into ``in``."""
    operator = recovery.take_back()
    negated = OPERATORS[operator.lexeme] == "!="
    new = "not in" if negated else "in"
    recovery.say(
        f"one of a list of values is written `{new}`, not `{operator.lexeme}`",
        extent(operator, operator),
        writing(recovery, operator.start, operator.end, new),
    )
    recovery.insert("IN", "in", operator.end)
    if negated:
        recovery.insert("NOT", "not", operator.start)


def behind_in(recovery: Recovery) -> bool:
    """Put a list in parentheses."""
    if recovery.peek().kind not in VALUES:
        return False
    items = recovery.drop()
    while (
        recovery.peek().kind == "COMMA"
        and recovery.peek(1).kind in VALUES
        and not begins_condition(recovery, 1)
    ):
        items += recovery.drop(2)
    start, end = span = extent(items[0], items[-1])
    recovery.say(
        "a list stands in parentheses",
        span,
        ("add parentheses", [(start, start, "("), (end, end, ")")]),
    )
    recovery.put(Piece("LPAR", "(", start, start), *items, Piece("RPAR", ")", end, end))
    return True


def in_list(recovery: Recovery) -> bool:
    """Mend what stands behind a value of a list."""
    piece = recovery.peek()
    at = recovery.read[-1].end
    if piece.kind == "OPERATOR" and quote_chain(recovery):
        return True
    if piece.kind in VALUES and not begins_condition(recovery):
        recovery.say(
            "`,` is missing before this value",
            extent(piece, piece),
            ("add `,`", [(at, at, ",")]),
        )
        recovery.insert("COMMA", ",", at)
        return True
    if piece.kind in CONNECTIVES and recovery.peek(1).kind in {"COMMA", "RPAR"}:
        recovery.drop()
        fix = removal(recovery, piece.start, piece.end)
        recovery.say(f"`{piece.lexeme.lower()}` joins nothing here", extent(piece, piece), fix)
        return True
    follows = recovery.peek(2).kind in {"COMMA", "RPAR"} | CONNECTIVES
    if piece.kind in CONNECTIVES and recovery.peek(1).kind in VALUES and follows:
        recovery.drop()
        recovery.say(
            f"the values of a list are separated by `,`, not by `{piece.lexeme.lower()}`",
            extent(piece, piece),
            ("write `,`", [(piece.start, piece.end, ",")]),
        )
        recovery.put(Piece("COMMA", ",", piece.start, piece.end))
        return True
    if piece.kind in CONNECTIVES or piece.kind == END or recovery.begins_clause():
        opening = next(each for each in reversed(recovery.read) if each.kind == "LPAR")
        edit = (at, at, ")")
        recovery.say(NEVER_CLOSED, extent(opening, opening), ("close it", [edit]))
        recovery.insert("RPAR", ")", at)
        return True
    return False


def in_between(recovery: Recovery) -> bool:
    """Mend what should be ``and`` between two ends."""
    piece = recovery.peek()
    is_other = piece.kind in {"COMMA", "OR"} or piece.lexeme.lower() in {"to", "..", "-", "until"}
    if is_other and recovery.peek(1).kind in VALUES:
        recovery.drop()
        recovery.say(
            f"the ends of `between` are joined by `and`, not by `{clip(piece.lexeme)}`",
            extent(piece, piece),
            writing(recovery, piece.start, piece.end, "and"),
        )
        recovery.put(Piece("AND", "and", piece.start, piece.end))
        return True
    if piece.kind in VALUES and not begins_condition(recovery):
        at = piece.start
        fix = writing(recovery, at, at, "and")
        recovery.say("`and` is missing between the ends of `between`", extent(piece, piece), fix)
        recovery.insert("AND", "and", at)
        return True
    return False


def list_behind_equals(recovery: Recovery) -> bool:
    """Read ``name = a, b`` as ``name in (a, b)``."""
    items = [recovery.take_back()]
    operator = recovery.take_back()
    while recovery.peek().kind == "COMMA" and recovery.peek(1).kind in VALUES:
        if begins_condition(recovery, 1):
            break
        items += recovery.drop(2)
    negated = OPERATORS[operator.lexeme] == "!="
    new = "not in" if negated else "in"
    start, end = operator.start, operator.end
    edits = [
        spaced(recovery.text, start, end, new),
        (items[0].start, items[0].start, "("),
        (items[-1].end, items[-1].end, ")"),
    ]
    recovery.say(
        f"one of several values is written `{new} (…)`",
        extent(items[0], items[-1]),
        # An operator that was put in itself is mended first.
        *([(f"write `{new} (…)`", edits)] if start < end else []),
    )
    opening = Piece("LPAR", "(", items[0].start, items[0].start)
    closing = Piece("RPAR", ")", items[-1].end, items[-1].end)
    negation = [Piece("NOT", "not", start, end)] if negated else []
    recovery.put(*negation, Piece("IN", "in", start, end), opening, *items, closing)
    return True


def called_clock(recovery: Recovery) -> bool:
    """Leave out the parentheses of ``now()``."""
    word, opening, closing = recovery.read[-1], recovery.peek(), recovery.peek(1)
    is_value = word.kind == "WORD" and recovery.before(2) in {"OPERATOR", "BETWEEN", "AND"}
    if not (is_value and closing.kind == "RPAR" and reads_clock(word.lexeme)):
        return False
    recovery.drop(2)
    recovery.is_straight = False  # what closes a parenthesis behind `now` would stand before these
    recovery.say(
        f"`{word.lexeme.lower()}` is a time, and stands without parentheses",
        extent(opening, closing),
        removal(recovery, opening.start, closing.end),
    )
    return True


def time_ago(recovery: Recovery) -> bool:
    """Read ``ago(7d)``."""
    word, opening, span, closing = recovery.read[-1], *(recovery.peek(each) for each in range(3))
    meant = f"now-{span.lexeme}"
    kinds = [word.kind, recovery.before(2), opening.kind, span.kind, closing.kind]
    if kinds != ["WORD", "OPERATOR", "LPAR", "WORD", "RPAR"] or word.lexeme.lower() != "ago":
        return False
    if not reads_clock(meant):
        return False
    recovery.take_back()
    recovery.drop(3)
    recovery.say(
        f"`ago` is written `{meant}`",
        extent(word, closing),
        writing(recovery, word.start, closing.end, meant),
    )
    recovery.put(Piece("WORD", meant, word.start, closing.end))
    return True


def grouped_digits(recovery: Recovery) -> bool:
    """Read ``4,096``, which is no list."""
    first = recovery.read[-1]
    ahead, end = 0, first.end
    while recovery.peek(ahead).start == end:
        end = recovery.peek(ahead + 1).end
        if not _three(recovery.text, recovery.peek(ahead).start, end):
            break
        ahead += 2
    if ahead == 0 or not (first.lexeme.isdecimal() and len(first.lexeme) <= 3):  # noqa: PLR2004
        return False
    pieces = recovery.drop(ahead)
    start, end = span = extent(recovery.take_back(), pieces[-1])
    digits = recovery.text[start:end].replace(",", "")
    recovery.say(
        "the digits of a number stand together",
        span,
        writing(recovery, start, end, digits),
    )
    recovery.put(Piece("WORD", digits, start, end))
    return True


def quote_chain(recovery: Recovery) -> bool:
    """Quote a value that holds ``=``, such as ``tag = a=b``."""
    value = recovery.read[-1]
    if value.kind != "WORD" or OPERATORS[recovery.peek().lexeme] != "=":
        return False
    parts = [value]
    if _ends_in_operator(recovery):
        return False
    recovery.take_back()
    while recovery.peek().kind == "OPERATOR" and OPERATORS[recovery.peek().lexeme] == "=":
        parts += recovery.drop()
        if recovery.peek().kind != "WORD":
            break
        parts += recovery.drop()
    start, end = span = extent(parts[0], parts[-1])
    new = quote("".join(part.lexeme for part in parts))
    recovery.say(
        f"a value that holds `{parts[1].lexeme}` stands in quotes",
        span,
        writing(recovery, start, end, new),
    )
    recovery.put(Piece("STRING", new, start, end))
    return True


def _ends_in_operator(recovery: Recovery) -> bool:
    """Tell whether no word follows the last ``=``, and what does follow is no part of the value."""
    ahead = 0
    while recovery.peek(ahead).kind in {"OPERATOR", "WORD"}:
        last = recovery.peek(ahead)
        ahead += 1
    following = recovery.peek(ahead)
    touches = last.end == following.start != len(recovery.text)
    return last.kind == "OPERATOR" and (touches or following.kind in VALUES)


def several_words(recovery: Recovery) -> bool:
    """Quote a value of several words, such as ``name = CentOS 7``."""
    parts = [recovery.read[-1]]
    if parts[0].kind != "WORD":
        return False
    ahead = 0
    kinds = (KEYWORD_KINDS - ENDS) | {"WORD"}
    while recovery.peek(ahead).kind in kinds and not begins_condition(recovery, ahead):
        parts.append(recovery.peek(ahead))
        ahead += 1
    if ahead == 0 or recovery.peek(ahead).kind in {"OPERATOR", "STRING", "PLACEHOLDER", "BROKEN"}:
        return False
    recovery.take_back()
    recovery.drop(ahead)
    start, end = span = extent(parts[0], parts[-1])
    value = parts[0].lexeme
    for before, part in pairwise(parts):
        touching = before.end == part.start and not (before.is_sign or part.is_sign)
        value += ("" if touching else " ") + part.lexeme
    compact = "".join(part.lexeme for part in parts)
    for clock in [compact] if reads_clock(compact) else respell_clock(compact):
        fix = writing(recovery, start, end, clock)
        recovery.say(f"a time such as `{clock}` is written without spaces", span, fix)
        recovery.put(Piece("WORD", clock, start, end))
        return True
    new = quote(value)
    recovery.say(
        "a value of several words stands in quotes", span, writing(recovery, start, end, new)
    )
    recovery.put(Piece("STRING", new, start, end))
    return True
