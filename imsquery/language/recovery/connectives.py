"""At a condition and after one: connectives, parentheses, and how conditions begin."""

from __future__ import annotations

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.recovery.clauses import dangling
from imsquery.language.recovery.piece import (
    AFTER_NAMES,
    CONNECTIVES,
    COUNTS,
    ENDS,
    VALUES,
    Piece,
    extent,
)
from imsquery.language.recovery.scanner import UNCLOSED, UNMATCHED
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.values import list_after_equals

_MOST_PARENTHESES = 20  # looked back over: each of a long row would look over all before it


# -- at a condition


def at_condition(recovery: Recovery) -> bool:
    """Mend what is where a condition is expected."""
    piece = recovery.peek()
    if piece.kind in CONNECTIVES and recovery.before() != "NOT":
        return _stray_connectives(recovery)
    if piece.kind == "COMMA":
        recovery.remove(piece)
        return True
    if piece.kind == "RPAR" and recovery.depth == 0:
        return unmatched(recovery)
    if piece.kind in ENDS:
        return _missing_condition(recovery)
    if piece.kind == "STRING":
        return _quoted_name(recovery)
    if _called_operator(recovery) or _omitted_name(recovery):
        return True
    if piece.kind == "OPERATOR":
        recovery.say(f"expected a name before `{piece.lexeme}`", extent(piece, piece))
        recovery.give_up()
        return True
    return False


def _stray_connectives(recovery: Recovery) -> bool:
    """Leave out connectives where a condition is expected."""
    count = 1
    while recovery.peek(count).kind in CONNECTIVES:
        count += 1
    following = recovery.peek(count).kind
    # `limit = 5` is a condition here, if a mistaken one.
    is_name = following in COUNTS and recovery.peek(count + 1).kind in AFTER_NAMES
    if recovery.before() in CONNECTIVES and following in ENDS and not is_name:
        dangling(recovery, recovery.read[-1])
    for _ in range(count):
        dangling(recovery, recovery.peek())
    return True


def _missing_condition(recovery: Recovery) -> bool:
    """Mend a connective, ``not`` or parenthesis that nothing follows."""
    if recovery.before() in CONNECTIVES:
        return dangling(recovery, recovery.read[-1])
    shown = recovery.read[-1].lexeme.lower() if recovery.read else ""
    recovery.say(f"expected a condition after `{shown}`", recovery.last_place)
    recovery.give_up()
    return True


def _quoted_name(recovery: Recovery) -> bool:
    """Remove the quotes of a name."""
    piece = recovery.peek()
    name, _ = unquote(piece.lexeme)
    is_name = is_word(name) and name.lower() not in KEYWORDS
    if is_name and recovery.peek(1).kind in AFTER_NAMES | {"NOT"}:
        recovery.rewrite([piece], name, "names are not quoted")
        return True
    return False


def _called_operator(recovery: Recovery) -> bool:
    """Read ``contains(name, value)``."""
    pieces = recovery.ahead(6)
    operator, opening, name, comma, value, closing = pieces
    kinds = [piece.kind for piece in pieces]
    if kinds[:4] != ["MATCH", "LPAR", "WORD", "COMMA"] or kinds[5] != "RPAR":
        return False
    if value.kind not in VALUES or "#" in recovery.text[operator.start : value.start]:
        return False
    word = operator.lexeme.lower()
    recovery.change(
        f"`{word}` goes between a name and a value",
        *(([operator, opening], ""), name, ([comma], word), value, ([closing], "")),
        span=extent(operator, closing),
        is_safe=True,
    )
    return True


def _omitted_name(recovery: Recovery) -> bool:
    """Read ``name > 40 and < 100``: the name is that of the condition before."""
    piece = recovery.peek()
    # Parentheses, which the fix of mixed connectives may put there, make no difference.
    joint = _back_over(recovery, 1, "LPAR")
    value = _back_over(recovery, joint + 1, "RPAR")
    kinds = [recovery.before(back) for back in (joint, value, value + 1, value + 2)]
    is_joined = kinds[0] in CONNECTIVES and kinds[1] in VALUES and kinds[3] == "WORD"
    is_comparison = piece.kind == kinds[2] and piece.kind in {"OPERATOR", "MATCH"}
    if not (is_joined and is_comparison) or recovery.peek(1).kind not in VALUES:
        return False
    if kinds[0] == "AND" and OPERATORS.get(piece.lexeme) == "=":
        return False  # nothing is equal to two values
    name = recovery.read[-value - 2].lexeme
    recovery.add(name, f"expected a name before `{piece.lexeme.lower()}`")
    return True


def _back_over(recovery: Recovery, back: int, kind: str) -> int:
    """Go back from a token that was read over some of a kind."""
    for _ in range(_MOST_PARENTHESES):
        if recovery.before(back) != kind:
            break
        back += 1
    return back


# -- parentheses


def unmatched(recovery: Recovery) -> bool:
    """Leave out a closing parenthesis without an opening one."""
    recovery.is_straight = False
    recovery.remove(recovery.peek(), message=UNMATCHED)
    return True


def close_parentheses(recovery: Recovery) -> bool:
    """Close every open parenthesis; the fix of each also closes those within it."""
    open_: list[Piece] = []
    for piece in recovery.read:
        if piece.kind == "LPAR":
            open_.append(piece)
        elif piece.kind == "RPAR":
            open_.pop()
    recovery.is_straight = False
    at = recovery.read[-1].end
    for count, opening in zip(range(len(open_), 0, -1), open_, strict=True):
        edits = [(at, at, ")" * (count + recovery.unclosed))]
        recovery.say(UNCLOSED, extent(opening, opening), ("add `)`", edits))
        recovery.put(Piece("RPAR", ")", at, at))
    return True


# -- after a condition


def after_condition(recovery: Recovery) -> bool:
    """Mend what follows a whole condition."""
    if recovery.peek().kind == "COMMA":
        return mend_comma(recovery)
    return recovery.begins_condition() and missing_connective(recovery)


def missing_connective(recovery: Recovery) -> bool:
    """Join two conditions that are side by side."""
    recovery.add("and", "missing `and` or `or`")
    return True


def mend_comma(recovery: Recovery) -> bool:
    """Read a comma between conditions as ``and``, one between values as a list."""
    comma, following = recovery.peek(), recovery.peek(1).kind
    if following in ENDS and not (following in COUNTS and not recovery.begins_clause(1)):
        recovery.remove(comma)
        return True
    operator = recovery.read[-2] if len(recovery.read) > 1 else comma
    is_equality = OPERATORS.get(operator.lexeme) in EQUALITY and operator.kind == "OPERATOR"
    is_value = following in VALUES and not recovery.begins_condition(1)
    if is_value and is_equality and recovery.before() in VALUES:
        return list_after_equals(recovery)
    message = "use `and`, not `,`, between conditions"
    recovery.rewrite([comma], "and", message, is_safe=False)  # `or` in RSQL
    return True


# -- how a query begins


def prefix(recovery: Recovery) -> None:
    """Leave out how SQL begins."""
    count = 1
    if recovery.peek().lexeme.lower() == "select":
        while recovery.peek(count - 1).lexeme.lower() != "where":
            if recovery.peek(count).kind == END:
                return
            count += 1
    elif _is_call(recovery) or not _begins_query(recovery):
        return
    dropped = recovery.ahead(count)
    word = dropped[0].lexeme.lower()
    message = f"unexpected `{word}`; a query begins with its first condition"
    recovery.remove(*dropped, message=message)


def _begins_query(recovery: Recovery) -> bool:
    """Return whether a query follows the first word, which alone may be a wrong one itself."""
    is_word_alone = recovery.peek(1).kind == "WORD" and recovery.peek(2).kind in ENDS
    return is_word_alone or recovery.begins_condition(1) or recovery.begins_clause(1)


def _is_call(recovery: Recovery) -> bool:
    """Return whether what comes next would be read as a call."""
    ahead = 2
    while recovery.peek(ahead).kind in VALUES or recovery.peek(ahead).kind == "COMMA":
        ahead += 1
    return recovery.peek(1).kind == "LPAR" and recovery.peek(ahead).kind == "RPAR"
