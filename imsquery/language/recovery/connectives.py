"""Connectives, parentheses, and what stands where a condition is expected or behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import spaced
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.scanner import NEVER_CLOSED, SURPLUS
from imsquery.language.recovery.state import (
    AFTER_NAMES,
    CONNECTIVES,
    ENDS,
    KEYWORD_KINDS,
    VALUES,
    begins_condition,
    clip,
    extent,
    last_span,
    removal,
    writing,
)
from imsquery.language.recovery.values import (
    grouped_digits,
    list_behind_equals,
    quote_chain,
    several_words,
)

if TYPE_CHECKING:
    from imsquery.language.recovery.state import Recovery

_MOST_PARENTHESES = 20  # looked back over: each of a long row would look over all before it


def at_condition(recovery: Recovery) -> bool:
    """Mend what stands where a condition should begin."""
    piece = recovery.peek()
    if piece.kind in CONNECTIVES and recovery.before() != "NOT":
        return _stray_connectives(recovery)
    if piece.kind == "COMMA":
        recovery.drop()
        fix = removal(recovery, piece.start, piece.end)
        recovery.say("this `,` separates nothing", extent(piece, piece), fix)
        return True
    if piece.kind == "RPAR" and recovery.depth == 0:
        return surplus(recovery)
    if piece.kind in ENDS:
        return _missing_condition(recovery)
    if piece.kind == "STRING":
        return _quoted_name(recovery)
    if called_operator(recovery) or omitted_name(recovery):
        return True
    if piece.kind == "OPERATOR":
        recovery.say(f"a name is missing before `{piece.lexeme}`", extent(piece, piece))
        recovery.give_up()
        return True
    return False


def _stray_connectives(recovery: Recovery) -> bool:
    """Leave out connectives that stand where a condition is expected."""
    run = [recovery.drop()[0]]
    while recovery.peek().kind in CONNECTIVES:
        run += recovery.drop()
    # `limit = 5` is a condition here, if a mistaken one.
    is_name = recovery.peek().kind == "LIMIT" and recovery.peek(1).kind in AFTER_NAMES
    trailing = recovery.before() in CONNECTIVES and recovery.peek().kind in ENDS and not is_name
    if trailing:
        run.insert(0, recovery.take_back())
    for piece in run:
        fix = removal(recovery, piece.start, piece.end)
        recovery.say(f"`{piece.lexeme.lower()}` joins nothing here", extent(piece, piece), fix)
    return True


def _missing_condition(recovery: Recovery) -> bool:
    """Mend a connective, ``not`` or parenthesis that nothing follows."""
    start, end = span = last_span(recovery)
    before = recovery.before()
    if before in CONNECTIVES:
        last = recovery.take_back()
        fix = removal(recovery, start, end)
        recovery.say(f"`{last.lexeme.lower()}` joins nothing here", span, fix)
        return True
    what = recovery.read[-1].lexeme.lower() if recovery.read else ""
    recovery.say(f"a condition is missing behind `{what}`", span)
    recovery.give_up()
    return True


def _quoted_name(recovery: Recovery) -> bool:
    """Take quotes off a name."""
    piece = recovery.peek()
    following = recovery.peek(1).kind
    name, _ = unquote(piece.lexeme)
    is_name = is_word(name) and name.lower() not in KEYWORDS
    if not is_name or following not in AFTER_NAMES | {"NOT"}:
        return False
    recovery.drop()
    recovery.say(
        "a name stands in no quotes",
        extent(piece, piece),
        writing(recovery, piece.start, piece.end, name),
    )
    recovery.put(Piece("WORD", name, piece.start, piece.end))
    return True


def called_operator(recovery: Recovery) -> bool:
    """Read ``contains(name, value)``."""
    pieces = [recovery.peek(ahead) for ahead in range(6)]
    operator, _, name, _, value, closing = pieces
    kinds = [piece.kind for piece in pieces]
    if kinds[:4] != ["MATCH", "LPAR", "WORD", "COMMA"] or kinds[5] != "RPAR":
        return False
    if value.kind not in VALUES or "#" in recovery.text[operator.start : value.start]:
        return False
    recovery.drop(6)
    start, end = span = extent(operator, closing)
    word = operator.lexeme.lower()
    written = f"{name.lexeme} {word} {recovery.text[value.start : value.end]}"
    recovery.say(
        f"`{word}` stands between a name and a value",
        span,
        (f"write `{clip(written)}`", [(start, end, written)]),
    )
    recovery.put(
        Piece("WORD", name.lexeme, start, end),
        Piece("MATCH", word, start, end),
        Piece(value.kind, value.lexeme, start, end),
    )
    return True


def omitted_name(recovery: Recovery) -> bool:
    """Read ``name > 40 and < 100``: the name is that of the condition before."""
    piece = recovery.peek()
    # Parentheses, which the fix of mixed connectives may put there, make no difference.
    joint = _back_over(recovery, 1, "LPAR")
    value = _back_over(recovery, joint + 1, "RPAR")
    kinds = [recovery.before(back) for back in (joint, value, value + 1, value + 2)]
    is_behind = kinds[0] in CONNECTIVES and kinds[1] in VALUES and kinds[3] == "WORD"
    is_comparison = piece.kind == kinds[2] and piece.kind in {"OPERATOR", "MATCH"}
    if not (is_behind and is_comparison) or recovery.peek(1).kind not in VALUES:
        return False
    if kinds[0] == "AND" and OPERATORS.get(piece.lexeme) == "=":
        return False  # nothing is equal to two values
    name = recovery.read[-value - 2]
    at, _, new = spaced(recovery.text, piece.start, piece.start, name.lexeme)
    recovery.say(
        f"a name is missing before `{piece.lexeme.lower()}`",
        extent(piece, piece),
        (f"add `{clip(name.lexeme)}`", [(at, at, f"{new.rstrip()} ")]),
    )
    recovery.insert("WORD", name.lexeme, piece.start)
    return True


def _back_over(recovery: Recovery, back: int, kind: str) -> int:
    """Go back from a token that was read over some of a kind."""
    for _ in range(_MOST_PARENTHESES):
        if recovery.before(back) != kind:
            break
        back += 1
    return back


def surplus(recovery: Recovery) -> bool:
    """Leave out a parenthesis that closes nothing."""
    piece = recovery.drop()[0]
    fix = removal(recovery, piece.start, piece.end)
    recovery.say(SURPLUS, extent(piece, piece), fix)
    return True


def close_parentheses(recovery: Recovery) -> bool:
    """Close every parenthesis that is still open; the fix of one closes those within it, too."""
    open_: list[Piece] = []
    for piece in recovery.read:
        if piece.kind == "LPAR":
            open_.append(piece)
        elif piece.kind == "RPAR":
            open_.pop()
    at = recovery.read[-1].end
    for count, opening in zip(range(len(open_), 0, -1), open_, strict=True):
        edits = [(at, at, ")" * (count + recovery.unclosed))]
        recovery.say(NEVER_CLOSED, extent(opening, opening), ("close it", edits))
        recovery.insert("RPAR", ")", at)
    return True


def behind_condition(recovery: Recovery) -> bool:
    """Mend what stands behind a whole condition."""
    piece = recovery.peek()
    if piece.kind == "COMMA":
        return mend_comma(recovery)
    if begins_condition(recovery):
        return missing_connective(recovery)
    if recovery.before() in VALUES and recovery.before(2) in {"OPERATOR", "MATCH"}:
        if piece.kind == "OPERATOR":
            return quote_chain(recovery)
        if piece.kind == "WORD" or piece.kind in KEYWORD_KINDS - ENDS:
            return several_words(recovery)
    return False


def missing_connective(recovery: Recovery) -> bool:
    """Join two conditions that only stand side by side."""
    piece = recovery.peek()
    before = recovery.text[piece.start - 1 : piece.start]
    new = "and " if before.isspace() else " and "
    fix = ("add `and`", [(piece.start, piece.start, new)])
    recovery.say("`and` or `or` is missing before this", extent(piece, piece), fix)
    recovery.insert("AND", "and", piece.start)
    return True


def mend_comma(recovery: Recovery) -> bool:
    """Read a comma between conditions as ``and``, one between values as a list."""
    comma = recovery.peek()
    span = extent(comma, comma)
    following = recovery.peek(1).kind
    if following in ENDS and not (following == "LIMIT" and not recovery.begins_clause(1)):
        recovery.drop()
        fix = removal(recovery, comma.start, comma.end)
        recovery.say("this `,` separates nothing", span, fix)
        return True
    operator = recovery.read[-2] if len(recovery.read) > 1 else comma
    if (
        following in VALUES
        and not begins_condition(recovery, 1)
        and recovery.before() in VALUES
        and operator.kind == "OPERATOR"
        and OPERATORS[operator.lexeme] in {"=", "!="}
    ):
        return grouped_digits(recovery) or list_behind_equals(recovery)
    recovery.drop()
    fix = writing(recovery, comma.start, comma.end, "and")
    recovery.say("conditions are joined by `and` or `or`, not by `,`", span, fix)
    recovery.put(Piece("AND", "and", comma.start, comma.end))
    return True


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
    dropped = recovery.drop(count)
    start, end = span = extent(dropped[0], dropped[-1])
    recovery.say(
        f"a query begins with its first condition, not with `{dropped[0].lexeme.lower()}`",
        span,
        removal(recovery, start, end),
    )


def _begins_query(recovery: Recovery) -> bool:
    """Tell whether a query goes on behind its first word; a word alone may be one that is wrong."""
    is_word_alone = recovery.peek(1).kind == "WORD" and recovery.peek(2).kind in ENDS
    return is_word_alone or begins_condition(recovery, 1) or recovery.begins_clause(1)


def _is_call(recovery: Recovery) -> bool:
    """Tell whether what comes next would be read as a call."""
    ahead = 2
    while recovery.peek(ahead).kind in VALUES or recovery.peek(ahead).kind == "COMMA":
        ahead += 1
    return recovery.peek(1).kind == "LPAR" and recovery.peek(ahead).kind == "RPAR"
